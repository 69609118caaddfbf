// How many connections a broker may hold: fewer than its descriptors, or the kernel refuses to accept and the loop spins.
// Sets no limit of the process.

import { readFileSync } from "node:fs";

const MAX_CONNECTIONS = 4096;
/** Descriptors left for the runtime, the log, and clients that are being told that there is no room. */
const RESERVE = 40;
/** Clients that are being told so at one time; the rest of the reserve is the runtime's. */
export const MAX_REFUSED = 16;

/** The limit by the text of /proc/self/limits (proc(5)). */
export function connectionLimit(limits: string = readFileSync("/proc/self/limits", "utf8")): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  if (soft === undefined) return MAX_CONNECTIONS;
  return Math.max(1, Math.min(MAX_CONNECTIONS, Number(soft) - RESERVE));
}
