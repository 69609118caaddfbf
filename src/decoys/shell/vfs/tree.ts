// The tree of one source's logins: the base tree until something is changed, then copies of the directories on the way (only).
// Never changes a base node; every entry and byte that an intruder adds is counted against bounds.

import type { ByteString, FsResult, UploadVia } from "../shell.ts";
import { type ByteBudget, createByteBudget, textContent, WrittenContent } from "./content.ts";
import {
  type Captor,
  type Credentials,
  type DirectoryNode,
  type FileNode,
  fail,
  ok,
  permits,
  type VNode,
} from "./node.ts";

/** Bounds of what one source may add. */
export interface TreeLimits {
  /** Bytes held in memory; more than that is counted and reads back as zeros. */
  readonly keptBytes: number;
  /** Bytes as stat shows them, all files together: then the disk is full. */
  readonly diskBytes: number;
  readonly entries: number;
}

/** Where a path leads: the directory that holds it, its name there, and the node when there is one. */
export interface Place {
  /** Absolute path with links resolved. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly node: VNode | undefined;
  /** Names from the root to the directory that holds it. */
  readonly parents: readonly ByteString[];
  readonly parent: DirectoryNode;
}

const LINKS = 40;
const NAME_BYTES = 255;
const PATH_BYTES = 4096;

/** Bytes on their way into a file. */
export interface Writing {
  readonly offset: number;
  readonly bytes: ByteString;
  readonly via: UploadVia;
  /** Who captures them. */
  readonly writer?: Captor | undefined;
}

/** What a tree is made of. */
export interface TreeOptions {
  readonly base: DirectoryNode;
  readonly limits: TreeLimits;
  readonly now: () => number;
  /** Whether the file system that holds this absolute path is mounted read-only. */
  readonly readOnly: (path: ByteString) => boolean;
  /** Bytes that all trees of the machine share. */
  readonly budget?: ByteBudget;
  /** Told of written content before it is lost (removed, truncated, replaced). */
  readonly onLose: (path: ByteString, node: FileNode) => void;
}

/** A copy-on-write tree. Paths are absolute byte strings. */
export class Tree {
  #root: DirectoryNode;
  readonly #owned = new WeakSet<VNode>();
  readonly #options: TreeOptions;
  readonly #budget: ByteBudget & { readonly left: number };
  #entries = 0;
  #bytes = 0;
  #nextInode: number;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#root = options.base;
    this.#budget = createByteBudget(options.limits.keptBytes, options.budget);
    this.#nextInode = 260_000 + (options.now() % 50_000);
  }

  /** Bytes written so far, as the disk would show. */
  get usedBytes(): number {
    return this.#bytes;
  }

  /** Follows a path. The last component may be missing; everything before it must be there and searchable. */
  locate(path: ByteString, who: Credentials, followLast: boolean): FsResult<Place> {
    if (path.length > PATH_BYTES) return fail("ENAMETOOLONG");
    const todo = path
      .split("/")
      .filter((part) => part !== "")
      .reverse();
    const wantsDirectory = path.endsWith("/") && todo.length > 0;
    const trail: { name: ByteString; node: DirectoryNode }[] = [];
    let here: DirectoryNode = this.#root;
    let links = 0;
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (name.length > NAME_BYTES) return fail("ENAMETOOLONG");
      if (!permits(here, who, 1)) return fail("EACCES");
      if (name === ".") continue;
      if (name === "..") {
        const step = trail.pop();
        if (step) here = step.node;
        continue;
      }
      const node = here.entries.get(name);
      const last = todo.length === 0;
      if (node?.type === "symlink" && (!last || followLast || wantsDirectory)) {
        if (++links > LINKS) return fail("ELOOP");
        if (node.target.startsWith("/")) {
          trail.length = 0;
          here = this.#root;
        }
        if (todo.length > 4096) return fail("ELOOP");
        todo.push(
          ...node.target
            .split("/")
            .filter((part) => part !== "")
            .reverse(),
        );
        continue;
      }
      if (last) {
        if (node && wantsDirectory && node.type !== "directory") return fail("ENOTDIR");
        if (node?.type === "directory") {
          trail.push({ name, node: here });
          here = node;
          break;
        }
        return ok(place(trail, here, name, node));
      }
      if (!node) return fail("ENOENT");
      if (node.type !== "directory") return fail("ENOTDIR");
      trail.push({ name, node: here });
      here = node;
    }
    const end = trail.pop();
    if (!end) return ok({ path: "/", name: "", node: this.#root, parents: [], parent: this.#root });
    return ok(place(trail, end.node, end.name, here));
  }

  /** The node of a path, which must be there. */
  find(path: ByteString, who: Credentials, followLast = true): FsResult<VNode> {
    const found = this.locate(path, who, followLast);
    if (!found.ok) return found;
    return found.value.node ? ok(found.value.node) : fail("ENOENT");
  }

  /** Whether `who` may add to or remove from the directory of a place. */
  checkParent(at: Place, who: Credentials): FsResult<DirectoryNode> {
    if (at.parent.sealed) return fail(at.parent.sealed);
    if (this.#options.readOnly(at.path)) return fail("EROFS");
    if (!permits(at.parent, who, 3)) return fail("EACCES");
    return ok(at.parent);
  }

  /** Puts a node at a place, counting it. */
  add(at: Place, node: VNode): FsResult<void> {
    if (this.#entries >= this.#options.limits.entries) return fail("ENOSPC");
    this.#entries++;
    this.#put(at, node);
    return ok(undefined);
  }

  #put(at: Place, node: VNode): void {
    const parent = this.#ownDirectory(at.parents);
    parent.entries.set(at.name, node);
    parent.mtimeMs = this.#options.now();
    this.#owned.add(node);
  }

  /** Takes the node away from a place. */
  remove(at: Place): void {
    if (at.node?.type === "file" && at.node.nlink <= 1) this.#lose(at.path, at.node);
    this.detach(at);
    if (at.node && this.#owned.has(at.node) && this.#entries > 0) this.#entries--;
  }

  /** As `remove`, but the node lives on elsewhere (rename). */
  detach(at: Place): void {
    const parent = this.#ownDirectory(at.parents);
    parent.entries.delete(at.name);
    parent.mtimeMs = this.#options.now();
  }

  /** Puts a node that lives already (rename). */
  attach(at: Place, node: VNode): void {
    const parent = this.#ownDirectory(at.parents);
    parent.entries.set(at.name, node);
    parent.mtimeMs = this.#options.now();
  }

  #lose(path: ByteString, node: FileNode): void {
    if (node.dirty) this.#options.onLose(path, node);
    if (!(node.content instanceof WrittenContent)) return;
    this.#bytes -= node.content.size;
    node.content.truncate(0);
  }

  /** A node of one's own at a place that has one: changes to it stay in this tree. */
  own<T extends VNode>(at: Place, node: T): T {
    if (this.#owned.has(node)) return node;
    const copy = { ...node, ...(node.type === "directory" ? { entries: new Map(node.entries) } : {}) };
    this.#owned.add(copy);
    if (at.name === "") this.#root = copy as DirectoryNode;
    else this.#ownDirectory(at.parents).entries.set(at.name, copy);
    return copy;
  }

  #ownDirectory(names: readonly ByteString[]): DirectoryNode {
    const own = (node: DirectoryNode): DirectoryNode => {
      if (this.#owned.has(node)) return node;
      const copy: DirectoryNode = { ...node, entries: new Map(node.entries) };
      this.#owned.add(copy);
      return copy;
    };
    let here = own(this.#root);
    this.#root = here;
    for (const name of names) {
      const child = here.entries.get(name);
      if (child?.type !== "directory") return here;
      const next = own(child);
      here.entries.set(name, next);
      here = next;
    }
    return here;
  }

  /** A new inode's common fields. */
  meta(
    who: Credentials,
    mode: number,
  ): { mode: number; uid: number; gid: number; mtimeMs: number; ino: number; nlink: number } {
    return {
      mode,
      uid: who.uid,
      gid: who.gid,
      mtimeMs: this.#options.now(),
      ino: this.#nextInode++,
      nlink: 1,
    };
  }

  /** An empty file of this tree. */
  newFile(who: Credentials, mode: number): FileNode {
    return { type: "file", ...this.meta(who, mode), content: textContent("") };
  }

  /** Writes into an owned file. */
  write(node: FileNode, at: Writing): FsResult<number> {
    const content = this.#writable(node);
    const grows = Math.max(0, at.offset + at.bytes.length - content.size);
    if (this.#bytes + grows > this.#options.limits.diskBytes) return fail("ENOSPC");
    this.#bytes += grows;
    content.write(at.offset, at.bytes);
    node.mtimeMs = this.#options.now();
    node.dirty = at.via;
    node.writer = at.writer;
    node.program = undefined;
    return ok(at.bytes.length);
  }

  truncate(path: ByteString, node: FileNode, size: number): FsResult<void> {
    if (size === 0 && node.content.size > 0 && node.dirty) this.#options.onLose(path, node);
    const content = this.#writable(node);
    const grows = size - content.size;
    if (this.#bytes + grows > this.#options.limits.diskBytes) return fail("ENOSPC");
    this.#bytes += grows;
    content.truncate(size);
    node.mtimeMs = this.#options.now();
    node.program = undefined;
    if (size === 0) node.dirty = undefined;
    return ok(undefined);
  }

  #writable(node: FileNode): WrittenContent {
    if (node.content instanceof WrittenContent) return node.content;
    // A file of the persona is first copied; beyond 1 MiB only its beginning, like everything that is too large to keep.
    const size = node.content.size;
    const content = new WrittenContent(this.#budget, node.content.slice(0, Math.min(size, 1 << 20)), size);
    this.#bytes += size;
    node.content = content;
    return content;
  }

  /** True once anything differs from the machine's own files. */
  get changed(): boolean {
    return this.#root !== this.#options.base;
  }

  #eachFile(visit: (path: ByteString, node: FileNode) => void): void {
    const walk = (folder: DirectoryNode, path: ByteString): void => {
      if (!this.#owned.has(folder)) return;
      for (const [name, node] of folder.entries) {
        if (node.type === "directory") walk(node, `${path}/${name}`);
        else if (node.type === "file" && this.#owned.has(node)) visit(`${path}/${name}`, node);
      }
    };
    walk(this.#root, "");
  }

  /** Visits every file that was written and not yet captured: of one writer only, when told so. */
  eachDirty(visit: (path: ByteString, node: FileNode) => void, writer?: Captor): void {
    this.#eachFile((path, node) => {
      if (node.dirty && (writer === undefined || node.writer === writer)) visit(path, node);
    });
  }

  /** Removes what was written first until half of each bound is free; false when that is not enough. */
  makeRoom(): boolean {
    const { limits } = this.#options;
    const roomy = (): boolean =>
      this.#entries <= limits.entries / 2 &&
      this.#bytes <= limits.diskBytes / 2 &&
      this.#budget.left >= limits.keptBytes / 2;
    if (roomy()) return true;
    const files: { path: ByteString; mtimeMs: number }[] = [];
    this.#eachFile((path, node) => {
      if (node.content instanceof WrittenContent) files.push({ path, mtimeMs: node.mtimeMs });
    });
    files.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { path } of files) {
      const at = this.locate(path, { uid: 0, gid: 0, groups: [] }, false);
      if (at.ok) this.remove(at.value);
      if (roomy()) return true;
    }
    return false;
  }

  /** Gives back all that is held. The tree must not be used after. */
  dispose(): void {
    const drop = (folder: DirectoryNode): void => {
      if (!this.#owned.has(folder)) return;
      for (const node of folder.entries.values()) {
        if (node.type === "directory") drop(node);
        else if (node.type === "file" && node.content instanceof WrittenContent) node.content.truncate(0);
      }
    };
    drop(this.#root);
    this.#root = this.#options.base;
  }
}

function place(
  trail: readonly { readonly name: ByteString }[],
  parent: DirectoryNode,
  name: ByteString,
  node: VNode | undefined,
): Place {
  const parents = trail.map((step) => step.name);
  return { path: `/${[...parents, name].join("/")}`, name, node, parents, parent };
}
