// SFTP version 3 as bytes: frames, attributes, replies (draft-ietf-secsh-filexfer-02, as OpenSSH speaks it).
// Holds at most one frame and one chunk; a frame beyond OpenSSH's bound ends the stream.

import type { FileStat } from "../../shell/shell.ts";
import { malformed, WireReader, WireWriter } from "../wire.ts";

/** Longest message that OpenSSH's sftp-server takes (SFTP_MAX_MSG_LENGTH). */
export const MAX_MESSAGE = 256 * 1024;
/** Most bytes of one read or write (SFTP_MAX_READ_LENGTH). */
export const MAX_DATA = MAX_MESSAGE - 1024;

/** Message types. */
export const fxp = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

const EMPTY = new Uint8Array(0);

/** Cuts a stream into messages without their length. */
export class FrameReader {
  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;

  push(bytes: Uint8Array): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#buffer = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }
    const needed = held + bytes.length;
    const grown = new Uint8Array(Math.max(needed, Math.min(held * 2, MAX_MESSAGE + 4)));
    grown.set(this.#buffer.subarray(this.#start, this.#end));
    grown.set(bytes, held);
    this.#buffer = grown;
    this.#start = 0;
    this.#end = needed;
  }

  /** The next message, null when more bytes are needed, `too-long` when the stream is of no more use. */
  next(): Uint8Array | null | "too-long" {
    const held = this.#end - this.#start;
    if (held < 4) return null;
    const length = new DataView(this.#buffer.buffer, this.#buffer.byteOffset + this.#start).getUint32(0);
    if (length > MAX_MESSAGE) return "too-long";
    if (held < 4 + length) return null;
    const from = this.#start + 4;
    this.#start = from + length;
    return this.#buffer.slice(from, from + length);
  }
}

/** Attributes as a client sends them; absent ones are left alone. */
export interface Attributes {
  readonly size?: bigint;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  /** Seconds. */
  readonly times?: { readonly atime: number; readonly mtime: number };
}

const FLAG = { size: 1, owner: 2, mode: 4, times: 8, extended: 0x8000_0000 } as const;

/** Most extended attributes that OpenSSH reads. */
const MAX_EXTENDED = 0x100000;

/** Reads an ATTRS structure. */
export function readAttributes(reader: WireReader): Attributes {
  const flags = reader.u32();
  const size = flags & FLAG.size ? { size: reader.u64() } : {};
  const owner = flags & FLAG.owner ? { owner: { uid: reader.u32(), gid: reader.u32() } } : {};
  const mode = flags & FLAG.mode ? { mode: reader.u32() } : {};
  const times = flags & FLAG.times ? { times: { atime: reader.u32(), mtime: reader.u32() } } : {};
  if ((flags & FLAG.extended) !== 0) {
    const count = reader.u32();
    if (count > MAX_EXTENDED) throw malformed("too many extended attributes");
    for (let i = 0; i < count; i++) {
      reader.string();
      reader.string();
    }
  }
  return { ...size, ...owner, ...mode, ...times };
}

/** Type bits of st_mode. */
const TYPE_BITS: Readonly<Record<FileStat["type"], number>> = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

/** st_mode of a node. */
export function modeOf(stat: FileStat): number {
  return TYPE_BITS[stat.type] | (stat.mode & 0o7777);
}

/** Writes the attributes of a node; there is one time for both. */
export function writeAttributes(writer: WireWriter, stat: FileStat): WireWriter {
  const seconds = Math.max(0, Math.floor(stat.mtimeMs / 1000)) >>> 0;
  return writer
    .u32(FLAG.size | FLAG.owner | FLAG.mode | FLAG.times)
    .u64(BigInt(Math.max(0, Math.floor(stat.size))))
    .u32(stat.uid)
    .u32(stat.gid)
    .u32(modeOf(stat))
    .u32(seconds)
    .u32(seconds);
}

const STATUS_TEXTS = [
  "Success",
  "End of file",
  "No such file",
  "Permission denied",
  "Failure",
  "Bad message",
  "No connection",
  "Connection lost",
  "Operation unsupported",
] as const;

/** Starts a reply. */
export function reply(type: number, id: number, expected = 64): WireWriter {
  return new WireWriter(expected).u8(type).u32(id);
}

/** SSH_FXP_STATUS. */
export function statusReply(id: number, code: number): Uint8Array {
  return reply(fxp.status, id)
    .u32(code)
    .string(STATUS_TEXTS[code] ?? "Unknown error")
    .string("")
    .finish();
}

/** A name with its attributes, for SSH_FXP_NAME. */
export interface NameEntry {
  readonly name: Uint8Array;
  readonly longName: Uint8Array;
  /** Null for none, as realpath answers. */
  readonly stat: FileStat | null;
}

/** SSH_FXP_NAME. */
export function nameReply(id: number, entries: readonly NameEntry[]): Uint8Array {
  const writer = reply(fxp.name, id, 256 * (entries.length + 1)).u32(entries.length);
  for (const { name, longName, stat } of entries) {
    writer.string(name).string(longName);
    if (stat) writeAttributes(writer, stat);
    else writer.u32(0);
  }
  return writer.finish();
}

/** A message as a frame. */
export function frame(payload: Uint8Array): Uint8Array {
  return new WireWriter(payload.length + 4).string(payload).finish();
}

/** Reads the type and what stands after it. */
export function readMessage(payload: Uint8Array): { readonly type: number; readonly reader: WireReader } {
  const reader = new WireReader(payload);
  return { type: reader.u8(), reader };
}
