// The file operations of the spool's writer, as an interface, so that a test can let each of them fail.
// Decides nothing: errors go up as they come.

import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "../../contract/errors.ts";
import { parseSegmentName, segmentName } from "./segment.ts";

/** One open segment. */
export interface SegmentFile {
  /** Writes all of `bytes` at `offset`. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Forces what was written to disk (fdatasync). */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** The folder of the spool. */
export interface SpoolFiles {
  /** First positions of the segments, ascending. */
  list(): Promise<number[]>;
  read(first: number): Promise<Buffer>;
  /** Makes a new, empty segment in place of any of that name: one that begins at the durable position holds nothing durable. */
  create(first: number): Promise<SegmentFile>;
  /** Opens an existing segment for writing. */
  reopen(first: number): Promise<SegmentFile>;
  remove(first: number): Promise<void>;
  /** Forces the folder's own entries to disk. */
  syncFolder(): Promise<void>;
  /** Bytes of all segments. */
  size(): Promise<number>;
  /** Reads and writes the durable position; see head.ts. */
  readHead(): Promise<number | null>;
  writeHead(position: number): Promise<void>;
  close(): Promise<void>;
}

/** Name of the file that holds the durable position. */
export const HEAD_NAME = "head";
/** The text of the head file: 20 digits and a line feed, overwritten in place. */
export function formatHead(position: number): string {
  return `${String(position).padStart(20, "0")}\n`;
}

/** Reads it back; null when it is not whole. */
export function parseHead(text: string): number | null {
  return /^\d{20}\n$/.test(text) ? Number(text) : null;
}

function toSegmentFile(handle: FileHandle): SegmentFile {
  return {
    async write(bytes, offset) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** The spool in a real folder, which must exist. */
export function createSpoolFiles(dir: string): SpoolFiles {
  const pathOf = (first: number): string => join(dir, segmentName(first));
  const headPath = join(dir, HEAD_NAME);
  let head: FileHandle | undefined;
  const list = async (): Promise<number[]> => {
    const firsts = (await readdir(dir)).map(parseSegmentName).filter((first) => first !== null);
    return firsts.sort((a, b) => a - b);
  };
  return {
    list,
    read: (first) => readFile(pathOf(first)),
    async create(first) {
      await orNull(unlink(pathOf(first)));
      return toSegmentFile(await open(pathOf(first), "wx", 0o600));
    },
    reopen: async (first) => toSegmentFile(await open(pathOf(first), "r+")),
    remove: (first) => unlink(pathOf(first)),
    async syncFolder() {
      const handle = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async size() {
      const stats = await Promise.all((await list()).map((first) => orNull(stat(pathOf(first)))));
      return stats.reduce((sum, entry) => sum + (entry?.size ?? 0), 0);
    },
    async readHead() {
      const text = await orNull(readFile(headPath, "latin1"));
      return text === null ? null : parseHead(text);
    },
    async writeHead(position) {
      head ??= await open(headPath, constants.O_RDWR | constants.O_CREAT, 0o600);
      await head.write(formatHead(position), 0);
    },
    async close() {
      await head?.close();
      head = undefined;
    },
  };
}
