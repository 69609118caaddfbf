// Who has a TCP address of this host, as far as /proc tells this user (proc(5), proc_net(5)). Asks no process.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isIPv6 } from "node:net";
import { nameOfUid } from "./identity.ts";
import { addressBytes, addressText } from "./libc/address.ts";

/** A socket that listens. */
interface Listener {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

const ALL = ["::", "0.0.0.0"];
const MAPPED = "::ffff:";

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A process that ended, or one of another user: not known.
    return "";
  }
}

/** An address as the kernel prints it: words of four bytes in the order of the machine, which is little-endian. */
function kernelAddress(hex: string): string {
  const bytes = Buffer.from(hex, "hex").swap32();
  return plain(addressText(bytes));
}

/** One spelling for each address; IPv4 for IPv4 inside IPv6. */
function plain(address: string): string {
  const text = addressText(addressBytes(address));
  if (!isIPv6(text) || !text.startsWith(MAPPED)) return text;
  return addressText(addressBytes(text).subarray(12));
}

/** The rows of /proc/net/tcp or tcp6 that listen (state 0A). */
export function parseListeners(text: string): readonly Listener[] {
  return text.split("\n").flatMap((row) => {
    const fields = row.trim().split(/\s+/);
    const [, address, port] = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(fields[1] ?? "") ?? [];
    if (!address || !port || fields[3] !== "0A") return [];
    const place = { address: kernelAddress(address), port: Number.parseInt(port, 16) };
    return [{ ...place, uid: Number(fields[7]), inode: fields[9] ?? "" }];
  });
}

/** Those of `listeners` that keep others off an address, the one that has exactly it first. */
export function inTheWay(listeners: readonly Listener[], host: string, port: number): readonly Listener[] {
  const wanted = plain(host);
  const there = listeners.filter((listener) => listener.port === port);
  const exact = there.filter(({ address }) => address === wanted);
  if (ALL.includes(wanted)) return [...exact, ...there.filter(({ address }) => address !== wanted)];
  return [...exact, ...there.filter(({ address }) => ALL.includes(address))];
}

function holds(pid: string, link: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === link;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

function processOf({ inode }: Listener): string | undefined {
  const pid = readdirSync("/proc").find(
    (entry) => /^[0-9]+$/.test(entry) && holds(entry, `socket:[${inode}]`),
  );
  return pid === undefined ? undefined : `${read(`/proc/${pid}/comm`).trim() || "a process"} (pid ${pid})`;
}

/**
 * `name (pid 123)` of the process that has an address; `a process of alice` where this user may not look into it, and
 * undefined where nobody listens.
 */
export function portOwner(host: string, port: number): string | undefined {
  const listeners = parseListeners(`${read("/proc/net/tcp")}\n${read("/proc/net/tcp6")}`);
  const [first, ...others] = inTheWay(listeners, host, port);
  if (!first) return undefined;
  for (const listener of [first, ...others]) {
    const owner = processOf(listener);
    if (owner !== undefined) return owner;
  }
  return `a process of ${nameOfUid(first.uid) ?? `user ${first.uid}`}`;
}
