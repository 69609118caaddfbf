// Entries of folders made, moved and removed, with the permissions of who asks. Never throws for what is asked.

import type { ByteString, FsResult } from "../shell.ts";
import { fail, ok, type VNode } from "./node.ts";
import type { Place } from "./place.ts";
import type { Seat } from "./volume.ts";

export function makeFolder(seat: Seat, path: ByteString, mode: number): FsResult<void> {
  const at = seat.locate(path.length > 1 ? path.replace(/\/{1,4096}$/, "") || "/" : path, false);
  if (!at.ok) return at;
  if (at.value.node) return fail("EEXIST");
  const parent = seat.volume.tree.checkParent(at.value, seat.who);
  if (!parent.ok) return parent;
  const meta = seat.volume.tree.meta(seat.who, mode & 0o7777);
  return seat.volume.tree.add(at.value, { type: "directory", ...meta, entries: new Map() });
}

export function makeLink(seat: Seat, target: ByteString, path: ByteString): FsResult<void> {
  const at = seat.locate(path, false);
  if (!at.ok) return at;
  if (at.value.node) return fail("EEXIST");
  if (target === "" || target.length > 4095) return fail(target === "" ? "ENOENT" : "ENAMETOOLONG");
  const parent = seat.volume.tree.checkParent(at.value, seat.who);
  if (!parent.ok) return parent;
  return seat.volume.tree.add(at.value, {
    type: "symlink",
    ...seat.volume.tree.meta(seat.who, 0o777),
    target,
  });
}

export function makeHardLink(seat: Seat, from: ByteString, to: ByteString): FsResult<void> {
  const source = seat.locate(from, false);
  if (!source.ok) return source;
  const at = seat.locate(to, false);
  if (!at.ok) return at;
  const { node } = source.value;
  if (!node) return fail("ENOENT");
  if (node.type === "directory") return fail("EPERM");
  if (at.value.node) return fail("EEXIST");
  const parent = seat.volume.tree.checkParent(at.value, seat.who);
  if (!parent.ok) return parent;
  const own = seat.volume.tree.own(source.value, node);
  own.nlink++;
  return seat.volume.tree.add(at.value, own);
}

/** What removing checks: the parent's permissions and its sticky bit. */
function mayRemove(seat: Seat, at: Place): FsResult<VNode> {
  const { node } = at;
  if (!node) return fail("ENOENT");
  const parent = seat.volume.tree.checkParent(at, seat.who);
  if (!parent.ok) return parent.code === "ENOENT" ? fail("EPERM") : parent;
  const sticky = (parent.value.mode & 0o1000) !== 0;
  if (sticky && seat.who.uid !== 0 && node.uid !== seat.who.uid && parent.value.uid !== seat.who.uid)
    return fail("EPERM");
  return ok(node);
}

export function removeFile(seat: Seat, path: ByteString): FsResult<void> {
  const at = seat.locate(path, false);
  if (!at.ok) return at;
  const node = mayRemove(seat, at.value);
  if (!node.ok) return node;
  if (node.value.type === "directory") return fail("EISDIR");
  seat.volume.tree.remove(at.value);
  if (node.value.type === "file" && node.value.nlink > 1) node.value.nlink--;
  return ok(undefined);
}

export function removeFolder(seat: Seat, path: ByteString): FsResult<void> {
  const at = seat.locate(path, false);
  if (!at.ok) return at;
  const node = mayRemove(seat, at.value);
  if (!node.ok) return node;
  if (node.value.type !== "directory") return fail("ENOTDIR");
  if (at.value.name === "") return fail("EPERM");
  if (node.value.entries.size > 0) return fail("ENOTEMPTY");
  seat.volume.tree.remove(at.value);
  return ok(undefined);
}

export function move(
  seat: Seat,
  { from, to, replace }: { from: ByteString; to: ByteString; replace: boolean },
): FsResult<void> {
  const source = seat.locate(from, false);
  if (!source.ok) return source;
  const moved = mayRemove(seat, source.value);
  if (!moved.ok) return moved;
  const at = seat.locate(to, false);
  if (!at.ok) return at;
  const parent = seat.volume.tree.checkParent(at.value, seat.who);
  if (!parent.ok) return parent;
  if (at.value.path === source.value.path) return ok(undefined);
  if (`${at.value.path}/`.startsWith(`${source.value.path}/`) || source.value.name === "")
    return fail("EINVAL");
  const target = at.value.node;
  if (target) {
    if (!replace) return fail("EEXIST");
    if (target.type === "directory" && moved.value.type !== "directory") return fail("EISDIR");
    if (target.type !== "directory" && moved.value.type === "directory") return fail("ENOTDIR");
    if (target.type === "directory" && target.entries.size > 0) return fail("ENOTEMPTY");
    const removable = mayRemove(seat, at.value);
    if (!removable.ok) return removable;
    seat.volume.tree.remove(at.value);
  }
  seat.volume.tree.detach(source.value);
  seat.volume.tree.attach(at.value, moved.value);
  return ok(undefined);
}
