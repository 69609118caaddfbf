// Netlink messages and attributes as bytes (netlink(7), <linux/netlink.h>). Pure: no socket, no meaning of any type.
// Decoding throws DecnetError `protocol` for what breaks the format, and nothing else.

import { DecnetError } from "../../contract/errors.ts";

// Flags and types of <linux/netlink.h>
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;

const HEADER = 16;
const NLA_F_NESTED = 0x8000;
/** Without the flags "nested" and "network byte order". */
const NLA_TYPE_MASK = 0x3fff;

/** One message: what follows the header is `body`, the kind's fixed part first, then attributes. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** A message as it came. */
export interface Decoded extends Message {
  readonly seq: number;
}

const align = (length: number): number => (length + 3) & ~3;

/** Joins parts without padding. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A message with its 16-byte header, padded to 4. Numbers are in the machine's order: little-endian on x86-64 and arm64. */
export function encodeMessage(message: Message, seq: number): Uint8Array {
  const out = new Uint8Array(align(HEADER + message.body.length));
  const view = new DataView(out.buffer);
  view.setUint32(0, HEADER + message.body.length, true);
  view.setUint16(4, message.type, true);
  view.setUint16(6, message.flags, true);
  view.setUint32(8, seq, true);
  out.set(message.body, HEADER);
  return out;
}

/** All messages of one datagram. */
export function decodeMessages(bytes: Uint8Array): Decoded[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Decoded[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + HEADER <= bytes.length ? view.getUint32(at, true) : 0;
    if (length < HEADER || at + length > bytes.length) {
      throw new DecnetError("protocol", "netlink: a message's length does not fit");
    }
    found.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      seq: view.getUint32(at + 8, true),
      body: bytes.subarray(at + HEADER, at + length),
    });
    at += align(length);
  }
  return found;
}

/** The errno (positive) that a message of type NLMSG_ERROR reports; 0 acknowledges. */
export function errorOf(body: Uint8Array): number {
  if (body.length < 4) throw new DecnetError("protocol", "netlink: an error without its number");
  return Math.abs(new DataView(body.buffer, body.byteOffset).getInt32(0, true));
}

/** One attribute, padded to 4. */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const length = 4 + payload.length;
  if (length > 0xffff) throw new DecnetError("too_large", "netlink: an attribute of more than 64 KiB");
  const out = new Uint8Array(align(length));
  const view = new DataView(out.buffer);
  view.setUint16(0, length, true);
  view.setUint16(2, type, true);
  out.set(payload, 4);
  return out;
}

/** An attribute that holds attributes. `marked` sets NLA_F_NESTED, which nf_tables asks for and rtnetlink does not. */
export function nested(type: number, parts: readonly Uint8Array[], marked = false): Uint8Array {
  return attribute(marked ? type | NLA_F_NESTED : type, concat(parts));
}

/** A number in the machine's order. */
export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

/** A number in network order. */
export function be32(value: number): Uint8Array {
  return u32(value).reverse();
}

/** Text with its final NUL. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

/** Attributes by type from `from` on; of one that comes twice, the last. */
export function decodeAttributes(bytes: Uint8Array, from = 0): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<number, Uint8Array>();
  for (let at = from; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? view.getUint16(at, true) : 0;
    if (length < 4 || at + length > bytes.length) {
      throw new DecnetError("protocol", "netlink: an attribute's length does not fit");
    }
    found.set(view.getUint16(at + 2, true) & NLA_TYPE_MASK, bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return found;
}

/** The number in an attribute of 4 bytes, or undefined when it is absent or shorter. */
export function readU32(payload: Uint8Array | undefined): number | undefined {
  if (!payload || payload.length < 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
}

/** The text in an attribute up to its NUL, or undefined when it is absent. */
export function readText(payload: Uint8Array | undefined): string | undefined {
  if (!payload) return undefined;
  const end = payload.indexOf(0);
  return new TextDecoder().decode(end < 0 ? payload : payload.subarray(0, end));
}
