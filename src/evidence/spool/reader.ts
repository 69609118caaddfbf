// Reads the spool in order of position, as far as it is durable, past whatever is damaged.
// Never writes a segment and never reads beyond the head: what is not durable yet may still be taken back.

import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../../contract/errors.ts";
import { HEAD_NAME, parseHead } from "./files.ts";
import {
  findRecord,
  parseHeader,
  parseRecord,
  parseSegmentName,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from "./segment.ts";

/** What one read gave. Payloads are views into memory of their own. */
export interface SpoolBatch {
  readonly payloads: readonly Uint8Array[];
  /** Where to go on: after the last payload, and after what was damaged. */
  readonly position: number;
  /** Records that were skipped because they are damaged or missing. */
  readonly damaged: number;
}

interface Segment {
  readonly first: number;
  /** First position of the next segment, or infinity for the newest. */
  readonly end: number;
}

/** A place within a segment: `offset` is where the record `index` begins. */
interface Place {
  readonly first: number;
  readonly fd: number;
  index: number;
  offset: number;
}

/** Bytes read at a time; holds several of the largest records. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** The reader of a spool folder. */
export class SpoolReader implements Disposable {
  readonly #dir: string;
  #position: number;
  #place: Place | null = null;

  constructor(dir: string, position: number) {
    this.#dir = dir;
    this.#position = position;
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#position;
  }

  /** Goes to another position. */
  seek(position: number): void {
    this.#leave();
    this.#position = position;
  }

  /** The durable position, or null while no writer has told it. */
  head(): number | null {
    try {
      return parseHead(readFileSync(join(this.#dir, HEAD_NAME), "latin1"));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return null;
      throw error;
    }
  }

  /** Segments, oldest first. */
  segments(): readonly Segment[] {
    const firsts = readdirSync(this.#dir)
      .map(parseSegmentName)
      .filter((first) => first !== null)
      .sort((a, b) => a - b);
    return firsts.map((first, i) => ({ first, end: firsts[i + 1] ?? Number.POSITIVE_INFINITY }));
  }

  /**
   * Reads up to `max` records of one segment. Empty without progress when there is nothing durable to read.
   * The head is read before the folder: a segment that holds a durable record is then surely listed.
   */
  read(max: number): SpoolBatch {
    const head = this.head();
    const none = { payloads: [], position: this.#position, damaged: 0 };
    if (head === null || head <= this.#position) return none;
    const segments = this.segments();
    const segment = segments.findLast((entry) => entry.first <= this.#position);
    if (!segment) return this.#skipTo(Math.min(head, segments[0]?.first ?? head));
    const end = Math.min(segment.end, head);
    const batch = this.#readSegment(segment.first, Math.min(end, this.#position + max));
    if (batch.payloads.length > 0) return batch;
    return this.#afterDamage(segment, end);
  }

  /** Segments all of whose records lie before `position` and that the writer has left. */
  consumed(position: number): readonly number[] {
    return this.segments()
      .filter((segment) => segment.end <= position)
      .map((segment) => segment.first);
  }

  /** Deletes a segment. */
  remove(first: number): void {
    if (this.#place?.first === first) this.#leave();
    unlinkSync(join(this.#dir, segmentName(first)));
  }

  close(): void {
    this.#leave();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #skipTo(position: number): SpoolBatch {
    const damaged = position - this.#position;
    this.seek(position);
    return { payloads: [], position, damaged };
  }

  #leave(): void {
    if (this.#place) closeSync(this.#place.fd);
    this.#place = null;
  }

  /** Sound records in a row from the current position to `end`, as many as one chunk holds. */
  #readSegment(first: number, end: number): SpoolBatch {
    const payloads: Uint8Array[] = [];
    const place = this.#enter(first);
    if (place) {
      const bytes = readAt(place.fd, place.offset, CHUNK_BYTES);
      let at = 0;
      while (first + place.index < end) {
        const record = parseRecord(bytes, at, place.index, place.index + 1);
        if (!record) break;
        payloads.push(record.payload);
        place.index++;
        at = record.end;
      }
      place.offset += at;
      this.#position += payloads.length;
    }
    return { payloads, position: this.#position, damaged: 0 };
  }

  /** Opens the segment and walks to the current position; null when that cannot be reached soundly. */
  #enter(first: number): Place | null {
    if (this.#place?.first === first && first + this.#place.index === this.#position) return this.#place;
    this.#leave();
    const place = this.#open(first);
    if (!place) return null;
    this.#place = place;
    const target = this.#position - first;
    while (place.index < target) {
      const bytes = readAt(place.fd, place.offset, CHUNK_BYTES);
      let at = 0;
      for (
        let record = parseRecord(bytes, at, place.index, target);
        record;
        record = parseRecord(bytes, at, place.index, target)
      ) {
        place.index = record.index + 1;
        at = record.end;
      }
      if (at === 0) return this.#search(place, target);
      place.offset += at;
    }
    return place;
  }

  /** Walks on past damage before the target. */
  #search(place: Place, target: number): Place | null {
    const bytes = readAt(place.fd, place.offset, fstatSync(place.fd).size - place.offset);
    const record = findRecord(bytes, 0, place.index, target + 1);
    if (record?.index === target) {
      place.index = target;
      place.offset += record.end - record.payload.length - RECORD_HEADER_BYTES;
      return place;
    }
    if (!record) return null;
    place.index = record.index + 1;
    place.offset += record.end;
    return place.index === target ? place : this.#search(place, target);
  }

  #open(first: number): Place | null {
    const fd = openSync(join(this.#dir, segmentName(first)), "r");
    if (parseHeader(readAt(fd, 0, SEGMENT_HEADER_BYTES)) === first)
      return { first, fd, index: 0, offset: SEGMENT_HEADER_BYTES };
    closeSync(fd);
    return null;
  }

  /**
   * The record at the position is durable and yet not sound. The file is read once more from its path (an empty
   * segment may have been replaced); then everything up to the next sound record, in this segment or the next, is given up.
   */
  #afterDamage(segment: Segment, end: number): SpoolBatch {
    this.#leave();
    const index = this.#position - segment.first;
    const bytes = readFileSync(join(this.#dir, segmentName(segment.first)));
    const record = findRecord(bytes, SEGMENT_HEADER_BYTES, index, end - segment.first);
    if (!record) return this.#skipTo(end);
    const damaged = record.index - index;
    this.#position = segment.first + record.index + 1;
    return { payloads: [record.payload], position: this.#position, damaged };
  }
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return buffer.subarray(0, filled);
}
