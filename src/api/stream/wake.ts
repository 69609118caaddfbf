// Waits for a hint that there is something to do, or for the poll interval, whichever comes first.
// Holds one pending hint at most: many are as good as one.

import type { Clock } from "../../contract/clock.ts";

/** A hint that survives until it is waited for. */
export class Wake {
  readonly #clock: Clock;
  #pending = false;
  #waiting: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There is something to do. */
  hint(): void {
    this.#pending = true;
    this.#waiting?.();
  }

  /** Resolves at a hint (at once when one is pending), after `timeoutMs`, or when `signal` aborts. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      const stop = new AbortController();
      const hinted = new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
      await Promise.race([hinted, this.#clock.sleep(timeoutMs, AbortSignal.any([signal, stop.signal]))]);
      stop.abort();
      this.#waiting = undefined;
    }
    this.#pending = false;
  }
}
