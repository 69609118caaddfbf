// The file system of one login through one user's eyes: permissions, read-only mounts, captured writes.
// Never throws for what is asked, never touches a real file.

import { fromByteString } from "../bytes.ts";
import type { ByteString, FileStat, FsResult, OpenFile, SessionFs, WritableFile } from "../shell.ts";
import { liveContent } from "./content.ts";
import { makeFolder, makeHardLink, makeLink, move, removeFile, removeFolder } from "./entries.ts";
import { type Credentials, fail, ok, permits, statOf, type VNode } from "./node.ts";
import { openToRead, openToWrite, readText } from "./open.ts";
import type { Place } from "./place.ts";
import { below, nodeAt, type Seat, type Volume } from "./volume.ts";

const WHOLE_FILE = 16 * 1024 * 1024;

/** A view. `home` is where relative paths start. */
export class FsView implements SessionFs {
  readonly #volume: Volume;
  readonly who: Credentials;
  readonly #home: ByteString;
  readonly #seat: Seat;
  /** The text of /proc/self/status for the process that looks. */
  readonly #self: (() => ByteString) | undefined;

  constructor(volume: Volume, who: Credentials, home: ByteString, self?: () => ByteString) {
    this.#volume = volume;
    this.who = who;
    this.#home = home;
    this.#self = self;
    this.#seat = { volume, who, locate: (path, follow) => this.#locate(path, follow) };
  }

  /** The same files through another user's eyes, relative paths from `home`. */
  at(who: Credentials, home: ByteString, self?: () => ByteString): FsView {
    return new FsView(this.#volume, who, home, self);
  }

  #absolute(path: ByteString): ByteString {
    const whole = path.startsWith("/") ? path : `${this.#home}/${path}`;
    const { root } = this.#volume;
    return root === undefined ? whole : below(root, whole);
  }

  #locate(path: ByteString, follow: boolean): FsResult<Place> {
    if (path === "" || path.includes("\0")) return fail("ENOENT");
    const at = this.#volume.tree.locate(this.#absolute(path), this.who, follow);
    const node = at.ok ? at.value.node : undefined;
    if (!this.#self || !at.ok || at.value.path !== "/proc/self/status" || node?.type !== "file") return at;
    return ok({ ...at.value, node: { ...node, content: liveContent(this.#self) } });
  }

  /** The node of a path, for programs of the machine itself. */
  node(path: ByteString, follow = true): FsResult<VNode> {
    return nodeAt(this.#seat, path, follow);
  }

  stat(path: ByteString): FsResult<FileStat> {
    const node = this.node(path);
    return node.ok ? ok(statOf(node.value)) : node;
  }

  lstat(path: ByteString): FsResult<FileStat> {
    const node = this.node(path, false);
    return node.ok ? ok(statOf(node.value)) : node;
  }

  /** Whether this user may read (4), write (2) or execute (1) what is there. */
  access(path: ByteString, want: number): boolean {
    const at = this.#locate(path, true);
    if (!at.ok || !at.value.node) return false;
    if (want & 2 && this.#volume.readOnly(at.value.path)) return false;
    return permits(at.value.node, this.who, want);
  }

  /** Says that a written file is a copy of one of the machine's programs. */
  markProgram(path: ByteString, program: string): void {
    const node = this.node(path);
    if (!node.ok || node.value.type !== "file") return;
    node.value.program = program;
    node.value.dirty = undefined;
  }

  readdir(path: ByteString): FsResult<readonly { readonly name: ByteString; readonly stat: FileStat }[]> {
    const node = this.node(path);
    if (!node.ok) return node;
    if (node.value.type !== "directory") return fail("ENOTDIR");
    if (!permits(node.value, this.who, 4)) return fail("EACCES");
    const names = [...node.value.entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return ok(names.map(([name, child]) => ({ name, stat: statOf(child) })));
  }

  readFile(path: ByteString): FsResult<Uint8Array> {
    const text = this.readText(path, WHOLE_FILE);
    return text.ok ? ok(fromByteString(text.value)) : text;
  }

  open(path: ByteString): FsResult<OpenFile> {
    return openToRead(this.#seat, path);
  }

  /** As `readFile`, as a byte string of at most `max` bytes. */
  readText(path: ByteString, max: number): FsResult<ByteString> {
    return readText(this.#seat, path, max);
  }

  openWrite(path: ByteString, options: Parameters<SessionFs["openWrite"]>[1]): FsResult<WritableFile> {
    return openToWrite(this.#seat, path, options);
  }

  mkdir(path: ByteString, mode = 0o755): FsResult<void> {
    return makeFolder(this.#seat, path, mode);
  }

  symlink(target: ByteString, path: ByteString): FsResult<void> {
    return makeLink(this.#seat, target, path);
  }

  link(from: ByteString, to: ByteString): FsResult<void> {
    return makeHardLink(this.#seat, from, to);
  }

  unlink(path: ByteString): FsResult<void> {
    return removeFile(this.#seat, path);
  }

  rmdir(path: ByteString): FsResult<void> {
    return removeFolder(this.#seat, path);
  }

  rename(from: ByteString, to: ByteString, options: { readonly replace?: boolean } = {}): FsResult<void> {
    return move(this.#seat, { from, to, replace: options.replace ?? true });
  }

  readlink(path: ByteString): FsResult<ByteString> {
    const node = this.node(path, false);
    if (!node.ok) return node;
    return node.value.type === "symlink" ? ok(node.value.target) : fail("EINVAL");
  }

  #change(path: ByteString, change: (node: VNode) => FsResult<void>): FsResult<void> {
    const at = this.#locate(path, true);
    if (!at.ok) return at;
    const { node } = at.value;
    if (!node) return fail("ENOENT");
    if (this.#volume.readOnly(at.value.path)) return fail("EROFS");
    if (at.value.parent.sealed) return fail("EPERM");
    if (this.who.uid !== 0 && node.uid !== this.who.uid) return fail("EPERM");
    return change(this.#volume.tree.own(at.value, node));
  }

  chmod(path: ByteString, mode: number): FsResult<void> {
    return this.#change(path, (node) => {
      node.mode = mode & 0o7777;
      return ok(undefined);
    });
  }

  chown(path: ByteString, uid: number, gid: number): FsResult<void> {
    return this.#change(path, (node) => {
      if (
        this.who.uid !== 0 &&
        (uid !== node.uid || (gid !== this.who.gid && !this.who.groups.includes(gid)))
      )
        return fail("EPERM");
      node.uid = uid;
      node.gid = gid;
      return ok(undefined);
    });
  }

  utimes(path: ByteString, mtimeMs: number): FsResult<void> {
    return this.#change(path, (node) => {
      node.mtimeMs = mtimeMs;
      return ok(undefined);
    });
  }

  realpath(path: ByteString): FsResult<ByteString> {
    const at = this.#locate(path === "" ? "." : path, true);
    if (!at.ok) return at;
    const { root = "" } = this.#volume;
    const { path: real } = at.value;
    return ok(root !== "" && real.startsWith(root) ? real.slice(root.length) || "/" : real);
  }

  statvfs(): { totalKib: number; freeKib: number; files: number; filesFree: number } {
    const { totalKib, usedKib, tree } = this.#volume;
    const files = Math.floor(totalKib / 16);
    const freeKib = Math.max(0, totalKib - usedKib - Math.ceil(tree.usedBytes / 1024));
    return { totalKib, freeKib, files, filesFree: files - Math.floor(usedKib / 40) };
  }
}
