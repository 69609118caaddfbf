// What each source address has written to a machine: its tree is there again at its next login, and nobody else sees it.
// Never holds more sources or bytes than its bounds: who was away longest finds a fresh machine.

import type { ByteString } from "../shell.ts";
import { type ByteBudget, createByteBudget } from "./content.ts";
import type { DirectoryNode } from "./node.ts";
import { Tree } from "./tree.ts";
import type { TreeLimits } from "./tree-options.ts";

/** A source's tree, held by a login until it is released. */
export interface Disk {
  readonly tree: Tree;
  /** Passwords that the source has set, by account: in place of the machine's own. */
  readonly passwords: Map<ByteString, ByteString>;
  /** Idempotent. */
  release(): void;
}

/** The disks of one machine. */
export interface Disks {
  /** The disk of a source address. Concurrent logins of one source share it. */
  acquire(source: string): Disk;
  /** The disk of a source as it is now, if it has one. Only to look at. */
  peek(source: string): Pick<Disk, "tree" | "passwords"> | undefined;
  /** Sources that are remembered. */
  readonly size: number;
}

/** What disks are made of. */
export interface DisksOptions {
  /** The machine's own files. */
  readonly base: () => DirectoryNode;
  readonly now: () => number;
  readonly readOnly: (path: string) => boolean;
  /** Bounds of one source. */
  readonly limits: TreeLimits;
  /** Sources that are remembered while they are away. */
  readonly sources: number;
  /** Bytes held of all sources together. */
  readonly bytes: number;
  /** How long, in ms, a source that is away is remembered. */
  readonly keepMs: number;
}

interface Entry {
  readonly tree: Tree;
  readonly passwords: Map<ByteString, ByteString>;
  holders: number;
  leftAt: number;
}

/** Makes the disks of a machine. */
export function createDisks(options: DisksOptions): Disks {
  // In the order of last use, the oldest first.
  const entries = new Map<string, Entry>();
  const forgetOldest = (): boolean => {
    for (const [source, { tree, holders }] of entries) {
      if (holders > 0) continue;
      entries.delete(source);
      tree.dispose();
      return true;
    }
    return false;
  };
  const pool = createByteBudget(options.bytes);
  const budget: ByteBudget = {
    take(wanted) {
      let got = pool.take(wanted);
      while (got < wanted && forgetOldest()) got += pool.take(wanted - got);
      return got;
    },
    give: (bytes) => pool.give(bytes),
  };
  const newEntry = (): Entry => ({
    holders: 0,
    leftAt: 0,
    passwords: new Map(),
    tree: new Tree({
      base: options.base(),
      limits: options.limits,
      now: options.now,
      readOnly: options.readOnly,
      budget,
      onLose: (path, node) => node.writer?.take(path, node),
    }),
  });
  const expired = ({ holders, leftAt }: Entry): boolean =>
    holders === 0 && options.now() - leftAt > options.keepMs;
  const forgetExpired = (): void => {
    for (const [source, entry] of entries) {
      if (!expired(entry)) continue;
      entries.delete(source);
      entry.tree.dispose();
    }
  };
  return {
    acquire(source) {
      forgetExpired();
      const entry = entries.get(source) ?? newEntry();
      entry.holders++;
      entries.delete(source);
      entries.set(source, entry);
      let held = true;
      return {
        tree: entry.tree,
        passwords: entry.passwords,
        release() {
          if (!held) return;
          held = false;
          if (--entry.holders > 0) return;
          entry.leftAt = options.now();
          entries.delete(source);
          // Who changed nothing leaves no trace, so that scanners do not crowd out those who did.
          if (!entry.tree.changed && entry.passwords.size === 0) return;
          entries.set(source, entry);
          while (entries.size > options.sources && forgetOldest());
        },
      };
    },
    peek(source) {
      const entry = entries.get(source);
      return entry && !expired(entry) ? entry : undefined;
    },
    get size() {
      return entries.size;
    },
  };
}
