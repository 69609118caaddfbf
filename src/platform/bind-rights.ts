// Whether this process may listen on ports that take a right (capabilities(7)): root, or a service that was given it.
// Asks /proc; binds nothing.

import { readFileSync } from "node:fs";

/** Bit of CAP_NET_BIND_SERVICE in the capability sets of proc(5). */
const NET_BIND_SERVICE = 1n << 10n;

function ownStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    // No /proc here: the user's name decides, and binding itself has the last word.
    return "";
  }
}

/** True with CAP_NET_BIND_SERVICE. */
export function hasBindRight(): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(ownStatus())?.[1];
  if (capabilities === undefined) return process.geteuid?.() === 0;
  return (BigInt(`0x${capabilities}`) & NET_BIND_SERVICE) !== 0n;
}
