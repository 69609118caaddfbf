// What runs: ps, vmstat.

import type { Proc } from "../run/proc.ts";
import { program, timeParts } from "./options.ts";
import { processName, processRows } from "./process-rows.ts";

const started = (proc: Proc, at: number): string => {
  const time = timeParts(at);
  if (proc.now() - at < 86_400_000) return `${time.hour}:${time.minute}`;
  return time.month + time.day.padStart(2, "0");
};

async function ps(proc: Proc): Promise<number> {
  const rows = processRows(proc);
  if (proc.busybox) {
    await proc.out("  PID USER       VSZ STAT COMMAND\n");
    for (const row of rows)
      await proc.out(
        `${String(row.pid).padStart(5)} ${row.user.slice(0, 8).padEnd(8)}${(row.vsz === 0 ? "0" : String(row.vsz)).padStart(6)} ${row.stat.slice(0, 4).padEnd(4)} ${row.command}\n`,
      );
    return 0;
  }
  const flags = proc.args.join("").replace(/-/g, "");
  const bsd = flags.includes("u") && flags.includes("a");
  if (bsd) {
    await proc.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n");
    const total = proc.world.memory().total;
    for (const row of rows) {
      const minutes = `${Math.floor(row.cpuSeconds / 60)}:${String(Math.floor(row.cpuSeconds % 60)).padStart(2, "0")}`;
      await proc.out(
        `${row.user.slice(0, 8).padEnd(8)} ${String(row.pid).padStart(7)}  0.0 ${((row.rss / total) * 100).toFixed(1).padStart(4)} ${String(row.vsz).padStart(6)} ${String(row.rss).padStart(5)} ${row.tty.padEnd(8)} ${row.stat.padEnd(4)} ${started(proc, row.startedAt)} ${minutes.padStart(6)} ${row.command}\n`,
      );
    }
    return 0;
  }
  const long = (seconds: number): string =>
    `00:${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  if (flags.includes("f")) {
    await proc.out("UID          PID    PPID  C STIME TTY          TIME CMD\n");
    for (const row of flags.includes("e") || flags.includes("A")
      ? rows
      : rows.filter((one) => proc.login.live.has(one.pid))) {
      await proc.out(
        `${row.user.slice(0, 8).padEnd(8)} ${String(row.pid).padStart(7)} ${String(row.ppid).padStart(7)}  0 ${started(proc, row.startedAt)} ${row.tty.padEnd(8)} ${long(row.cpuSeconds)} ${row.command}\n`,
      );
    }
    return 0;
  }
  await proc.out("    PID TTY          TIME CMD\n");
  for (const row of /[eAax]/.test(flags) ? rows : rows.filter((one) => proc.login.live.has(one.pid))) {
    await proc.out(
      `${String(row.pid).padStart(7)} ${row.tty.padEnd(8)} ${long(row.cpuSeconds)} ${processName(row)}\n`,
    );
  }
  return 0;
}

async function vmstat(proc: Proc): Promise<number> {
  const memory = proc.world.memory();
  await proc.out(
    `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n 0  0      0 ${memory.free} ${memory.buffers} ${memory.cached}    0    0     2     7   31   58  0  0 99  0  0\n`,
  );
  return 0;
}

/** The programs of this file. */
export const processPrograms = [program("ps", ps), program("vmstat", vmstat)];
