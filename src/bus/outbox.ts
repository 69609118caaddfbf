// Frames that wait for one socket: written together, bounded, the oldest dropped first and never in half.
// Knows no socket: it is given the function that writes.

import { compact, type Frames, GATHER, gather, gathered, type Run, replaceBytes } from "./outbox-run.ts";
import { RunQueue } from "./run-queue.ts";
import { frameLength } from "./wire.ts";

/** Bounds of what waits. Control frames are never dropped, so they have a bound of their own. */
export interface OutboxLimits {
  readonly maxBytes: number;
  readonly maxFrames: number;
  readonly maxControlBytes: number;
}

/** The bounds of the broker's connections and of clients. */
export const OUTBOX_LIMITS: OutboxLimits = Object.freeze({
  maxBytes: 8 * 1024 * 1024,
  maxFrames: 65_536,
  maxControlBytes: 64 * 1024,
});

/** A run of more frames than these is dropped as a whole: to find where each ends would cost those who read in time. */
const RUN_FRAMES = 16;

/** Writes bytes `offset` to `offset + length`; returns how many were taken (0 or less: none now). */
export type Write = (bytes: Uint8Array, offset: number, length: number) => number;

/** The queue of one connection. */
export class Outbox {
  readonly #limits: OutboxLimits;
  /** The rest of a frame whose beginning is on the wire. */
  #partial: Uint8Array | undefined;
  #partialIsEvent = false;
  readonly #runs = new RunQueue();
  #bytes = 0;
  #frames = 0;
  #controlBytes = 0;
  #blocked = false;
  #dropped = 0;
  #delivered = 0;

  constructor(limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#limits = limits;
  }

  /** Events dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Events written as a whole so far. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Bytes of events that wait. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** Events that wait, not counting one that is partly written. */
  get pendingFrames(): number {
    return this.#frames;
  }

  /** Events that would be lost if the connection ended now. */
  get unsent(): number {
    return this.#frames + (this.#partial && this.#partialIsEvent ? 1 : 0);
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0 && this.#partial === undefined;
  }

  /** True when the next event would make it drop; the caller may write first. */
  isFull(moreBytes: number, moreFrames: number): boolean {
    return (
      this.#bytes + moreBytes > this.#limits.maxBytes || this.#frames + moreFrames > this.#limits.maxFrames
    );
  }

  /**
   * Queues whole event frames. Drops the oldest when over a bound, those of one big read together.
   * Retains the slab that they lie in for as long as it needs it.
   */
  pushEvents(events: Frames): void {
    this.#append(events);
    this.#keepBounds();
  }

  /**
   * Writes whole event frames past the queue, which must be empty; what is not taken waits in it. True when all was taken.
   * Does what {@link pushEvents} and {@link flush} do together, without the books of what waits.
   */
  writeEvents(events: Frames, write: Write): boolean {
    const size = events.end - events.start;
    const taken = Math.max(0, write(events.bytes, events.start, size));
    if (taken === size) {
      this.#delivered += events.frames;
      return true;
    }
    this.#append(events);
    this.#take(taken);
    this.#keepBounds();
    this.#block();
    return false;
  }

  #append(events: Frames): void {
    if (!this.#extendsLast(events)) this.#pushRun(events);
    this.#bytes += events.end - events.start;
    this.#frames += events.frames;
  }

  #keepBounds(): void {
    while (this.isFull(0, 0) && this.#frames > 0) this.#dropOldest();
  }

  /** Makes the last run longer where these lie right behind it, up to where frames are dropped one by one. */
  #extendsLast({ bytes, start, end, frames, slab }: Frames): boolean {
    const last = this.#runs.last;
    if (last?.bytes !== bytes || last.end !== start || last.slab !== slab || last.control) return false;
    if (last.frames + frames > RUN_FRAMES) return false;
    last.end = end;
    last.frames += frames;
    return true;
  }

  #pushRun({ bytes, start, end, frames, slab }: Frames): void {
    const run: Run = { control: false, bytes, start, end, frames, slab };
    slab?.retain();
    if (this.#blocked) compact(run);
    this.#runs.push(run);
  }

  /** Queues one control frame; false when too many wait, and the connection should go. */
  pushControl(bytes: Uint8Array): boolean {
    if (this.#controlBytes + bytes.length > this.#limits.maxControlBytes) return false;
    this.#runs.push({ control: true, bytes, start: 0, end: bytes.length, frames: 1, slab: undefined });
    this.#controlBytes += bytes.length;
    return true;
  }

  /** Writes what can be written; true when nothing is left. */
  flush(write: Write): boolean {
    while (!this.isEmpty) {
      if (!(this.#partial ? this.#writePartial(this.#partial, write) : this.#writeRuns(write))) {
        this.#block();
        return false;
      }
    }
    this.#blocked = false;
    return true;
  }

  #writePartial(bytes: Uint8Array, write: Write): boolean {
    const taken = Math.max(0, write(bytes, 0, bytes.length));
    if (taken < bytes.length) {
      this.#partial = bytes.subarray(taken);
      return false;
    }
    this.#partial = undefined;
    if (this.#partialIsEvent) this.#delivered++;
    return true;
  }

  #writeRuns(write: Write): boolean {
    const { first } = this.#runs;
    if (!first) return true;
    const [bytes, start, end] =
      this.#runs.length === 1 ? [first.bytes, first.start, first.end] : this.#gathered();
    const taken = Math.max(0, write(bytes, start, end - start));
    this.#take(taken);
    return taken === end - start;
  }

  /** Runs from the head on, put together for one write as far as there is room; the first one by itself if it is too long. */
  #gathered(): readonly [Uint8Array, number, number] {
    let total = 0;
    for (const run of this.#runs) {
      if (total + run.end - run.start > GATHER) {
        if (total === 0) return [run.bytes, run.start, run.end];
        break;
      }
      total = gather(run, total);
    }
    return [gathered, 0, total];
  }

  /** Removes `taken` written bytes from the head; a frame that was cut becomes the partial one. */
  #take(taken: number): void {
    let left = taken;
    for (let run = this.#runs.first; run; run = this.#runs.first) {
      const size = run.end - run.start;
      if (size > left) {
        if (left > 0) this.#cut(run, left);
        break;
      }
      left -= size;
      this.#account(run, size, run.frames);
      this.#runs.shift();
    }
  }

  #cut(run: Run, taken: number): void {
    const written = run.start + taken;
    let next = run.start;
    let frames = 0;
    while (next < written) {
      next += frameLength(run.bytes, next);
      frames++;
    }
    const whole = next === written ? frames : frames - 1;
    this.#account(run, next - run.start, frames);
    if (!run.control) this.#delivered -= frames - whole;
    if (next > written) {
      // A copy: what it lies in may be given back with its run.
      this.#partial = new Uint8Array(run.bytes.subarray(written, next));
      this.#partialIsEvent = !run.control;
    }
    run.start = next;
    run.frames -= frames;
    if (run.start === run.end) this.#runs.shift();
  }

  /** Takes frames off the books as written. */
  #account(run: Run, bytes: number, frames: number): void {
    if (run.control) {
      this.#controlBytes -= bytes;
      return;
    }
    this.#bytes -= bytes;
    this.#frames -= frames;
    this.#delivered += frames;
  }

  #dropOldest(): void {
    const run = this.#runs.oldestEvents();
    const whole = run.frames > RUN_FRAMES;
    const length = whole ? run.end - run.start : frameLength(run.bytes, run.start);
    const frames = whole ? run.frames : 1;
    run.start += length;
    run.frames -= frames;
    this.#bytes -= length;
    this.#frames -= frames;
    this.#dropped += frames;
    if (run.frames === 0) this.#runs.dropOldestEvents();
    // A slice of a big read must not keep all of it alive once most of the slice has been dropped.
    else if (run.start > run.end / 2) replaceBytes(run);
  }

  /** What stays longer than a turn must not keep the big reads alive that it is a small part of. */
  #block(): void {
    if (this.#blocked) return;
    this.#blocked = true;
    for (const run of this.#runs) compact(run);
  }
}
