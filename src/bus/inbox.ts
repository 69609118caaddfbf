// The subscriptions of one bus client: hands each event that comes in to those that want it.
// An event is decoded at most once however many of them read it, and not at all when none does.

import { DecnetError } from "../contract/errors.ts";
import type { BusEvent } from "./bus.ts";
import type { BusLog } from "./bus-log.ts";
import { Copies } from "./copies.ts";
import type { EnvelopeCodec } from "./envelope.ts";
import { isPattern, Matcher } from "./subject.ts";
import { type Incoming, MAX_EVENTS, QueuedSubscription } from "./subscription.ts";

/** What the inbox needs and tells. */
export interface InboxOptions {
  readonly codec: EnvelopeCodec;
  readonly log: BusLog;
  readonly slow: (pattern: string, dropped: number) => void;
  /** The last subscription of a pattern has gone. */
  readonly unused: (pattern: string) => void;
}

type Decode = (topic: string, body: Uint8Array) => BusEvent | null;

/** An event as it came. */
class Arrival implements Incoming {
  readonly #topic: string;
  readonly #body: Uint8Array;
  readonly #decode: Decode;
  #event: BusEvent | null | undefined;

  constructor(topic: string, body: Uint8Array, decode: Decode) {
    this.#topic = topic;
    this.#body = body;
    this.#decode = decode;
  }

  get size(): number {
    return this.#body.length;
  }

  read(): BusEvent | null {
    if (this.#event === undefined) this.#event = this.#decode(this.#topic, this.#body);
    return this.#event;
  }
}

/** Subscriptions by pattern. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #matcher = new Matcher<QueuedSubscription>();
  readonly #byPattern = new Map<string, Set<QueuedSubscription>>();
  readonly #copies = new Copies();
  #malformed = 0;
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Every pattern that is subscribed to. */
  get patterns(): readonly string[] {
    return [...this.#byPattern.keys()];
  }

  /** Every open subscription. */
  get subscriptions(): readonly QueuedSubscription[] {
    return [...this.#byPattern.values()].flatMap((set) => [...set]);
  }

  /** Events that were skipped because they were malformed. */
  get malformed(): number {
    return this.#malformed;
  }

  has(pattern: string): boolean {
    return this.#byPattern.has(pattern);
  }

  /** Adds a subscription; one that has ended already once the inbox is closed. Throws DecnetError `invalid`. */
  add(pattern: string, maxEvents: number = MAX_EVENTS): QueuedSubscription {
    if (!isPattern(pattern)) throw new DecnetError("invalid", "not a bus pattern");
    const subscription = new QueuedSubscription(pattern, maxEvents, {
      slow: this.#options.slow,
      closed: (closed) => this.#remove(closed),
    });
    if (this.#closed) {
      subscription.close();
      return subscription;
    }
    const set = this.#byPattern.get(pattern) ?? new Set();
    this.#byPattern.set(pattern, set.add(subscription));
    this.#matcher.add(pattern, subscription);
    return subscription;
  }

  /** Hands an event to all whose pattern matches. `body` must not change afterwards. */
  deliver(topic: string, body: Uint8Array): void {
    const receivers = this.#matcher.match(topic);
    if (receivers.length === 0) return;
    const event = new Arrival(topic, body, this.#decode);
    for (const receiver of receivers) receiver.push(event);
  }

  /** As {@link deliver}, for one pattern alone. The copies of an event share its decoding. */
  deliverCopy(pattern: string, topic: string, body: Uint8Array): void {
    const set = this.#byPattern.get(pattern);
    if (!set) return;
    const patterns = new Set(this.#matcher.match(topic).map((receiver) => receiver.pattern)).size;
    const event = this.#copies.share(
      { pattern, topic, body, patterns },
      () => new Arrival(topic, body, this.#decode),
    );
    for (const receiver of set) receiver.push(event);
  }

  /** Counts what came and is no event. */
  skip(topic: string, reason: string): void {
    this.#malformed++;
    this.#options.log.debug({ topic, reason, malformed: this.#malformed }, "malformed bus event skipped");
  }

  /** Ends every subscription. */
  close(): void {
    this.#closed = true;
    for (const subscription of this.subscriptions) subscription.close();
  }

  /** What {@link Arrival} reads itself with. */
  readonly #decode = (topic: string, body: Uint8Array): BusEvent | null => {
    const event = this.#options.codec.decode(topic, body);
    if (typeof event !== "string") return event;
    this.skip(topic, event);
    return null;
  };

  #remove(subscription: QueuedSubscription): void {
    const set = this.#byPattern.get(subscription.pattern);
    if (!set?.delete(subscription)) return;
    this.#matcher.remove(subscription.pattern, subscription);
    if (set.size > 0) return;
    this.#byPattern.delete(subscription.pattern);
    if (!this.#closed) this.#options.unused(subscription.pattern);
  }
}
