// Appends records to the spool and answers once they are on disk, many callers per fdatasync.
// Never throws for want of room and never crashes: what cannot be stored is refused with the reason.

import type { Clock } from "../../contract/clock.ts";
import { systemErrorCode } from "../../contract/errors.ts";
import type { Logger } from "../../kit/log.ts";
import type { SpoolFiles } from "./files.ts";
import { recoverSpool } from "./recover.ts";
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "./segment.ts";
import { SegmentWriter } from "./segment-writer.ts";

/** Why records were not taken. */
export type Refusal = "quota" | "disk-full" | "buffer-full";

/** `position` is that after the last record of the batch. A batch is taken whole or not at all. */
export type AppendResult =
  | { readonly ok: true; readonly position: number }
  | { readonly ok: false; readonly reason: Refusal };

/** Bounds, in bytes and ms. */
export interface SpoolOptions {
  readonly quotaBytes: number;
  readonly segmentBytes: number;
  readonly flushMs: number;
  readonly flushBytes: number;
}

/** What the writer needs. */
export interface SpoolWriterOptions extends SpoolOptions {
  readonly files: SpoolFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Batch {
  readonly payloads: readonly Uint8Array[];
  readonly bytes: number;
  readonly done: (result: AppendResult) => void;
}

/** Most bytes that wait for the disk; beyond it a batch is refused at once. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** Most bytes of one write and fdatasync. */
const MAX_FLUSH_BYTES = 4 * 1024 * 1024;

/** The one writer of a spool folder. */
export class SpoolWriter implements AsyncDisposable {
  readonly #options: SpoolWriterOptions;
  readonly #segments: SegmentWriter;
  #queue: Batch[] = [];
  #pendingBytes = 0;
  #running: Promise<void> | null = null;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  private constructor(options: SpoolWriterOptions, segments: SegmentWriter) {
    this.#options = options;
    this.#segments = segments;
  }

  /** Opens the spool, recovering what was left. Throws system errors: without its folder a collector cannot begin. */
  static async open(options: SpoolWriterOptions): Promise<SpoolWriter> {
    const { files, log, quotaBytes } = options;
    const found = await recoverSpool(files, log);
    // An ingested segment is deleted only once it has a successor; several must fit for the quota ever to be relieved.
    const segmentBytes = Math.min(options.segmentBytes, Math.floor(quotaBytes / 4));
    const segments = new SegmentWriter({ files, log, segmentBytes, found, bytes: await files.size() });
    await segments.begin();
    return new SpoolWriter(options, segments);
  }

  /** Records ever appended and durable. */
  get position(): number {
    return this.#segments.position;
  }

  /** Bytes of all segments, as far as this process knows; what the ingester deleted is noticed at the quota. */
  get bytes(): number {
    return this.#segments.bytes;
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Appends a batch; resolves once it is on disk or refused. Never rejects. */
  append(payloads: readonly Uint8Array[]): Promise<AppendResult> {
    if (payloads.length === 0) return Promise.resolve({ ok: true, position: this.#segments.position });
    const bytes = payloads.reduce((sum, payload) => sum + RECORD_HEADER_BYTES + payload.length, 0);
    if (this.#closed || this.#pendingBytes + bytes > MAX_PENDING_BYTES) {
      return Promise.resolve({ ok: false, reason: "buffer-full" });
    }
    return new Promise((done) => {
      this.#queue.push({ payloads, bytes, done });
      this.#pendingBytes += bytes;
      this.#schedule();
    });
  }

  /** Reads the real size of the folder. Never rejects. */
  measure(): Promise<number> {
    return this.#segments.measure();
  }

  /** Stores what waits, then closes. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#start();
    await this.#running;
    await this.#segments.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** While a flush is under way the next one begins when it ends; an idle writer waits a little for company. */
  #schedule(): void {
    if (this.#running) return;
    if (this.#pendingBytes >= this.#options.flushBytes || this.#options.flushMs === 0) {
      this.#start();
      return;
    }
    this.#cancelTimer ??= this.#options.clock.after(this.#options.flushMs, () => this.#start());
  }

  #start(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
      if (this.#queue.length > 0) this.#start();
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batches = this.#take();
      const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
      const results = await this.#store(batches, bytes);
      this.#pendingBytes -= bytes;
      batches.forEach((batch, i) => {
        batch.done(results[i] ?? { ok: false, reason: "disk-full" });
      });
    }
  }

  #take(): Batch[] {
    const batches: Batch[] = [];
    for (let bytes = 0; this.#queue.length > 0 && (bytes === 0 || bytes < MAX_FLUSH_BYTES); ) {
      const batch = this.#queue.shift() as Batch;
      batches.push(batch);
      bytes += batch.bytes;
    }
    return batches;
  }

  async #store(batches: readonly Batch[], bytes: number): Promise<AppendResult[]> {
    try {
      if (!(await this.#hasRoom(bytes))) return batches.map(() => ({ ok: false, reason: "quota" }));
      let { position } = this.#segments;
      await this.#segments.write(batches.flatMap((batch) => batch.payloads));
      await this.#segments.writeHead();
      return batches.map((batch) => {
        position += batch.payloads.length;
        return { ok: true, position };
      });
    } catch (error) {
      this.#options.log.error(
        { code: systemErrorCode(error), position: this.#segments.position, err: error },
        "evidence could not be stored",
      );
      return batches.map(() => ({ ok: false, reason: "disk-full" }));
    }
  }

  async #hasRoom(bytes: number): Promise<boolean> {
    const { quotaBytes } = this.#options;
    if (this.#segments.bytes + bytes <= quotaBytes) return true;
    if ((await this.measure()) + bytes <= quotaBytes) return true;
    await this.#segments.rotate(SEGMENT_HEADER_BYTES + 1);
    return false;
  }
}
