// Captured files by the SHA-256 of their bytes: <folder>/ab/<sha256>, written aside, forced to disk, then renamed.
// A path is made of a hash that we computed and nothing else; beyond the quota bytes are counted and dropped.

import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DecnetError } from "../contract/errors.ts";
import { createIdSource, isSha256 } from "../contract/ids.ts";
import type { FileCapture } from "../decoys/decoy.ts";
import type { Logger } from "../kit/log.ts";
import { BlobCapture, BlobRoom, blobPath, exists, openShelf } from "./blob-capture.ts";

export { blobPath };

/** Where the blobs lie and how many bytes of them there may be. */
export interface BlobStoreOptions {
  readonly dir: string;
  readonly quotaBytes: number;
  readonly log: Logger;
}

/** The blob store. One process writes it; any may read. */
export interface BlobStore {
  /** Starts a capture that keeps at most `maxBytes`. Never throws; what cannot be written is not kept. */
  createCapture(options: { readonly maxBytes: number }): FileCapture;
  /** The first `maxBytes` of a blob, or null when there is none. Throws DecnetError `invalid` on what is not a hash. */
  read(
    sha256: string,
    options: { readonly maxBytes: number },
  ): Promise<{ readonly bytes: Uint8Array; readonly size: number } | null>;
  /** Bytes of all blobs and running captures. */
  readonly bytes: number;
}

/** Removes what a killed process left unfinished, and counts the bytes of the blobs. */
async function prepare(folder: string, room: BlobRoom): Promise<void> {
  await rm(join(folder, "tmp"), { recursive: true, force: true });
  await mkdir(join(folder, "tmp"), { recursive: true, mode: 0o750 });
  for (const shelf of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    await openShelf(join(folder, shelf));
    for (const name of await readdir(join(folder, shelf)))
      room.used += (await stat(join(folder, shelf, name))).size;
  }
}

async function readBlob(path: string, maxBytes: number): Promise<{ bytes: Uint8Array; size: number } | null> {
  if (!(await exists(path))) return null;
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}

/** Opens the blob store. The folder is looked through in the background; captures wait for that. */
export function openBlobs(options: BlobStoreOptions): BlobStore {
  const { dir: folder, quotaBytes, log } = options;
  const room = new BlobRoom(quotaBytes);
  let ready: Promise<void> | null = null;
  const nextName = createIdSource();
  return {
    createCapture({ maxBytes }) {
      ready ??= prepare(folder, room).catch((error: unknown) => {
        ready = null;
        throw error;
      });
      return new BlobCapture({ folder, room, log, ready, nextName }, maxBytes);
    },
    async read(sha256, { maxBytes }) {
      if (!isSha256(sha256)) throw new DecnetError("invalid", "not a SHA-256");
      return readBlob(blobPath(folder, sha256), maxBytes);
    },
    get bytes() {
      return room.used;
    },
  };
}
