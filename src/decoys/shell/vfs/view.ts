// The file system of one login through one user's eyes: permissions, read-only mounts, captured writes.
// Never throws for what is asked, never touches a real file.

import { fromByteString, toByteString } from "../bytes.ts";
import type {
  ByteString,
  FileStat,
  FsResult,
  OpenFile,
  SessionFs,
  UploadVia,
  WritableFile,
} from "../shell.ts";
import type { UploadSink } from "./captures.ts";
import { READ_BYTES } from "./content.ts";
import {
  type Captor,
  type Credentials,
  type FileNode,
  fail,
  ok,
  permits,
  statOf,
  type VNode,
} from "./node.ts";
import type { Place, Tree } from "./tree.ts";

const WHOLE_FILE = 16 * 1024 * 1024;

/** What all views of one login share. */
export interface Volume {
  readonly tree: Tree;
  readonly readOnly: (path: ByteString) => boolean;
  readonly totalKib: number;
  readonly usedKib: number;
  /** Starts the capture of an uploaded file. */
  readonly upload: (path: ByteString, via: UploadVia) => UploadSink;
  /** Captures what is written through these views and is not streamed as an upload. */
  readonly captor?: Captor;
  /** A folder that the views take for the root: nothing above it can be named. */
  readonly root?: ByteString;
}

/** Where a path of a view with a root of its own leads, `..` taken out. */
function below(root: ByteString, path: ByteString): ByteString {
  const names: ByteString[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  const closed = path.endsWith("/") && names.length > 0;
  return `${[root, ...names].join("/")}${closed ? "/" : ""}`;
}

/** A view. `home` is where relative paths start. */
export class FsView implements SessionFs {
  readonly #volume: Volume;
  readonly who: Credentials;
  readonly #home: ByteString;

  constructor(volume: Volume, who: Credentials, home: ByteString) {
    this.#volume = volume;
    this.who = who;
    this.#home = home;
  }

  /** The same files through another user's eyes, relative paths from `home`. */
  at(who: Credentials, home: ByteString): FsView {
    return new FsView(this.#volume, who, home);
  }

  #absolute(path: ByteString): ByteString {
    const whole = path.startsWith("/") ? path : `${this.#home}/${path}`;
    const { root } = this.#volume;
    return root === undefined ? whole : below(root, whole);
  }

  #locate(path: ByteString, follow: boolean): FsResult<Place> {
    if (path === "" || path.includes("\0")) return fail("ENOENT");
    return this.#volume.tree.locate(this.#absolute(path), this.who, follow);
  }

  /** The node of a path, for programs of the machine itself. */
  node(path: ByteString, follow = true): FsResult<VNode> {
    const at = this.#locate(path, follow);
    if (!at.ok) return at;
    return at.value.node ? ok(at.value.node) : fail("ENOENT");
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

  open(path: ByteString): FsResult<OpenFile> {
    const found = this.node(path);
    if (!found.ok) return found;
    const node = found.value;
    if (node.type === "directory") return fail("EISDIR");
    if (!permits(node, this.who, 4)) return fail("EACCES");
    if (node.type === "socket") return fail("ENXIO");
    const read = (offset: number, length: number): Uint8Array => {
      const content = node.type === "symlink" ? undefined : node.content;
      if (!content || offset < 0 || length <= 0) return new Uint8Array(0);
      return fromByteString(content.slice(offset, Math.min(length, READ_BYTES)));
    };
    return ok({ stat: statOf(node), read });
  }

  readFile(path: ByteString): FsResult<Uint8Array> {
    const text = this.readText(path, WHOLE_FILE);
    return text.ok ? ok(fromByteString(text.value)) : text;
  }

  /** As `readFile`, as a byte string of at most `max` bytes. */
  readText(path: ByteString, max: number): FsResult<ByteString> {
    const found = this.node(path);
    if (!found.ok) return found;
    const node = found.value;
    if (node.type === "directory") return fail("EISDIR");
    if (!permits(node, this.who, 4)) return fail("EACCES");
    return ok(node.type === "symlink" ? "" : (node.content?.slice(0, max) ?? ""));
  }

  openWrite(path: ByteString, options: Parameters<SessionFs["openWrite"]>[1]): FsResult<WritableFile> {
    const at = this.#locate(path, true);
    if (!at.ok) return at;
    const opened = this.#openNode(at.value, options);
    if (!opened.ok) return opened;
    const node = opened.value;
    if (node.type !== "file") return ok(nullFile(node, node.device[1] === 7 && node.device[0] === 1));
    const { tree } = this.#volume;
    if (options.truncate) {
      const cut = tree.truncate(at.value.path, node, 0);
      if (!cut.ok) return cut;
    }
    const sink = options.via === "shell" ? undefined : this.#volume.upload(at.value.path, options.via);
    return ok(this.#writable(at.value.path, node, { via: options.via, sink }));
  }

  #openNode(
    at: Place,
    options: Parameters<SessionFs["openWrite"]>[1],
  ): FsResult<Exclude<VNode, { type: "directory" | "symlink" }>> {
    const { tree } = this.#volume;
    const { node } = at;
    if (!node) {
      if (options.create === false) return fail("ENOENT");
      const parent = tree.checkParent(at, this.who);
      if (!parent.ok) return parent;
      const made = tree.newFile(this.who, (options.mode ?? 0o644) & 0o777);
      const added = tree.add(at, made);
      return added.ok ? ok(made) : added;
    }
    if (options.exclusive) return fail("EEXIST");
    if (node.type === "directory") return fail("EISDIR");
    if (node.type === "symlink") return fail("ELOOP");
    if (!permits(node, this.who, 2)) return fail("EACCES");
    if (node.type !== "file") return ok(node);
    if (this.#volume.readOnly(at.path)) return fail("EROFS");
    if (at.parent.sealed) return fail("EACCES");
    return ok(tree.own(at, node));
  }

  #writable(
    path: ByteString,
    node: FileNode,
    how: { via: UploadVia; sink: UploadSink | undefined },
  ): WritableFile {
    const { tree, captor: writer } = this.#volume;
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

  mkdir(path: ByteString, mode = 0o755): FsResult<void> {
    const at = this.#locate(path.length > 1 ? path.replace(/\/{1,4096}$/, "") || "/" : path, false);
    if (!at.ok) return at;
    if (at.value.node) return fail("EEXIST");
    const parent = this.#volume.tree.checkParent(at.value, this.who);
    if (!parent.ok) return parent;
    const meta = this.#volume.tree.meta(this.who, mode & 0o7777);
    return this.#volume.tree.add(at.value, { type: "directory", ...meta, entries: new Map() });
  }

  symlink(target: ByteString, path: ByteString): FsResult<void> {
    const at = this.#locate(path, false);
    if (!at.ok) return at;
    if (at.value.node) return fail("EEXIST");
    if (target === "" || target.length > 4095) return fail(target === "" ? "ENOENT" : "ENAMETOOLONG");
    const parent = this.#volume.tree.checkParent(at.value, this.who);
    if (!parent.ok) return parent;
    return this.#volume.tree.add(at.value, {
      type: "symlink",
      ...this.#volume.tree.meta(this.who, 0o777),
      target,
    });
  }

  link(from: ByteString, to: ByteString): FsResult<void> {
    const source = this.#locate(from, false);
    if (!source.ok) return source;
    const at = this.#locate(to, false);
    if (!at.ok) return at;
    const { node } = source.value;
    if (!node) return fail("ENOENT");
    if (node.type === "directory") return fail("EPERM");
    if (at.value.node) return fail("EEXIST");
    const parent = this.#volume.tree.checkParent(at.value, this.who);
    if (!parent.ok) return parent;
    const own = this.#volume.tree.own(source.value, node);
    own.nlink++;
    return this.#volume.tree.add(at.value, own);
  }

  /** What removing checks: the parent's permissions and its sticky bit. */
  #mayRemove(at: Place): FsResult<VNode> {
    const { node } = at;
    if (!node) return fail("ENOENT");
    const parent = this.#volume.tree.checkParent(at, this.who);
    if (!parent.ok) return parent.code === "ENOENT" ? fail("EPERM") : parent;
    const sticky = (parent.value.mode & 0o1000) !== 0;
    if (sticky && this.who.uid !== 0 && node.uid !== this.who.uid && parent.value.uid !== this.who.uid)
      return fail("EPERM");
    return ok(node);
  }

  unlink(path: ByteString): FsResult<void> {
    const at = this.#locate(path, false);
    if (!at.ok) return at;
    const node = this.#mayRemove(at.value);
    if (!node.ok) return node;
    if (node.value.type === "directory") return fail("EISDIR");
    this.#volume.tree.remove(at.value);
    if (node.value.type === "file" && node.value.nlink > 1) node.value.nlink--;
    return ok(undefined);
  }

  rmdir(path: ByteString): FsResult<void> {
    const at = this.#locate(path, false);
    if (!at.ok) return at;
    const node = this.#mayRemove(at.value);
    if (!node.ok) return node;
    if (node.value.type !== "directory") return fail("ENOTDIR");
    if (at.value.name === "") return fail("EPERM");
    if (node.value.entries.size > 0) return fail("ENOTEMPTY");
    this.#volume.tree.remove(at.value);
    return ok(undefined);
  }

  rename(from: ByteString, to: ByteString, options: { readonly replace?: boolean } = {}): FsResult<void> {
    const source = this.#locate(from, false);
    if (!source.ok) return source;
    const moved = this.#mayRemove(source.value);
    if (!moved.ok) return moved;
    const at = this.#locate(to, false);
    if (!at.ok) return at;
    const parent = this.#volume.tree.checkParent(at.value, this.who);
    if (!parent.ok) return parent;
    if (at.value.path === source.value.path) return ok(undefined);
    if (`${at.value.path}/`.startsWith(`${source.value.path}/`) || source.value.name === "")
      return fail("EINVAL");
    const target = at.value.node;
    if (target) {
      if (options.replace === false) return fail("EEXIST");
      if (target.type === "directory" && moved.value.type !== "directory") return fail("EISDIR");
      if (target.type !== "directory" && moved.value.type === "directory") return fail("ENOTDIR");
      if (target.type === "directory" && target.entries.size > 0) return fail("ENOTEMPTY");
      const removable = this.#mayRemove(at.value);
      if (!removable.ok) return removable;
      this.#volume.tree.remove(at.value);
    }
    this.#volume.tree.detach(source.value);
    this.#volume.tree.attach(at.value, moved.value);
    return ok(undefined);
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
