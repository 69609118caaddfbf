// Delays between tries: exponential with full jitter in the upper half, reset after a spell of health.

import type { Random } from "../contract/random.ts";
import { systemRandom } from "../contract/random.ts";

/** Delays in ms. */
export interface Backoff {
  /** The next delay: between half and all of the current step, the step doubling up to the limit. */
  next(): number;
  reset(): void;
}

/** Makes a backoff from `firstMs` up to `limitMs`. */
export function createBackoff(firstMs: number, limitMs: number, random: Random = systemRandom): Backoff {
  let step = firstMs;
  return {
    next() {
      const delay = step / 2 + (random.fraction() * step) / 2;
      step = Math.min(step * 2, limitMs);
      return delay;
    },
    reset() {
      step = firstMs;
    },
  };
}
