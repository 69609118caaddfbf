// Echo requests (RFC 792) on a raw socket (raw(7)) and what comes back: from whom, and with which TTL.
// Judges nothing.

import { AF_INET, addressText, SOCK_RAW } from "./libc/address.ts";
import { openSocket } from "./libc/sockets.ts";

const IPPROTO_ICMP = 1;
const ECHO_REPLY = 0;
const ECHO = 8;
/** Bytes after the head, as many as ping(8) sends. */
const PAYLOAD = 56;

/** A socket for echo requests; it hears all ICMP of its namespace. The caller closes it. */
export function openPing(): number {
  return openSocket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request as it is sent. */
export function echoRequest(id: number, sequence: number): Uint8Array {
  const out = new Uint8Array(8 + PAYLOAD);
  const view = new DataView(out.buffer);
  view.setUint8(0, ECHO);
  view.setUint16(4, id);
  view.setUint16(6, sequence);
  for (let i = 8; i < out.length; i++) out[i] = i;
  view.setUint16(2, checksum(out));
  return out;
}

/** An answer to one of our echo requests; undefined for any other packet, which begins with its IP head. */
export function echoReply(packet: Uint8Array, id: number): { address: string; ttl: number } | undefined {
  const head = ((packet[0] ?? 0) & 0x0f) * 4;
  if (head < 20 || packet.length < head + 8) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (view.getUint8(head) !== ECHO_REPLY || view.getUint16(head + 4) !== id) return undefined;
  return { address: addressText(packet.slice(12, 16)), ttl: view.getUint8(8) };
}
