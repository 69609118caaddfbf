// The SYN that began a TCP connection, which the kernel keeps on request (tcp(7): TCP_SAVE_SYN, TCP_SAVED_SYN; Linux 4.2).
// It tells both ends also when the client has reset the connection and the socket has no peer any more.

import { addressText } from "./address.ts";
import { attempt } from "./errno.ts";
import { lazyLibc } from "./load.ts";

const IPPROTO_TCP = 6;
const TCP_SAVE_SYN = 27;
const TCP_SAVED_SYN = 28;
/** The longest IPv4 header, or IPv6 with some extensions, and the longest TCP header. */
const MAX_BYTES = 256;
/** Bytes of the fixed part of an IPv6 header, without extensions (RFC 8200 section 3). */
const IPV6_BYTES = 40;

const libc = lazyLibc({
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
});

/** An address in text, and a port. */
interface End {
  readonly ip: string;
  readonly port: number;
}

/** Where a connection came from and where it went. */
export interface SynEnds {
  readonly source: End;
  readonly destination: End;
}

/** Has the kernel keep the SYNs of the connections that this listener takes. Without effect on a kernel that can't. */
export function keepSyns(listener: number): void {
  const { setsockopt } = libc();
  const on = new Int32Array([1]);
  attempt(() => setsockopt(listener, IPPROTO_TCP, TCP_SAVE_SYN, on, on.byteLength));
}

/**
 * The SYN of a connection, from its IP header on; undefined where none was kept, as for one that a SYN cookie let in. It
 * can be had once: the kernel forgets it then.
 */
function takeSyn(fd: number): Uint8Array | undefined {
  const { getsockopt } = libc();
  const [bytes, size] = [new Uint8Array(MAX_BYTES), new Uint32Array([MAX_BYTES])];
  const { errno } = attempt(() => getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, bytes, size));
  return errno === 0 ? bytes.subarray(0, size[0]) : undefined;
}

/** Both ends of a SYN (RFC 791, RFC 8200, RFC 9293); undefined for bytes that are none. */
export function parseSyn(bytes: Uint8Array): SynEnds | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  const head = version === 4 ? ((bytes[0] ?? 0) & 15) * 4 : IPV6_BYTES;
  const protocol = version === 4 ? bytes[9] : bytes[6];
  if ((version !== 4 && version !== 6) || protocol !== IPPROTO_TCP || head < 20) return undefined;
  if (bytes.length < head + 4) return undefined;
  const [at, length] = version === 4 ? [12, 4] : [8, 16];
  const port = (offset: number): number =>
    ((bytes[head + offset] ?? 0) << 8) | (bytes[head + offset + 1] ?? 0);
  return {
    source: { ip: addressText(bytes.subarray(at, at + length)), port: port(0) },
    destination: { ip: addressText(bytes.subarray(at + length, at + 2 * length)), port: port(2) },
  };
}

/** Both ends of an accepted connection, as its SYN told them. */
export function synEndsOf(fd: number): SynEnds | undefined {
  const bytes = takeSyn(fd);
  return bytes && parseSyn(bytes);
}
