// Runs of frames in an outbox, and their bytes: put together for one write, copied out of reads that they would keep alive.
// Knows nothing of bounds or of order.

import type { Slab } from "./slab.ts";

/** Whole frames, one after the other: bytes `start` to `end` of `bytes`. */
export interface Frames {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly frames: number;
  /** What `bytes` are, where they are given back by hand. */
  readonly slab?: Slab | undefined;
}

/** Frames of one sort that wait. */
export interface Run {
  readonly control: boolean;
  bytes: Uint8Array;
  start: number;
  end: number;
  frames: number;
  slab: Slab | undefined;
}

/** Most bytes that are copied together for one write. */
export const GATHER = 256 * 1024;
/** Where they are put together: used within one write only, and always the same memory, so that it stays warm. */
export const gathered = Buffer.allocUnsafeSlow(GATHER);

/** Puts a run behind `at` bytes that were put together; where the next goes. Good until the first is put there again. */
export function gather(run: Run, at: number): number {
  const whole = run.start === 0 && run.end === run.bytes.length;
  gathered.set(whole ? run.bytes : run.bytes.subarray(run.start, run.end), at);
  return at + run.end - run.start;
}

/** Copies the bytes of a run where they are less than half of the memory that they keep alive. */
export function compact(run: Run): void {
  if ((run.end - run.start) * 2 < run.bytes.buffer.byteLength) replaceBytes(run);
}

/** Puts a copy in the place of a run's bytes and lets go of what they lay in. */
export function replaceBytes(run: Run): void {
  run.bytes = new Uint8Array(run.bytes.subarray(run.start, run.end));
  run.end -= run.start;
  run.start = 0;
  run.slab?.release();
  run.slab = undefined;
}
