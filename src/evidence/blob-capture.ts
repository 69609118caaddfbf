// One captured file on its way into the blob store: hashed and written aside as it comes, renamed when it is whole.
// Never waits for the disk in the caller and never throws; what cannot be stored is not kept.

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import type { Sha256 } from "../contract/ids.ts";
import type { FileCapture } from "../decoys/decoy.ts";
import type { Logger } from "../kit/log.ts";

/** Bytes of all captures that may wait for the disk; beyond it a capture is cut. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What the captures of one store share: the quota, and the memory for bytes on their way to the disk. */
export class BlobRoom {
  readonly quotaBytes: number;
  used = 0;
  waiting = 0;

  constructor(quotaBytes: number) {
    this.quotaBytes = quotaBytes;
  }

  /** How many of `wanted` bytes may be kept; they count from now on. */
  reserve(wanted: number): number {
    const granted = Math.max(
      0,
      Math.min(wanted, this.quotaBytes - this.used, MAX_WAITING_BYTES - this.waiting),
    );
    this.used += granted;
    this.waiting += granted;
    return granted;
  }
}

/** What a capture is made with. `ready` resolves once the folder may be written and `room` is measured. */
export interface CaptureContext {
  readonly folder: string;
  readonly room: BlobRoom;
  readonly log: Logger;
  readonly ready: Promise<void>;
  readonly nextName: () => string;
}

type Finished = { readonly sha256: Sha256; readonly size: number; readonly stored: number };

/** A running capture. */
export class BlobCapture implements FileCapture {
  readonly #context: CaptureContext;
  readonly #maxBytes: number;
  readonly #path: string;
  readonly #hash = createHash("sha256");
  #work: Promise<void>;
  #handle: FileHandle | null = null;
  #size = 0;
  #kept = 0;
  #cut = false;
  #failed = false;
  #ended: Promise<Finished | null> | null = null;

  constructor(context: CaptureContext, maxBytes: number) {
    this.#context = context;
    this.#maxBytes = maxBytes;
    this.#path = join(context.folder, "tmp", context.nextName());
    this.#work = this.#attempt(async () => {
      await context.ready;
      this.#handle = await open(this.#path, "wx", 0o640);
    });
  }

  write(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#size += bytes.length;
    if (this.#cut || this.#failed) return;
    const wanted = Math.min(bytes.length, this.#maxBytes - this.#kept);
    const granted = this.#context.room.reserve(wanted);
    // Once cut, stay cut: the kept bytes must be the file's first ones without a hole.
    if (granted < bytes.length) this.#cut = true;
    if (granted === 0) return;
    const copy = bytes.slice(0, granted);
    this.#hash.update(copy);
    this.#kept += granted;
    this.#store(copy, this.#kept - granted);
  }

  finish(): Promise<Finished | null> {
    this.#ended ??= this.#complete();
    return this.#ended;
  }

  abort(): void {
    this.#ended ??= this.#discard();
  }

  /** Queues a piece; after a failure the remaining ones only give back the memory they had reserved. */
  #store(bytes: Uint8Array, offset: number): void {
    const before = this.#work;
    this.#work = before.then(async () => {
      if (!this.#failed) await this.#attempt(() => writeAll(this.#handle, bytes, offset));
      this.#context.room.waiting -= bytes.length;
    });
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#failed = true;
      this.#context.log.error(
        { code: systemErrorCode(error), err: error },
        "captured file could not be stored",
      );
    }
  }

  async #complete(): Promise<Finished | null> {
    await this.#work;
    const sha256 = this.#hash.digest("hex") as Sha256;
    if (!this.#failed) await this.#attempt(() => this.#publish(sha256));
    if (!this.#failed) return { sha256, size: this.#size, stored: this.#kept };
    return this.#discard();
  }

  async #publish(sha256: Sha256): Promise<void> {
    const { folder, room } = this.#context;
    // Bytes that came before the folder was measured may have been granted too freely.
    if (this.#kept > 0 && room.used > room.quotaBytes)
      throw new DecnetError("no_space", "blob quota reached");
    const target = blobPath(folder, sha256);
    await this.#handle?.sync();
    await this.#handle?.close();
    this.#handle = null;
    if (await exists(target)) {
      await unlink(this.#path);
      room.used -= this.#kept;
      return;
    }
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    await rename(this.#path, target);
    await syncFolder(dirname(target));
    await syncFolder(folder);
  }

  async #discard(): Promise<null> {
    await this.#work;
    const { room, log } = this.#context;
    room.used -= this.#kept;
    try {
      await this.#handle?.close();
      this.#handle = null;
      await rm(this.#path, { force: true });
    } catch (error) {
      log.warn({ err: error }, "unfinished captured file could not be removed");
    }
    return null;
  }
}

async function writeAll(handle: FileHandle | null, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; handle && done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

/** Where a blob lies. */
export function blobPath(folder: string, sha256: Sha256): string {
  return join(folder, sha256.slice(0, 2), sha256);
}

/** True when there is a file. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
