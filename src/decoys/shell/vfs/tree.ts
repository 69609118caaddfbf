// The tree of one source's logins: the base tree until something is changed, then copies of the directories on the way (only).
// Never changes a base node; every entry and byte that an intruder adds is counted against bounds.

import type { ByteString, FsResult, UploadVia } from "../shell.ts";
import { type Holder, textContent } from "./content.ts";
import { createHeldBytes, type HeldBytes } from "./held.ts";
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
import { locate, type Place } from "./place.ts";
import type { TreeOptions } from "./tree-options.ts";
import { WrittenContent } from "./written.ts";

/** Bytes on their way into a file. */
export interface Writing {
  readonly offset: number;
  readonly bytes: ByteString;
  readonly via: UploadVia;
  /** Who captures them. */
  readonly writer?: Captor | undefined;
}

/** A copy-on-write tree. Paths are absolute byte strings. */
export class Tree {
  #root: DirectoryNode;
  readonly #owned = new WeakSet<VNode>();
  readonly #options: TreeOptions;
  readonly #held: HeldBytes;
  #entries = 0;
  #bytes = 0;
  #nextInode: number;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#root = options.base;
    this.#held = createHeldBytes(options.limits.keptBytes, {
      parent: options.budget,
      onShrink: (holder) => this.#beforeShrink(holder),
    });
    this.#nextInode = 260_000 + (options.now() % 50_000);
  }

  /** Bytes written so far, as the disk would show. */
  get usedBytes(): number {
    return this.#bytes;
  }

  /** Follows a path from the root of this tree. */
  locate(path: ByteString, who: Credentials, followLast: boolean): FsResult<Place> {
    return locate(this.#root, { path, who, followLast });
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
    const content = new WrittenContent(this.#held, node.content.slice(0, Math.min(size, 1 << 20)), size);
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

  /** What comes over a connection is captured as it comes; what a shell wrote, before it is let go. */
  #beforeShrink(holder: Holder): void {
    if (!(holder instanceof WrittenContent)) return;
    this.#eachFile((path, node) => {
      if (node.content === holder && node.dirty === "shell") this.#options.onLose(path, node);
    });
  }

  /** Gives back all that is held. The tree must not be used after. */
  dispose(): void {
    this.#held.clear();
    this.#root = this.#options.base;
  }
}
