// The processes that a login sees: the machine's and its own.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { commandName } from "../world/process-status.ts";

/** One process. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly user: ByteString;
  readonly vsz: number;
  readonly rss: number;
  readonly stat: string;
  readonly tty: ByteString;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly command: ByteString;
}

/** All processes: the machine's and this login's. */
export function processRows(proc: Proc): ProcessRow[] {
  const { world, login } = proc;
  const base = world.processes.map((one) => ({
    ...one,
    tty: one.command.includes("agetty") ? "tty1" : "?",
    startedAt: world.persona.bootedAt + one.startedAfter * 1000,
  }));
  const live = [...login.live.values()].map((one) => ({
    ...one,
    ppid: Math.max(1, one.pid - 1),
    vsz: proc.busybox ? 1_092 : 11_084,
    rss: proc.busybox ? 604 : 4_352,
    stat: one.pid === proc.pid ? "R+" : "S",
    cpuSeconds: 0,
  }));
  return [...base, ...live].sort((a, b) => a.pid - b.pid);
}

/** The name that the kernel, pidof and their kin know a process by. */
export const processName = (row: Pick<ProcessRow, "pid" | "command">): ByteString =>
  commandName(row.pid, row.command);

/** Processor time as top shows it: minutes, seconds and hundredths. */
export function topTime(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const minutes = Math.floor(hundredths / 6000);
  return `${minutes}:${((hundredths % 6000) / 100).toFixed(2).padStart(5, "0")}`;
}
