// Socket addresses as the kernel lays them out, and the numbers of sockets. Pure; resolves no names.

import { isIPv4, isIPv6 } from "node:net";
import { DecnetError } from "../../contract/errors.ts";

// <sys/socket.h>: the same on x86-64 and arm64, glibc and musl
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x8_0000;

/** The longest name of a UNIX socket: sun_path without its NUL. */
export const UNIX_NAME_BYTES = 107;

/** struct sockaddr_un (unix(7)): the family, then a path with its NUL. Throws DecnetError `config` when it is too long. */
export function unixAddress(path: string): Uint8Array {
  const name = new TextEncoder().encode(path);
  if (name.length === 0 || name.length > UNIX_NAME_BYTES || name.includes(0)) {
    throw new DecnetError("config", `${path}: a socket's path has 1 to ${UNIX_NAME_BYTES} bytes`);
  }
  return Uint8Array.of(AF_UNIX, 0, ...name, 0);
}

/** The 4 or 16 bytes of an IP address in network order. Throws DecnetError `invalid`. */
export function addressBytes(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  if (!isIPv6(text) || text.includes("%")) throw new DecnetError("invalid", "not an IP address");
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const pair = (a: number, b: number): string =>
    ((Number(dotted?.[a]) << 8) | Number(dotted?.[b])).toString(16);
  const plain = dotted ? `${dotted[1]}${pair(2, 3)}:${pair(4, 5)}` : text;
  const [head = "", tail = ""] = plain.split("::");
  const words = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((w) => Number.parseInt(w, 16));
  const [before, after] = [words(head), words(tail)];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

/** Text of 4 or 16 bytes; IPv6 in the form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  return new URL(`http://[${words.map((word) => word.toString(16)).join(":")}]`).hostname.slice(1, -1);
}

/** sockaddr_in (ip(7), 16 bytes) or sockaddr_in6 (ipv6(7), 28 bytes); the family little-endian, as both machines are. */
export function socketAddress(address: string, port: number): Uint8Array {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new DecnetError("invalid", "not a port");
  const bytes = addressBytes(address);
  const v4 = bytes.length === 4;
  const out = new Uint8Array(v4 ? 16 : 28);
  const view = new DataView(out.buffer);
  view.setUint16(0, v4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  out.set(bytes, v4 ? 4 : 8);
  return out;
}
