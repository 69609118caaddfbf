// What a tree is made of and what bounds it. Data only.

import type { ByteString } from "../shell.ts";
import type { ByteBudget } from "./content.ts";
import type { DirectoryNode, FileNode } from "./node.ts";

/** Bounds of what one source may add. */
export interface TreeLimits {
  /** Bytes held in memory: at the bound the largest file keeps only its beginning, the rest of it reads back as zeros. */
  readonly keptBytes: number;
  /** Bytes as stat shows them, all files together: then the disk is full. */
  readonly diskBytes: number;
  readonly entries: number;
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
