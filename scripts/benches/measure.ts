// What benchmarks of a running install share: its processes' memory and CPU time, and load on its Redis decoy.

import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import type { Status } from "../../src/api/types.ts";
import type { RunningInstall } from "../../test/support/install.ts";

/** The generator's own tick. */
const TICK_MS = 5;
/** Clock ticks a second in /proc/<pid>/stat (USER_HZ, proc(5)). */
const USER_HZ = 100;

/** Pid of each worker. */
export async function pidsOf(install: RunningInstall): Promise<ReadonlyMap<string, number>> {
  const { workers } = await install.get<Status>("/status");
  return new Map(workers.map((worker) => [worker.name, Number(worker.extra["pid"])]));
}

/** Proportional memory of a process in MiB. */
export function pssOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Math.round(Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 102.4) / 10;
}

/** Proportional memory of each worker in MiB, from /proc/<pid>/smaps_rollup. */
export async function memory(install: RunningInstall): Promise<Record<string, number>> {
  return Object.fromEntries([...(await pidsOf(install))].map(([name, pid]) => [name, pssOf(pid)]));
}

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / USER_HZ;
}

/** Opens connections to a decoy, each from an address of its own. */
export function openClients(port: number, count: number): Promise<Socket[]> {
  const open = (i: number): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ host: "127.0.0.1", port, localAddress: `127.100.0.${1 + i}` });
      socket.on("error", reject);
      socket.on("data", () => undefined);
      socket.on("connect", () => resolve(socket));
    });
  return Promise.all(Array.from({ length: count }, (_, i) => open(i)));
}

/** A steady load: numbered ECHO commands at `rate` a second for `seconds`. */
export interface Load {
  readonly clients: readonly Socket[];
  readonly rate: number;
  readonly seconds: number;
  /** Called as each command is handed to its socket. */
  readonly onSent?: (number: number) => void;
}

/** Sends on a fixed schedule; resolves to how many, and how many ticks came over 50 ms late. */
export async function sendLoad(load: Load): Promise<{ sent: number; lateTicks: number }> {
  const total = load.seconds * load.rate;
  const start = performance.now();
  let sent = 0;
  let lateTicks = 0;
  let last = start;
  while (sent < total) {
    await Bun.sleep(TICK_MS);
    const now = performance.now();
    if (now - last > 50) lateTicks++;
    last = now;
    const due = Math.min(total, Math.floor(((now - start) / 1000) * load.rate));
    for (; sent < due; sent++) {
      load.onSent?.(sent);
      load.clients[sent % load.clients.length]?.write(`ECHO bench-${sent}-\r\n`);
    }
  }
  return { sent, lateTicks };
}
