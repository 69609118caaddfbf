// The spool's files in memory, where each operation can be made to fail and a power cut forgets what was not synced.

import type { SegmentFile, SpoolFiles } from "../../src/evidence/spool/files.ts";

/** Which operation fails. */
export type Operation = "write" | "sync" | "truncate" | "create" | "remove" | "syncFolder" | "writeHead";

interface Stored {
  bytes: Buffer;
  durable: Buffer;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Files in memory. `fail` is asked before each operation and gives the error code, or null to let it pass. */
export class FaultFiles implements SpoolFiles {
  readonly segments = new Map<number, Stored>();
  head: number | null = null;
  syncs = 0;
  fail: (operation: Operation) => string | null = () => null;

  /** Forgets what was never forced to disk. */
  powerCut(): void {
    for (const stored of this.segments.values()) stored.bytes = Buffer.from(stored.durable);
  }

  async list(): Promise<number[]> {
    return [...this.segments.keys()].sort((a, b) => a - b);
  }

  async read(first: number): Promise<Buffer> {
    return Buffer.from(this.#stored(first).bytes);
  }

  async create(first: number): Promise<SegmentFile> {
    this.#check("create");
    this.segments.set(first, { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) });
    return this.#open(first);
  }

  async reopen(first: number): Promise<SegmentFile> {
    return this.#open(first);
  }

  async remove(first: number): Promise<void> {
    this.#check("remove");
    this.segments.delete(first);
  }

  async syncFolder(): Promise<void> {
    this.#check("syncFolder");
  }

  async size(): Promise<number> {
    return [...this.segments.values()].reduce((sum, stored) => sum + stored.bytes.length, 0);
  }

  async readHead(): Promise<number | null> {
    return this.head;
  }

  async writeHead(position: number): Promise<void> {
    this.#check("writeHead");
    this.head = position;
  }

  async close(): Promise<void> {
    return;
  }

  #check(operation: Operation): void {
    const code = this.fail(operation);
    if (code) throw systemError(code);
  }

  #stored(first: number): Stored {
    const stored = this.segments.get(first);
    if (!stored) throw systemError("ENOENT");
    return stored;
  }

  #open(first: number): SegmentFile {
    const stored = this.#stored(first);
    return {
      write: async (bytes, offset) => {
        const code = this.fail("write");
        // A failing write leaves its first half behind, as a full disk does.
        const kept = code ? bytes.subarray(0, bytes.length >> 1) : bytes;
        const grown = Buffer.alloc(Math.max(stored.bytes.length, offset + kept.length));
        stored.bytes.copy(grown);
        grown.set(kept, offset);
        stored.bytes = grown;
        if (code) throw systemError(code);
      },
      sync: async () => {
        this.syncs++;
        this.#check("sync");
        stored.durable = Buffer.from(stored.bytes);
      },
      truncate: async (length) => {
        this.#check("truncate");
        stored.bytes = stored.bytes.subarray(0, length);
      },
      close: async () => undefined,
    };
  }
}
