// The bus as a worker sees it: one interface, several transports that all pass the same cases.
// At most once, fire and forget; the store is the source of truth.

import type { TopicName, TopicParams, TopicPayload } from "./topics.ts";

/** What arrived on a topic. `ts` is Unix seconds with a fraction. Decoded lazily, at most once. */
export interface BusEvent {
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  readonly ts: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A change in the life of a connection. */
export type BusLifecycle =
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly reason: string }
  | { readonly type: "reconnecting"; readonly attempt: number; readonly delayMs: number }
  | { readonly type: "slow"; readonly pattern: string; readonly dropped: number };

/** Events that match one pattern, oldest first. Bounded: when full, the oldest are dropped and counted. */
export interface Subscription extends AsyncIterable<BusEvent> {
  readonly pattern: string;
  /** Resolves when the broker holds the pattern; never rejects; resolves too when the bus is closed first. */
  readonly ready: Promise<void>;
  /** Events dropped because the reader was slow. */
  readonly dropped: number;
  close(): void;
}

/** Options of one publication. */
export interface PublishOptions {
  /** Envelope id, where the same event may be sent twice and must be known as the same. Fresh by default. */
  readonly id?: string;
  /** Envelope type; the topic's name by default. */
  readonly type?: string;
}

/** A connection to the bus. */
export interface Bus {
  readonly name: string;
  readonly connected: boolean;
  /** Sends one event. Never throws for want of a connection: it is then dropped and counted. Throws on a bad parameter. */
  publish<T extends TopicName>(
    topic: T,
    params: TopicParams<T>,
    payload: TopicPayload<T>,
    options?: PublishOptions,
  ): void;
  /** Sends to a literal topic by text (`decnet publish`). Throws DecnetError `invalid` on a bad topic. */
  publishTo(topic: string, payload: Readonly<Record<string, unknown>>, options?: PublishOptions): void;
  subscribe(pattern: string, options?: { readonly maxEvents?: number }): Subscription;
  /** Resolves true once the broker has handled everything sent before, false when that cannot be known. */
  flush(timeoutMs?: number): Promise<boolean>;
  /** Calls `listener` at each change; returns what stops it. */
  onLifecycle(listener: (event: BusLifecycle) => void): () => void;
  /** Publications dropped for want of a connection. */
  readonly droppedPublishes: number;
  close(): Promise<void>;
}
