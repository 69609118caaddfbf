// SFTP requests on open files: open, close, read, write, and attributes of a handle.

import type { ByteString, FsResult } from "../../shell/shell.ts";
import { status, statusOf } from "../errno.ts";
import type { WireReader } from "../wire.ts";
import type { Attributes } from "./codec.ts";
import { fxp, MAX_DATA, readAttributes, reply, statusReply } from "./codec.ts";
import type { Handle } from "./handles.ts";
import type { Handler, SftpContext } from "./request.ts";
import { attributesReply, done, fail, readPath } from "./request.ts";
import { applyAttributes } from "./tree.ts";

/** Flags of SSH_FXP_OPEN. */
const OPEN = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;
const UMASK = 0o022;

function openForReading(context: SftpContext, path: ByteString): FsResult<Handle> {
  const opened = context.fs.open(path);
  return opened.ok ? { ok: true, value: { kind: "read", path, file: opened.value, told: false } } : opened;
}

function openForWriting(
  context: SftpContext,
  path: ByteString,
  how: { flags: number; mode: number },
): FsResult<Handle> {
  const has = (flag: number): boolean => (how.flags & flag) !== 0;
  const opened = context.fs.openWrite(path, {
    via: "sftp",
    mode: how.mode,
    truncate: has(OPEN.truncate),
    exclusive: has(OPEN.create) && has(OPEN.exclusive),
    create: has(OPEN.create),
  });
  if (!opened.ok) return opened;
  const handle = {
    kind: "write",
    path,
    file: opened.value,
    readable: has(OPEN.read),
    append: has(OPEN.append),
  } as const;
  return { ok: true, value: handle };
}

const open: Handler = async (context, id, reader) => {
  const path = readPath(reader);
  const flags = reader.u32();
  const { mode = 0o666 } = readAttributes(reader);
  if ((flags & (OPEN.read | OPEN.write)) === 0) return fail(id);
  const opened =
    (flags & OPEN.write) !== 0
      ? openForWriting(context, path, { flags, mode: mode & 0o7777 & ~UMASK })
      : openForReading(context, path);
  if (!opened.ok) return statusReply(id, statusOf(opened.code));
  const handle = context.handles.add(opened.value);
  if (handle) return reply(fxp.handle, id).string(handle).finish();
  if (opened.value.kind === "write") await opened.value.file.close();
  return fail(id);
};

const close: Handler = async (context, id, reader) =>
  statusReply(id, (await context.handles.close(reader.string())) ? status.ok : status.noSuchFile);

/** At most one data message from a handle; empty at the end. Null when the handle cannot be read. */
export function readFrom(
  context: SftpContext,
  handle: Handle | undefined,
  at: { offset: bigint; length: number },
): Uint8Array | null {
  if (!handle || handle.kind === "directory") return null;
  if (handle.kind === "write" && !handle.readable) return null;
  if (at.offset > BigInt(Number.MAX_SAFE_INTEGER)) return new Uint8Array(0);
  if (handle.kind === "read" && !handle.told) {
    handle.told = true;
    context.recordRead(handle.path, handle.file.stat.size);
  }
  return handle.file.read(Number(at.offset), Math.min(at.length, MAX_DATA));
}

const read: Handler = (context, id, reader) => {
  const handle = context.handles.get(reader.string());
  const bytes = readFrom(context, handle, { offset: reader.u64(), length: reader.u32() });
  if (!bytes) return fail(id);
  if (bytes.length === 0) return statusReply(id, status.eof);
  return reply(fxp.data, id, bytes.length + 16)
    .string(bytes)
    .finish();
};

/** Writes to a handle: at `offset`, or at the end where it was opened so. */
export function writeTo(handle: Handle | undefined, offset: bigint, bytes: Uint8Array): FsResult<number> {
  if (handle?.kind !== "write") return { ok: false, code: "ETXTBSY" };
  const at = handle.append ? BigInt(handle.file.stat().size) : offset;
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) return { ok: false, code: "ENOSPC" };
  return handle.file.write(Number(at), bytes);
}

const write: Handler = (context, id, reader) => {
  const handle = context.handles.get(reader.string());
  return done(id, writeTo(handle, reader.u64(), reader.string()));
};

const fstat: Handler = (context, id, reader) => {
  const handle = context.handles.get(reader.string());
  if (!handle) return fail(id);
  if (handle.kind === "directory") return attributesReply(id, context.fs.stat(handle.path));
  return attributesReply(id, {
    ok: true,
    value: handle.kind === "read" ? handle.file.stat : handle.file.stat(),
  });
};

function applyToHandle(context: SftpContext, handle: Handle, attributes: Attributes): FsResult<void> {
  const { size, ...rest } = attributes;
  if (size !== undefined) {
    if (handle.kind !== "write") return { ok: false, code: "EINVAL" };
    const cut = handle.file.truncate(Number(size));
    if (!cut.ok) return cut;
  }
  return applyAttributes(context.fs, handle.path, rest);
}

const fsetstat: Handler = (context, id, reader: WireReader) => {
  const handle = context.handles.get(reader.string());
  const attributes = readAttributes(reader);
  return handle ? done(id, applyToHandle(context, handle, attributes)) : fail(id);
};

/** Handlers by message type. */
export const fileHandlers: readonly (readonly [number, Handler])[] = [
  [fxp.open, open],
  [fxp.close, close],
  [fxp.read, read],
  [fxp.write, write],
  [fxp.fstat, fstat],
  [fxp.fsetstat, fsetstat],
];
