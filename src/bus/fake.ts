// The bus inside one process, for tests and for trying a worker alone: a hub that its clients share.
// Encodes and decodes like the real one, so that a payload which can't travel fails here too.

import { type Clock, systemClock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Bus, BusLifecycle, PublishOptions, Subscription } from "./bus.ts";
import { type BusLog, silentLog } from "./bus-log.ts";
import { checkClientName, createDropAccount, createLifecycle } from "./client-parts.ts";
import { createEnvelopeCodec } from "./envelope.ts";
import { Inbox } from "./inbox.ts";
import { isTopic, Matcher } from "./subject.ts";
import { type TopicName, type TopicParams, type TopicPayload, topicOf } from "./topics.ts";

interface Delivery {
  readonly from: FakeBus;
  readonly topic: string;
  readonly body: Uint8Array;
}

/** What the clients of a hub share. */
export class FakeHub {
  readonly #matcher = new Matcher<FakeBus>();
  #queue: Delivery[] = [];
  #running: Promise<void> = Promise.resolve();

  /** Makes a client. */
  connect(options: { readonly name: string; readonly log?: BusLog; readonly clock?: Clock }): FakeBus {
    return new FakeBus(this, options.name, {
      log: options.log ?? silentLog,
      clock: options.clock ?? systemClock,
    });
  }

  /** Resolves once everything published before has been delivered. */
  settled(): Promise<void> {
    return this.#running;
  }

  /** For {@link FakeBus}: delivers soon, in the order of the calls, never within them. */
  publish(delivery: Delivery): void {
    this.#queue.push(delivery);
    if (this.#queue.length === 1) this.#running = Promise.resolve().then(() => this.#run());
  }

  /** For {@link FakeBus}. */
  hold(pattern: string, bus: FakeBus): void {
    this.#matcher.add(pattern, bus);
  }

  /** For {@link FakeBus}. */
  release(pattern: string, bus: FakeBus): void {
    this.#matcher.remove(pattern, bus);
  }

  #run(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { from, topic, body } of queue) {
      for (const bus of this.#matcher.match(topic)) if (bus !== from) bus.deliver(topic, body);
    }
  }
}

/** A client of a {@link FakeHub}. */
export class FakeBus implements Bus {
  readonly name: string;
  readonly #hub: FakeHub;
  readonly #codec;
  readonly #lifecycle;
  readonly #drops;
  readonly #inbox: Inbox;
  #connected = false;
  #closed = false;

  constructor(hub: FakeHub, name: string, parts: { readonly log: BusLog; readonly clock: Clock }) {
    const { log, clock } = parts;
    this.name = checkClientName(name);
    this.#hub = hub;
    this.#codec = createEnvelopeCodec(clock);
    this.#lifecycle = createLifecycle(log);
    this.#drops = createDropAccount(log);
    this.#inbox = new Inbox({
      codec: this.#codec,
      log,
      slow: (pattern, dropped) => {
        log.warn({ pattern, dropped }, "bus events are read slowly; the oldest are dropped");
        this.#lifecycle.tell({ type: "slow", pattern, dropped });
      },
      unused: (pattern) => hub.release(pattern, this),
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  get droppedPublishes(): number {
    return this.#drops.total;
  }

  /** Events that were skipped on arrival because they were malformed. */
  get malformedEvents(): number {
    return this.#inbox.malformed;
  }

  publish<T extends TopicName>(
    name: T,
    params: TopicParams<T>,
    payload: TopicPayload<T>,
    options?: PublishOptions,
  ): void {
    if (this.#closed) this.#drops.afterClose();
    else this.#send(topicOf(name, params), payload, options);
  }

  publishTo(topic: string, payload: Readonly<Record<string, unknown>>, options?: PublishOptions): void {
    if (this.#closed) this.#drops.afterClose();
    else if (!isTopic(topic)) throw new DecnetError("invalid", "not a bus topic");
    else this.#send(topic, payload, options);
  }

  /** Sends bytes in place of an envelope, as a hostile publisher would. */
  publishRaw(topic: string, body: Uint8Array): void {
    this.#connect();
    this.#hub.publish({ from: this, topic, body });
  }

  subscribe(pattern: string, options: { readonly maxEvents?: number } = {}): Subscription {
    const subscription = this.#inbox.add(pattern, options.maxEvents);
    if (this.#closed) return subscription;
    this.#connect();
    this.#hub.hold(pattern, this);
    subscription.markReady();
    return subscription;
  }

  async flush(): Promise<boolean> {
    if (this.#closed) return false;
    this.#connect();
    await this.#hub.settled();
    return true;
  }

  onLifecycle(listener: (event: BusLifecycle) => void): () => void {
    return this.#lifecycle.add(listener);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    for (const pattern of this.#inbox.patterns) this.#hub.release(pattern, this);
    this.#closed = true;
    this.#inbox.close();
    if (this.#connected) this.#lifecycle.tell({ type: "disconnected", reason: "closed" });
    this.#connected = false;
    return Promise.resolve();
  }

  /** For {@link FakeHub}. */
  deliver(topic: string, body: Uint8Array): void {
    this.#inbox.deliver(topic, body);
  }

  #send(topic: string, payload: Readonly<Record<string, unknown>>, options: PublishOptions = {}): void {
    const body = this.#codec.encode({ topic, payload, ...options });
    this.#connect();
    this.#hub.publish({ from: this, topic, body });
  }

  #connect(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#lifecycle.tell({ type: "connected" });
  }
}
