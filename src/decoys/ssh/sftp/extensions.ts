// The extensions that OpenSSH 9.2's sftp-server announces (OpenSSH PROTOCOL section 4), in its order.

import { toByteString } from "../../shell/bytes.ts";
import type { ByteString } from "../../shell/shell.ts";
import { status } from "../errno.ts";
import { WireReader, WireWriter } from "../wire.ts";
import { fxp, MAX_DATA, MAX_MESSAGE, readAttributes, reply, statusReply } from "./codec.ts";
import { readFrom, writeTo } from "./files.ts";
import { MAX_HANDLES } from "./handles.ts";
import { nameBytes } from "./names.ts";
import type { Handler, SftpContext } from "./request.ts";
import { done, fail, readPath } from "./request.ts";
import { applyAttributes, oneName } from "./tree.ts";

/** Names and versions, as announced. */
export const extensions: readonly (readonly [string, string])[] = [
  ["posix-rename@openssh.com", "1"],
  ["statvfs@openssh.com", "2"],
  ["fstatvfs@openssh.com", "2"],
  ["hardlink@openssh.com", "1"],
  ["fsync@openssh.com", "1"],
  ["lsetstat@openssh.com", "1"],
  ["limits@openssh.com", "1"],
  ["expand-path@openssh.com", "1"],
  ["copy-data", "1"],
  ["home-directory", "1"],
  ["users-groups-by-id@openssh.com", "1"],
];

const BLOCK = 4096;
/** Most bytes of one copy: an endless device is cut here. */
const MAX_COPY = 64n * 1024n * 1024n;
/** Ids in one question; OpenSSH's own client asks for the owners of one folder. */
const MAX_IDS = 4096;

function statvfsReply(context: SftpContext, id: number): Uint8Array {
  const space = context.fs.statvfs();
  const blocks = (kib: number): bigint => BigInt(Math.floor((kib * 1024) / BLOCK));
  const free = blocks(space.freeKib);
  const files = BigInt(Math.floor(space.filesFree));
  const numbers = [
    ...[BigInt(BLOCK), BigInt(BLOCK), blocks(space.totalKib), free, free],
    ...[BigInt(Math.floor(space.files)), files, files, 0xfe01n, 0n, 255n],
  ];
  const writer = reply(fxp.extendedReply, id, 128);
  for (const number of numbers) writer.u64(number);
  return writer.finish();
}

const statvfs: Handler = (context, id, reader) => {
  const found = context.fs.stat(readPath(reader));
  return found.ok ? statvfsReply(context, id) : done(id, found);
};

const fstatvfs: Handler = (context, id, reader) =>
  context.handles.get(reader.string()) ? statvfsReply(context, id) : fail(id);

const fsync: Handler = (context, id, reader) => {
  const handle = context.handles.get(reader.string());
  return handle ? statusReply(id, status.ok) : statusReply(id, status.noSuchFile);
};

const limits: Handler = (_context, id) =>
  reply(fxp.extendedReply, id)
    .u64(BigInt(MAX_MESSAGE))
    .u64(BigInt(MAX_DATA))
    .u64(BigInt(MAX_DATA))
    .u64(BigInt(MAX_HANDLES))
    .finish();

/** A leading `~` or `~user` to the home it means. */
function expandTilde(context: SftpContext, path: ByteString): ByteString | null {
  if (!path.startsWith("~")) return path;
  const slash = path.indexOf("/");
  const user = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const home = user === "" ? context.account.home : context.names.home(user);
  return home === undefined ? null : home + (slash < 0 ? "" : path.slice(slash));
}

const expandPath: Handler = (context, id, reader) => {
  const path = expandTilde(context, readPath(reader));
  return path === null ? statusReply(id, status.noSuchFile) : oneName(id, context.fs.realpath(path));
};

const homeDirectory: Handler = (context, id, reader) => {
  const user = toByteString(reader.cstring());
  const home = user === "" ? context.account.home : context.names.home(user);
  return home === undefined ? statusReply(id, status.noSuchFile) : oneName(id, { ok: true, value: home });
};

const copyData: Handler = async (context, id, reader) => {
  const [fromName, fromStart, total] = [reader.string(), reader.u64(), reader.u64()];
  const [toName, toStart] = [reader.string(), reader.u64()];
  const [from, to] = [context.handles.get(fromName), context.handles.get(toName)];
  if (!from || !to || from === to) return fail(id);
  for (let done = 0n; total === 0n || done < total; ) {
    if (done >= MAX_COPY) return fail(id);
    const left = total === 0n ? BigInt(MAX_DATA) : total - done;
    const length = Number(left < BigInt(MAX_DATA) ? left : BigInt(MAX_DATA));
    const bytes = readFrom(context, from, { offset: fromStart + done, length });
    if (!bytes) return fail(id);
    if (bytes.length === 0) break;
    if (!writeTo(to, toStart + done, bytes).ok) return fail(id);
    done += BigInt(bytes.length);
    await context.pause();
  }
  return statusReply(id, status.ok);
};

/** Names of a list of ids: each a string, one after the other. */
function namesOf(list: Uint8Array, lookUp: (id: number) => ByteString | undefined): Uint8Array {
  const reader = new WireReader(list);
  const writer = new WireWriter(256);
  for (let i = 0; reader.left > 0 && i < MAX_IDS; i++) writer.string(nameBytes(lookUp(reader.u32())));
  return writer.finish();
}

const usersGroupsById: Handler = (context, id, reader) => {
  const [users, groups] = [reader.string(), reader.string()];
  return reply(fxp.extendedReply, id, 512)
    .string(namesOf(users, context.names.user))
    .string(namesOf(groups, context.names.group))
    .finish();
};

/** Handlers by name. */
export const extensionHandlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  [
    "posix-rename@openssh.com",
    (context, id, reader) =>
      done(id, context.fs.rename(readPath(reader), readPath(reader), { replace: true })),
  ],
  ["statvfs@openssh.com", statvfs],
  ["fstatvfs@openssh.com", fstatvfs],
  [
    "hardlink@openssh.com",
    (context, id, reader) => done(id, context.fs.link(readPath(reader), readPath(reader))),
  ],
  ["fsync@openssh.com", fsync],
  [
    "lsetstat@openssh.com",
    (context, id, reader) => done(id, applyAttributes(context.fs, readPath(reader), readAttributes(reader))),
  ],
  ["limits@openssh.com", limits],
  ["expand-path@openssh.com", expandPath],
  ["copy-data", copyData],
  ["home-directory", homeDirectory],
  ["users-groups-by-id@openssh.com", usersGroupsById],
]);
