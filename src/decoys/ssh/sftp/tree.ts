// SFTP requests on paths: attributes, folders, links, names.

import type { ByteString, FileStat, FsResult, SessionFs } from "../../shell/shell.ts";
import { status, statusOf } from "../errno.ts";
import type { Attributes, NameEntry } from "./codec.ts";
import { fxp, nameReply, readAttributes, reply, statusReply } from "./codec.ts";
import { longName } from "./long-name.ts";
import { nameOrNumber } from "./names.ts";
import type { Handler, SftpContext } from "./request.ts";
import { attributesReply, done, fail, readPath, toWire } from "./request.ts";

/** Names in one reply to READDIR. */
const NAMES_AT_ONCE = 100;
const UMASK = 0o022;

/** Sets attributes of a path, one after the other; the first failure ends it. */
export function applyAttributes(fs: SessionFs, path: ByteString, attributes: Attributes): FsResult<void> {
  const { size, mode, times, owner } = attributes;
  const steps: (() => FsResult<void>)[] = [];
  if (size !== undefined) steps.push(() => truncate(fs, path, Number(size)));
  if (mode !== undefined) steps.push(() => fs.chmod(path, mode & 0o7777));
  if (times) steps.push(() => fs.utimes(path, times.mtime * 1000));
  if (owner) steps.push(() => fs.chown(path, owner.uid, owner.gid));
  for (const step of steps) {
    const result = step();
    if (!result.ok) return result;
  }
  return { ok: true, value: undefined };
}

function truncate(fs: SessionFs, path: ByteString, size: number): FsResult<void> {
  const opened = fs.openWrite(path, { via: "sftp", create: false });
  if (!opened.ok) return opened;
  const result = opened.value.truncate(size);
  void opened.value.close();
  return result;
}

const setstat: Handler = (context, id, reader) => {
  const path = readPath(reader);
  return done(id, applyAttributes(context.fs, path, readAttributes(reader)));
};

function entryOf(context: SftpContext, name: ByteString, stat: FileStat): NameEntry {
  const owner = nameOrNumber(context.names.user(stat.uid), stat.uid);
  const group = nameOrNumber(context.names.group(stat.gid), stat.gid);
  const line = longName(name, stat, { owner, group, nowMs: context.nowMs() });
  return { name: toWire(name), longName: toWire(line), stat };
}

const opendir: Handler = (context, id, reader) => {
  const path = readPath(reader);
  const listed = context.fs.readdir(path);
  if (!listed.ok) return statusReply(id, statusOf(listed.code));
  const dots = [".", ".."].flatMap((name) => {
    const stat = context.fs.stat(name === "." ? path : `${path}/..`);
    return stat.ok ? [entryOf(context, name, stat.value)] : [];
  });
  const entries = [...dots, ...listed.value.map(({ name, stat }) => entryOf(context, name, stat))];
  const handle = context.handles.add({ kind: "directory", path, entries });
  if (!handle) return fail(id);
  context.recordRead(path, 0);
  return reply(fxp.handle, id).string(handle).finish();
};

const readdir: Handler = (context, id, reader) => {
  const handle = context.handles.get(reader.string());
  if (handle?.kind !== "directory") return fail(id);
  if (handle.entries.length === 0) return statusReply(id, status.eof);
  return nameReply(id, handle.entries.splice(0, NAMES_AT_ONCE));
};

const mkdir: Handler = (context, id, reader) => {
  const path = readPath(reader);
  const { mode = 0o777 } = readAttributes(reader);
  return done(id, context.fs.mkdir(path, mode & 0o777 & ~UMASK));
};

/** One name without attributes, as realpath and readlink answer. */
export function oneName(id: number, result: FsResult<ByteString>): Uint8Array {
  if (!result.ok) return statusReply(id, statusOf(result.code));
  const name = toWire(result.value);
  return nameReply(id, [{ name, longName: name, stat: null }]);
}

const rename: Handler = (context, id, reader) =>
  done(id, context.fs.rename(readPath(reader), readPath(reader), { replace: false }));

/** OpenSSH takes the target first, unlike the draft. */
const symlink: Handler = (context, id, reader) =>
  done(id, context.fs.symlink(readPath(reader), readPath(reader)));

/** Handlers by message type. */
export const treeHandlers: readonly (readonly [number, Handler])[] = [
  [fxp.stat, (context, id, reader) => attributesReply(id, context.fs.stat(readPath(reader)))],
  [fxp.lstat, (context, id, reader) => attributesReply(id, context.fs.lstat(readPath(reader)))],
  [fxp.setstat, setstat],
  [fxp.opendir, opendir],
  [fxp.readdir, readdir],
  [fxp.remove, (context, id, reader) => done(id, context.fs.unlink(readPath(reader)))],
  [fxp.mkdir, mkdir],
  [fxp.rmdir, (context, id, reader) => done(id, context.fs.rmdir(readPath(reader)))],
  [fxp.realpath, (context, id, reader) => oneName(id, context.fs.realpath(readPath(reader)))],
  [fxp.rename, rename],
  [fxp.readlink, (context, id, reader) => oneName(id, context.fs.readlink(readPath(reader)))],
  [fxp.symlink, symlink],
];
