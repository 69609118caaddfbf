// The events of one subscription between the bus and its reader: bounded, the oldest dropped first.
// Decodes an event only when it is read, so what is dropped costs nothing.

import type { BusEvent, Subscription } from "./bus.ts";

/** Most events that wait for a reader unless it asks otherwise. */
export const MAX_EVENTS = 4096;
/** Most bytes that wait for a reader. */
export const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** An event as it came. `read` decodes at most once, whoever asks; null when it is malformed. */
export interface Incoming {
  /** Bytes that it holds in memory. */
  readonly size: number;
  read(): BusEvent | null;
}

/** What a subscription tells its bus. */
export interface SubscriptionOwner {
  /** The queue was full: told once, and again only after the reader has caught up by half. */
  slow(pattern: string, dropped: number): void;
  closed(subscription: QueuedSubscription): void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

type Waiter = (result: IteratorResult<BusEvent, undefined>) => void;

/** The implementation of {@link Subscription} for every bus. */
export class QueuedSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly #maxEvents: number;
  readonly #owner: SubscriptionOwner;
  readonly #waiters: Waiter[] = [];
  #events: (Incoming | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  #slow = false;
  #closed = false;
  readonly #markReady: () => void;

  constructor(pattern: string, maxEvents: number, owner: SubscriptionOwner) {
    if (!Number.isSafeInteger(maxEvents) || maxEvents < 1)
      throw new RangeError("maxEvents must be at least 1");
    const ready = Promise.withResolvers<void>();
    this.pattern = pattern;
    this.ready = ready.promise;
    this.#markReady = ready.resolve;
    this.#maxEvents = maxEvents;
    this.#owner = owner;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Called by the bus once the broker holds the pattern. */
  markReady(): void {
    this.#markReady();
  }

  /** Called by the bus for each event that matches. */
  push(event: Incoming): void {
    if (this.#closed) return;
    if (this.#waiters.length > 0) {
      const value = event.read();
      if (value) this.#waiters.shift()?.({ done: false, value });
      return;
    }
    this.#events.push(event);
    this.#bytes += event.size;
    const before = this.#dropped;
    while (this.#events.length - this.#head > this.#maxEvents || this.#bytes > MAX_EVENT_BYTES) {
      this.#shift();
      this.#dropped++;
    }
    if (this.#dropped === before || this.#slow) return;
    this.#slow = true;
    this.#owner.slow(this.pattern, this.#dropped);
  }

  /** Ends the iteration at once; what was not read yet is forgotten. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#markReady();
    for (const waiter of this.#waiters.splice(0)) waiter(DONE);
    this.#owner.closed(this);
  }

  [Symbol.asyncIterator](): AsyncIterator<BusEvent, undefined> {
    return {
      next: () => this.#next(),
      return: () => {
        this.close();
        return Promise.resolve(DONE);
      },
    };
  }

  #next(): Promise<IteratorResult<BusEvent, undefined>> {
    while (this.#head < this.#events.length) {
      const value = this.#shift()?.read();
      if (value) return Promise.resolve({ done: false, value });
    }
    if (this.#closed) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #shift(): Incoming | undefined {
    const event = this.#events[this.#head];
    this.#events[this.#head++] = undefined;
    this.#bytes -= event?.size ?? 0;
    const left = this.#events.length - this.#head;
    if (left <= this.#maxEvents / 2 && this.#bytes <= MAX_EVENT_BYTES / 2) this.#slow = false;
    if (this.#head > 1024 || left === 0) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }
}
