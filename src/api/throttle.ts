// Slows down guessing: counts failures by key within a window, in a map that cannot grow without end.
// Never sleeps and never holds a request: it says no.

import type { Clock } from "../contract/clock.ts";

/** Bounds of a throttle. `maxKeys` entries at most; when full, the one that failed least recently is forgotten. */
export interface ThrottleOptions {
  readonly clock: Clock;
  readonly maxFailures: number;
  readonly windowMs: number;
  readonly maxKeys: number;
}

interface Tally {
  failures: number;
  readonly sinceMs: number;
}

/** Failures by key. */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #tallies = new Map<string, Tally>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Keys held. */
  get size(): number {
    return this.#tallies.size;
  }

  /** Milliseconds until `key` may try again; 0 when it may now. */
  waitMs(key: string): number {
    const tally = this.#current(key);
    if (!tally || tally.failures < this.#options.maxFailures) return 0;
    return tally.sinceMs + this.#options.windowMs - this.#options.clock.monotonic();
  }

  /** Counts one failure. */
  fail(key: string): void {
    const tally = this.#current(key) ?? { failures: 0, sinceMs: this.#options.clock.monotonic() };
    tally.failures += 1;
    this.#tallies.delete(key);
    this.#tallies.set(key, tally);
    const oldest = this.#tallies.keys().next().value;
    if (this.#tallies.size > this.#options.maxKeys && oldest !== undefined) this.#tallies.delete(oldest);
  }

  /** Forgets `key`. */
  clear(key: string): void {
    this.#tallies.delete(key);
  }

  #current(key: string): Tally | undefined {
    const tally = this.#tallies.get(key);
    if (tally && this.#options.clock.monotonic() - tally.sinceMs >= this.#options.windowMs) {
      this.#tallies.delete(key);
      return undefined;
    }
    return tally;
  }
}
