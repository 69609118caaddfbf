// Writes records to the current segment and forces them to disk; begins the next one when it is full or has failed.
// Takes one write at a time. Grouping, waiting and the quota are the spool writer's.

import type { Logger } from "../../kit/log.ts";
import type { SpoolFiles } from "./files.ts";
import type { OpenSegment, Recovered } from "./recover.ts";
import { formatHeader, formatRecords, SEGMENT_HEADER_BYTES } from "./segment.ts";

/** What the segment writer needs. `bytes` is the size of the folder as found. */
export interface SegmentWriterOptions {
  readonly files: SpoolFiles;
  readonly log: Logger;
  readonly segmentBytes: number;
  readonly found: Recovered;
  readonly bytes: number;
}

/** The end of the spool. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #position: number;
  #segment: OpenSegment | null;
  #bytes: number;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#position = options.found.position;
    this.#segment = options.found.segment;
    this.#bytes = options.bytes;
  }

  /** Records ever written and durable. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of all segments as far as known. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins the first segment, so that a full disk shows at once; it is tried again at each write. */
  async begin(): Promise<void> {
    await this.#attempt(async () => {
      this.#segment ??= await this.#create();
    }, "spool segment could not be begun");
    await this.writeHead();
  }

  /**
   * Writes records and forces them to disk: one try in the current segment and, when the disk failed rather than filled
   * up, one more in a fresh one. Throws the system error when they could not be stored; nothing of them is kept then.
   */
  async write(payloads: readonly Uint8Array[]): Promise<void> {
    await this.rotate(this.#options.segmentBytes);
    this.#segment ??= await this.#create();
    if (await this.#tryWrite(this.#segment, payloads, true)) return;
    this.#segment = await this.#create();
    await this.#tryWrite(this.#segment, payloads, false);
  }

  async #tryWrite(segment: OpenSegment, payloads: readonly Uint8Array[], again: boolean): Promise<boolean> {
    const bytes = formatRecords(payloads, segment.count);
    let written = false;
    try {
      await segment.file.write(bytes, segment.length);
      written = true;
      await segment.file.sync();
    } catch (error) {
      await this.#withdraw(segment, written);
      if (written && again) return false;
      throw error;
    }
    segment.length += bytes.length;
    segment.count += payloads.length;
    this.#bytes += bytes.length;
    this.#position += payloads.length;
    return true;
  }

  /**
   * Takes back what was not stored. After a failed fsync the kernel may have dropped the dirty pages and say so only
   * once, so that segment is never written again: it ends at its last durable record.
   */
  async #withdraw(segment: OpenSegment, syncFailed: boolean): Promise<void> {
    const cut = await this.#attempt(
      () => segment.file.truncate(segment.length),
      "spool segment could not be cut",
    );
    if (cut && !syncFailed) return;
    this.#segment = null;
    await this.#attempt(() => segment.file.close(), "spool segment could not be closed");
    if (segment.count === 0)
      await this.#attempt(
        () => this.#options.files.remove(segment.first),
        "spool segment could not be removed",
      );
  }

  async #attempt(work: () => Promise<void>, message: string): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#options.log.error({ err: error }, message);
      return false;
    }
  }

  /** Begins the next segment when this one holds records and at least `limit` bytes. */
  async rotate(limit: number): Promise<void> {
    const segment = this.#segment;
    if (!segment || segment.length < limit || segment.count === 0) return;
    this.#segment = await this.#create();
    await this.#attempt(() => segment.file.close(), "spool segment could not be closed");
  }

  /** Begins a segment at the durable position. Its name is on disk before a record in it is acknowledged. */
  async #create(): Promise<OpenSegment> {
    const { files } = this.#options;
    const first = this.#position;
    const file = await files.create(first);
    try {
      await file.write(formatHeader(first), 0);
      await file.sync();
      await files.syncFolder();
    } catch (error) {
      await this.#attempt(() => file.close(), "spool segment could not be closed");
      await this.#attempt(() => files.remove(first), "spool segment could not be removed");
      throw error;
    }
    this.#bytes += SEGMENT_HEADER_BYTES;
    return { file, first, length: SEGMENT_HEADER_BYTES, count: 0 };
  }

  /** The head only lets the reader go on: failing to write it delays, and loses nothing. */
  async writeHead(): Promise<void> {
    await this.#attempt(
      () => this.#options.files.writeHead(this.#position),
      "spool head could not be written",
    );
  }

  /** Reads the real size of the folder; what it was when that cannot be read. Never rejects. */
  async measure(): Promise<number> {
    await this.#attempt(async () => {
      this.#bytes = await this.#options.files.size();
    }, "spool could not be measured");
    return this.#bytes;
  }

  async close(): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    if (segment) await this.#attempt(() => segment.file.close(), "spool segment could not be closed");
    await this.#attempt(() => this.#options.files.close(), "spool could not be closed");
  }
}
