// One captured file on its way into the blob store: hashed and written aside as it comes, renamed when it is whole.
// Never waits for the disk in the caller and never throws; what cannot be stored is not kept.

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
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

type Finished = NonNullable<Awaited<ReturnType<FileCapture["finish"]>>>;

/** Shelves are writable for the group: forgetting a drill is not the decoys' to do. */
const SHELF_MODE = 0o770;

/** A running capture. */
export class BlobCapture implements FileCapture {
  readonly #context: CaptureContext;
  readonly #maxBytes: number;
  readonly #path: string;
  /** Of all bytes that came. */
  readonly #hash = createHash("sha256");
  /** Of the bytes kept, once no more are. */
  #keptHash: string | null = null;
  #work: Promise<void>;
  #handle: FileHandle | null = null;
  #size = 0;
  #kept = 0;
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
    if (this.#failed) return;
    const granted = this.#grant(bytes.length);
    const copy = bytes.slice(0, granted);
    this.#hash.update(copy);
    // Once cut, stay cut: the kept bytes must be the file's first ones without a hole.
    if (granted < bytes.length) {
      this.#keptHash ??= this.#hash.copy().digest("hex");
      this.#hash.update(bytes.subarray(granted));
    }
    if (granted === 0) return;
    this.#kept += granted;
    this.#store(copy, this.#kept - granted);
  }

  /** How many of the next bytes are kept. */
  #grant(length: number): number {
    if (this.#keptHash !== null) return 0;
    return this.#context.room.reserve(Math.min(length, this.#maxBytes - this.#kept));
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
    const all = this.#hash.digest("hex") as Sha256;
    const sha256 = (this.#keptHash ?? all) as Sha256;
    if (!this.#failed) await this.#attempt(() => this.#publish(sha256));
    const cut = this.#keptHash === null ? {} : { full_sha256: all };
    if (!this.#failed) return { sha256, size: this.#size, stored: this.#kept, ...cut };
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
    await makeShelf(dirname(target));
    // The same bytes again take the place of the old ones: a blob is as young as its last capture.
    if (await exists(target)) room.used -= this.#kept;
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

/** Makes a shelf, whatever the umask. */
async function makeShelf(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, SHELF_MODE);
}

/** Opens a shelf of an older release to the group, where it is ours. */
export async function openShelf(path: string): Promise<void> {
  const { uid, mode } = await stat(path);
  if (uid === process.getuid?.() && (mode & SHELF_MODE) !== SHELF_MODE) await chmod(path, SHELF_MODE);
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
