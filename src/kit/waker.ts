// Wakes a worker that follows the store or the spool: by the bus when there is one, by the clock in any case.

import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../contract/clock.ts";

/** What a waker needs. */
export interface WakerOptions {
  readonly bus: Bus;
  readonly pattern: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits for news. */
export interface Waker {
  /** Resolves at an event that came since the last wait began, at the latest after `ms`, at once on abort. */
  wait(ms: number): Promise<void>;
  /** Lets timers, sockets and signals of this process have their turn. */
  turn(): Promise<void>;
  close(): void;
}

/** Makes a waker that listens from now on. */
export function createWaker({ bus, pattern, clock, signal }: WakerOptions): Waker {
  const subscription = bus.subscribe(pattern, { maxEvents: 16 });
  let news = false;
  let wake: (() => void) | null = null;
  const listen = async (): Promise<void> => {
    for await (const _event of subscription) {
      news = true;
      wake?.();
    }
  };
  void listen();
  // One listener for the whole life: a combined signal per wait would pile up on a signal that never aborts.
  signal.addEventListener("abort", () => wake?.(), { once: true });
  return {
    async wait(ms) {
      if (!news && !signal.aborted) {
        const stop = new AbortController();
        wake = () => stop.abort();
        await clock.sleep(ms, stop.signal);
        wake = null;
      }
      news = false;
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    close: () => subscription.close(),
  };
}
