// The bus inside one process, for tests and for trying a worker alone: a hub that its clients share.
// Encodes and decodes like the real one, so that a payload which can't travel fails here too.

import { type Clock, systemClock } from "../contract/clock.ts";
import type { BusLink, LinkOwner } from "./bus-link.ts";
import { type BusLog, silentLog } from "./bus-log.ts";
import { LinkedBus } from "./client.ts";
import { Matcher } from "./subject.ts";

interface Delivery {
  readonly from: FakeLink | undefined;
  readonly topic: string;
  readonly body: Uint8Array;
}

/** What the clients of a hub share. */
export class FakeHub {
  readonly #matcher = new Matcher<FakeLink>();
  #queue: Delivery[] = [];
  #running: Promise<void> = Promise.resolve();

  /** Makes a client. */
  connect(options: { readonly name: string; readonly log?: BusLog; readonly clock?: Clock }): FakeBus {
    const { name, log = silentLog, clock = systemClock } = options;
    return new FakeBus({ name, log, clock, where: "here", link: (owner) => new FakeLink(this, owner) });
  }

  /** Publishes bytes in place of an envelope, as a hostile publisher would. */
  publishRaw(topic: string, body: Uint8Array): void {
    this.publish({ from: undefined, topic, body });
  }

  /** Resolves once everything published before has been delivered. */
  settled(): Promise<void> {
    return this.#running;
  }

  /** For {@link FakeLink}: delivers soon, in the order of the calls, never within them. */
  publish(delivery: Delivery): void {
    this.#queue.push(delivery);
    if (this.#queue.length === 1) this.#running = Promise.resolve().then(() => this.#run());
  }

  /** For {@link FakeLink}. */
  hold(pattern: string, link: FakeLink): void {
    this.#matcher.add(pattern, link);
  }

  /** For {@link FakeLink}. */
  release(pattern: string, link: FakeLink): void {
    this.#matcher.remove(pattern, link);
  }

  #run(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { from, topic, body } of queue) {
      for (const link of this.#matcher.match(topic)) if (link !== from) link.deliver(topic, body);
    }
  }
}

/** A client of a {@link FakeHub}. */
export class FakeBus extends LinkedBus {}

/** A connection to a hub: up as soon as it is opened. */
class FakeLink implements BusLink {
  readonly wasUp = true;
  readonly dropped = 0;
  readonly unsent = 0;
  readonly #hub: FakeHub;
  readonly #owner: LinkOwner;
  readonly #patterns: Set<string>;
  #isUp = false;

  constructor(hub: FakeHub, owner: LinkOwner) {
    this.#hub = hub;
    this.#owner = owner;
    this.#patterns = new Set(owner.patterns);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  open(): void {
    for (const pattern of this.#patterns) this.#hub.hold(pattern, this);
    this.#isUp = true;
    this.#owner.up();
  }

  publish(topic: string, body: Uint8Array): boolean {
    this.#hub.publish({ from: this, topic, body });
    return true;
  }

  subscribe(pattern: string): void {
    this.#patterns.add(pattern);
    this.#hub.hold(pattern, this);
  }

  unsubscribe(pattern: string): void {
    this.#patterns.delete(pattern);
    this.#hub.release(pattern, this);
  }

  async ping(): Promise<boolean> {
    await this.#hub.settled();
    return this.#isUp;
  }

  close(): Promise<void> {
    for (const pattern of this.#patterns) this.#hub.release(pattern, this);
    this.#isUp = false;
    this.#owner.down("closed");
    return Promise.resolve();
  }

  /** For {@link FakeHub}. */
  deliver(topic: string, body: Uint8Array): void {
    this.#owner.event(topic, body);
  }
}
