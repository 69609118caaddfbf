// A client of the bus over any link: connects when first used, reconnects by itself, restores its subscriptions.
// Never throws for want of a broker and never makes a publisher wait.

import type { Clock } from "../contract/clock.ts";
import { DecnetError, toError } from "../contract/errors.ts";
import { type Random, systemRandom } from "../contract/random.ts";
import type { Bus, BusLifecycle, PublishOptions, Subscription } from "./bus.ts";
import type { BusLink, LinkOwner } from "./bus-link.ts";
import type { BusLog } from "./bus-log.ts";
import { checkClientName, createDropAccount, createLifecycle } from "./client-parts.ts";
import { createEnvelopeCodec } from "./envelope.ts";
import { Inbox } from "./inbox.ts";
import { UnixLink } from "./link.ts";
import { isTopic } from "./subject.ts";
import type { QueuedSubscription } from "./subscription.ts";
import { type TopicName, type TopicParams, type TopicPayload, topicOf } from "./topics.ts";

/** Delays between tries in ms; the last one repeats. Each is shortened by up to half, so that clients do not all come at once. */
const RECONNECT_MS = [200, 400, 800, 1600, 2000] as const;

/** How long `flush` waits unless told. */
const FLUSH_MS = 1000;

/** Options of {@link LinkedBus}. */
export interface LinkedBusOptions {
  readonly name: string;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly random?: Random;
  /** Where the broker is, for the log: nothing secret. */
  readonly where: string;
  /** Longest topic and pattern that the links carry. */
  readonly maxTopic?: number;
  /** Delay between tries until the first that succeeds, in ms; those of a reconnection when absent. */
  readonly firstRetryMs?: number | undefined;
  readonly link: (owner: LinkOwner) => BusLink;
}

/** A client whose connections are made by `link`. */
export class LinkedBus implements Bus {
  readonly name: string;
  readonly #options: LinkedBusOptions;
  readonly #random: Random;
  readonly #codec;
  readonly #lifecycle;
  readonly #drops;
  readonly #inbox: Inbox;
  readonly #ending = new AbortController();
  /** The connection, from the first try on until it is lost; undefined before and between tries. */
  #link: BusLink | undefined;
  #waiting = false;
  #attempt = 0;
  #everUp = false;
  #closing: Promise<void> | undefined;

  constructor(options: LinkedBusOptions) {
    this.name = checkClientName(options.name);
    this.#options = options;
    this.#random = options.random ?? systemRandom;
    this.#codec = createEnvelopeCodec(options.clock);
    this.#lifecycle = createLifecycle(options.log);
    this.#drops = createDropAccount(options.log);
    this.#inbox = new Inbox({
      codec: this.#codec,
      log: options.log,
      slow: (pattern, dropped) => this.#slow(pattern, dropped),
      unused: (pattern) => this.#link?.unsubscribe(pattern),
    });
  }

  get connected(): boolean {
    return this.#link?.isUp ?? false;
  }

  get droppedPublishes(): number {
    return this.#drops.total + (this.#link?.dropped ?? 0);
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
    if (this.#closing) this.#drops.afterClose();
    else this.#send(topicOf(name, params), payload, options);
  }

  publishTo(topic: string, payload: Readonly<Record<string, unknown>>, options?: PublishOptions): void {
    if (this.#closing) this.#drops.afterClose();
    else if (!isTopic(topic)) throw new DecnetError("invalid", "not a bus topic");
    else this.#send(topic, payload, options);
  }

  subscribe(pattern: string, options: { readonly maxEvents?: number } = {}): Subscription {
    this.#checkLength(pattern);
    const isNew = !this.#inbox.has(pattern);
    const subscription = this.#inbox.add(pattern, options.maxEvents);
    if (this.#closing) return subscription;
    const standing = this.#link;
    // A link that is made now tells the broker of every pattern by itself.
    if (!standing) this.#connect();
    else {
      if (isNew) standing.subscribe(pattern);
      void this.#readyAfterPong(standing, [subscription]);
    }
    return subscription;
  }

  async flush(timeoutMs: number = FLUSH_MS): Promise<boolean> {
    if (this.#closing) return false;
    return (await this.#connect()?.ping(timeoutMs)) ?? false;
  }

  onLifecycle(listener: (event: BusLifecycle) => void): () => void {
    return this.#lifecycle.add(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #send(topic: string, payload: Readonly<Record<string, unknown>>, options: PublishOptions = {}): void {
    this.#checkLength(topic);
    const body = this.#codec.encode({ topic, payload, ...options });
    if (!this.#connect()?.publish(topic, body)) this.#drops.add(1);
  }

  #checkLength(subject: string): void {
    const { maxTopic = Number.POSITIVE_INFINITY } = this.#options;
    if (subject.length > maxTopic) throw new DecnetError("invalid", "too long for this bus");
  }

  /** The link that stands or is being made; undefined while waiting for the next try. */
  #connect(): BusLink | undefined {
    if (this.#link || this.#waiting) return this.#link;
    const inbox = this.#inbox;
    const link: BusLink = this.#options.link({
      patterns: inbox.patterns,
      event: (topic, body) => inbox.deliver(topic, body),
      copy: (pattern, topic, body) => inbox.deliverCopy(pattern, topic, body),
      malformed: (topic, reason) => inbox.skip(topic, reason),
      up: () => this.#up(),
      down: (reason) => this.#down(link, reason),
    });
    this.#link = link;
    void this.#readyAfterPong(link, this.#inbox.subscriptions);
    link.open();
    // It may have failed within the call.
    return this.#link;
  }

  async #readyAfterPong(link: BusLink, subscriptions: readonly QueuedSubscription[]): Promise<void> {
    if (!(await link.ping())) return;
    for (const subscription of subscriptions) subscription.markReady();
  }

  #up(): void {
    if (this.#attempt > 0) this.#options.log.info({ attempt: this.#attempt }, "bus is reachable again");
    this.#attempt = 0;
    this.#everUp = true;
    this.#lifecycle.tell({ type: "connected" });
  }

  #down(link: BusLink, reason: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#drops.add(link.dropped + link.unsent);
    if (link.wasUp) this.#lifecycle.tell({ type: "disconnected", reason });
    if (!this.#closing) void this.#retry(reason);
  }

  async #retry(reason: string): Promise<void> {
    const delayMs = this.#delayMs();
    const attempt = ++this.#attempt;
    const fields = { where: this.#options.where, reason, attempt };
    if (attempt === 1) this.#options.log.warn(fields, "bus is not reachable; retrying");
    else this.#options.log.debug(fields, "bus is still not reachable");
    this.#waiting = true;
    this.#lifecycle.tell({ type: "reconnecting", attempt, delayMs });
    await this.#options.clock.sleep(delayMs, this.#ending.signal);
    this.#waiting = false;
    if (!this.#closing) this.#connect();
  }

  #delayMs(): number {
    const { firstRetryMs } = this.#options;
    if (firstRetryMs !== undefined && !this.#everUp) return firstRetryMs;
    const step = RECONNECT_MS[Math.min(this.#attempt, RECONNECT_MS.length - 1)] ?? 2000;
    return step / 2 + (this.#random.fraction() * step) / 2;
  }

  #slow(pattern: string, dropped: number): void {
    this.#options.log.warn({ pattern, dropped }, "bus events are read slowly; the oldest are dropped");
    this.#lifecycle.tell({ type: "slow", pattern, dropped });
  }

  async #end(): Promise<void> {
    // Marks the bus closed before anything below can publish or subscribe.
    await Promise.resolve();
    this.#ending.abort();
    this.#inbox.close();
    try {
      await this.#link?.close();
    } catch (error) {
      this.#options.log.debug({ err: toError(error) }, "bus connection did not close well");
    }
  }
}

/** Options of {@link UnixBus}. */
export interface UnixBusOptions extends Omit<LinkedBusOptions, "link" | "where"> {
  readonly path: string;
}

/** A client of the broker at `path`. */
export class UnixBus extends LinkedBus {
  constructor(options: UnixBusOptions) {
    super({
      ...options,
      where: options.path,
      link: (owner) => new UnixLink({ ...options, owner }),
    });
  }
}
