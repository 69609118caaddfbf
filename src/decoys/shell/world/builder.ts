// Builds the base tree of a machine, path by path.

import { utf8ByteString } from "../bytes.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import { type Content, textContent } from "../vfs/content.ts";
import type { DirectoryNode, VNode } from "../vfs/node.ts";

/** Owner and permissions of a new node. */
export interface NodeOptions {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeMs?: number;
  /** What runs when it is executed. */
  readonly program?: string;
  readonly sealed?: FsErrorCode;
  /** Bytes of a directory that is larger than one block. */
  readonly size?: number;
}

/** Adds nodes; missing folders are made on the way. */
export class TreeBuilder {
  readonly root: DirectoryNode;
  readonly #mtimeMs: number;
  #inode = 2;

  constructor(mtimeMs: number) {
    this.#mtimeMs = mtimeMs;
    this.root = { type: "directory", ...this.#meta({}, 0o755), entries: new Map() };
  }

  #meta(options: NodeOptions, mode: number) {
    const { uid = 0, gid = 0 } = options;
    const ino = this.#inode++;
    // Programs are as old as their packages; what the installer made is spread over its quarter of an hour.
    const spread = Math.imul(ino, 0x9e3779b1) >>> 0;
    const age =
      options.program === undefined
        ? -(spread % 900) * 1000
        : (30 + (spread % 600)) * 86_400_000 + (spread % 86_400_000);
    return {
      mode: options.mode ?? mode,
      uid,
      gid,
      mtimeMs: options.mtimeMs ?? this.#mtimeMs - age,
      ino,
      nlink: 1,
    };
  }

  dir(path: ByteString, options: NodeOptions = {}): DirectoryNode {
    const existing = this.#find(path);
    if (existing?.type === "directory") {
      existing.mode = options.mode ?? existing.mode;
      existing.uid = options.uid ?? existing.uid;
      existing.gid = options.gid ?? existing.gid;
      return existing;
    }
    const sealed = options.sealed === undefined ? {} : { sealed: options.sealed };
    const size = options.size === undefined ? {} : { size: options.size };
    const node: DirectoryNode = {
      type: "directory",
      ...this.#meta(options, 0o755),
      entries: new Map(),
      ...sealed,
      ...size,
    };
    this.#put(path, node);
    return node;
  }

  file(path: ByteString, content: Content | string, options: NodeOptions = {}): void {
    const body = typeof content === "string" ? textContent(utf8ByteString(content)) : content;
    this.#put(path, { type: "file", ...this.#meta(options, 0o644), content: body, program: options.program });
  }

  link(path: ByteString, target: ByteString): void {
    this.#put(path, { type: "symlink", ...this.#meta({}, 0o777), target });
  }

  device(
    path: ByteString,
    at: { device: readonly [number, number]; content?: Content; block?: boolean } & NodeOptions,
  ): void {
    const content = at.content ? { content: at.content } : {};
    this.#put(path, {
      type: at.block ? "block" : "character",
      ...this.#meta(at, 0o666),
      device: at.device,
      ...content,
    });
  }

  #find(path: ByteString): VNode | undefined {
    let here: VNode = this.root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      const next: VNode | undefined = here.type === "directory" ? here.entries.get(name) : undefined;
      if (!next) return undefined;
      here = next;
    }
    return here;
  }

  #put(path: ByteString, node: VNode): void {
    const names = path.split("/").filter((name) => name !== "");
    const name = names.pop();
    if (name === undefined) return;
    let here = this.root;
    for (const part of names) {
      const next = here.entries.get(part);
      if (next?.type === "directory") here = next;
      else {
        const made: DirectoryNode = {
          type: "directory",
          ...this.#meta({}, 0o755),
          entries: new Map(),
          ...(here.sealed ? { sealed: here.sealed, mode: 0o555 } : {}),
        };
        here.entries.set(part, made);
        here = made;
      }
    }
    here.entries.set(name, node);
  }
}
