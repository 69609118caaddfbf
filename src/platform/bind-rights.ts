// Whether this process may listen on a port below the kernel's privileged range (ip(7), capabilities(7)).
// Asks /proc; binds nothing.

import { readFileSync } from "node:fs";

/** Bit of CAP_NET_BIND_SERVICE in the capability sets of proc(5). */
const NET_BIND_SERVICE = 1n << 10n;
/** The kernel's default of net.ipv4.ip_unprivileged_port_start. */
const USUAL_START = 1024;

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No /proc here: the kernel's defaults are assumed, and binding itself has the last word.
    return "";
  }
}

/** True when neither rights nor the kernel's settings stand in the way of listening on `port`. */
export function mayBind(port: number): boolean {
  const start = /^\d+/.exec(read("/proc/sys/net/ipv4/ip_unprivileged_port_start"))?.[0];
  if (port >= Number(start ?? USUAL_START)) return true;
  const capabilities = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(read("/proc/self/status"))?.[1];
  if (capabilities === undefined) return process.geteuid?.() === 0;
  return (BigInt(`0x${capabilities}`) & NET_BIND_SERVICE) !== 0n;
}
