// Runs of frames in an outbox, and their bytes: put together for one write, copied out of reads that they would keep alive.
// Knows nothing of bounds or of order.

import type { Slab } from "./slab.ts";

/** Whole frames, one after the other, of one sort. */
export interface Run {
  readonly control: boolean;
  bytes: Uint8Array;
  start: number;
  frames: number;
  /** What `bytes` lie in, while they do. */
  slab: Slab | undefined;
}

/** Most bytes that are copied together for one write. */
export const GATHER = 256 * 1024;
/** Where they are put together: used within one write only, and always the same memory, so that it stays warm. */
const gathered = Buffer.allocUnsafeSlow(GATHER);

/** The runs as one piece of at most {@link GATHER} bytes, and where in it they begin. Good until the next call. */
export function gather(runs: readonly Run[]): readonly [Uint8Array, number] {
  const [only, second] = runs;
  if (only && !second) return [only.bytes, only.start];
  let at = 0;
  for (const run of runs) {
    gathered.set(run.start === 0 ? run.bytes : run.bytes.subarray(run.start), at);
    at += run.bytes.length - run.start;
  }
  return [gathered, 0];
}

/** Copies the bytes of a run where they are less than half of the memory that they keep alive. */
export function compact(run: Run): void {
  if (run.bytes.length * 2 < run.bytes.buffer.byteLength) replaceBytes(run, new Uint8Array(run.bytes));
}

/** Puts a copy in the place of a run's bytes and lets go of what they lay in. */
export function replaceBytes(run: Run, copy: Uint8Array): void {
  run.bytes = copy;
  run.slab?.release();
  run.slab = undefined;
}
