// Files opened: to read, and to write with every byte on its way to the blob store. Never throws for what is asked.

import { fromByteString, toByteString } from "../bytes.ts";
import type { ByteString, FsResult, OpenFile, SessionFs, UploadVia, WritableFile } from "../shell.ts";
import type { UploadSink } from "./captures.ts";
import { READ_BYTES } from "./content.ts";
import { type FileNode, fail, ok, permits, statOf, type VNode } from "./node.ts";
import type { Place } from "./place.ts";
import { nodeAt, type Seat } from "./volume.ts";

/** Opens a file to read. */
export function openToRead(seat: Seat, path: ByteString): FsResult<OpenFile> {
  const found = nodeAt(seat, path);
  if (!found.ok) return found;
  const node = found.value;
  if (node.type === "directory") return fail("EISDIR");
  if (!permits(node, seat.who, 4)) return fail("EACCES");
  if (node.type === "socket") return fail("ENXIO");
  const read = (offset: number, length: number): Uint8Array => {
    const content = node.type === "symlink" ? undefined : node.content;
    if (!content || offset < 0 || length <= 0) return new Uint8Array(0);
    return fromByteString(content.slice(offset, Math.min(length, READ_BYTES)));
  };
  return ok({ stat: statOf(node), read });
}

/** The content as a byte string of at most `max` bytes. */
export function readText(seat: Seat, path: ByteString, max: number): FsResult<ByteString> {
  const found = nodeAt(seat, path);
  if (!found.ok) return found;
  const node = found.value;
  if (node.type === "directory") return fail("EISDIR");
  if (!permits(node, seat.who, 4)) return fail("EACCES");
  return ok(node.type === "symlink" ? "" : (node.content?.slice(0, max) ?? ""));
}

/** Opens a file to write, making it where it is not there. */
export function openToWrite(
  seat: Seat,
  path: ByteString,
  options: Parameters<SessionFs["openWrite"]>[1],
): FsResult<WritableFile> {
  const at = seat.locate(path, true);
  if (!at.ok) return at;
  const opened = openNode(seat, at.value, options);
  if (!opened.ok) return opened;
  const node = opened.value;
  if (node.type !== "file") return ok(nullFile(node, node.device[1] === 7 && node.device[0] === 1));
  const { tree } = seat.volume;
  if (options.truncate) {
    const cut = tree.truncate(at.value.path, node, 0);
    if (!cut.ok) return cut;
  }
  const sink = options.via === "shell" ? undefined : seat.volume.upload(at.value.path, options.via);
  return ok(writable(seat, { path: at.value.path, node }, { via: options.via, sink }));
}

function openNode(
  seat: Seat,
  at: Place,
  options: Parameters<SessionFs["openWrite"]>[1],
): FsResult<Exclude<VNode, { type: "directory" | "symlink" }>> {
  const { tree } = seat.volume;
  const { node } = at;
  if (!node) {
    if (options.create === false) return fail("ENOENT");
    const parent = tree.checkParent(at, seat.who);
    if (!parent.ok) return parent;
    const made = tree.newFile(seat.who, (options.mode ?? 0o644) & 0o777);
    const added = tree.add(at, made);
    return added.ok ? ok(made) : added;
  }
  if (options.exclusive) return fail("EEXIST");
  if (node.type === "directory") return fail("EISDIR");
  if (node.type === "symlink") return fail("ELOOP");
  if (!permits(node, seat.who, 2)) return fail("EACCES");
  if (node.type !== "file") return ok(node);
  if (seat.volume.readOnly(at.path)) return fail("EROFS");
  if (at.parent.sealed) return fail("EACCES");
  return ok(tree.own(at, node));
}

function writable(
  seat: Seat,
  file: { path: ByteString; node: FileNode },
  how: { via: UploadVia; sink: UploadSink | undefined },
): WritableFile {
  const { path, node } = file;
  const { tree, captor: writer } = seat.volume;
  let closed = false;
  return {
    write: (offset, bytes) => {
      if (closed || offset < 0) return fail("EINVAL");
      const result = tree.write(node, { offset, bytes: toByteString(bytes), via: how.via, writer });
      if (result.ok) how.sink?.write(offset, bytes);
      return result;
    },
    truncate: (size) => (closed || size < 0 ? fail("EINVAL") : tree.truncate(path, node, size)),
    stat: () => statOf(node),
    read: (offset, length) => fromByteString(node.content.slice(offset, Math.min(length, READ_BYTES))),
    close: async () => {
      if (closed) return;
      closed = true;
      if (!how.sink) return;
      if (node.writer === writer) node.dirty = undefined;
      await how.sink.finish(node);
    },
  };
}

/** A device to write to: takes everything and keeps nothing; /dev/full has no space. */
function nullFile(node: VNode, full: boolean): WritableFile {
  return {
    write: (_offset, bytes) => (full ? fail("ENOSPC") : ok(bytes.length)),
    truncate: () => ok(undefined),
    stat: () => statOf(node),
    read: () => new Uint8Array(0),
    close: () => Promise.resolve(),
  };
}
