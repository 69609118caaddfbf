// The readers of the one stream of everything: a snapshot at joining, then every event in order.
// Reads no store and no bus: feed.ts brings the events, a `StreamSource` the snapshot and what a resuming client missed.

import type { Clock } from "../../contract/clock.ts";
import { toError } from "../../contract/errors.ts";
import type { Principal } from "../env.ts";
import type { StreamEvents } from "../types.ts";
import { Audience } from "./audience.ts";
import type { StreamClient } from "./client.ts";
import type { Frame } from "./frames.ts";
import { encodeFrame, encodeSnapshot, FrameRing, joinFrames } from "./frames.ts";

const SNAPSHOT_MS = 1000;
const REACH_MS = 20;
const REACH_TRIES = 100;
const CATCH_UP_MS = 30_000;
/** Most evidence that a resuming client gets again; beyond it the snapshot counts what was missed. */
export const MAX_REPLAY = 5000;
const REPLAY_PAGE = 200;

/** An event that tells a row as it now is. */
export type RowEvent = Exclude<keyof StreamEvents, "evidence" | "snapshot" | "lagged">;

/** Where a joining client's first events come from. */
export interface StreamSource {
  /** Newest evidence seq in the store. */
  lastSeq(): Promise<number>;
  /** The snapshot's JSON without `seq` and `missed`, after its opening brace. */
  snapshot(): Promise<string>;
  /** Evidence with `after < seq <= upTo`, oldest first, at most `limit`, as frames. */
  evidence(after: number, upTo: number, limit: number): Promise<readonly Frame[]>;
}

/** A snapshot and where the events after it begin. */
interface Taken {
  readonly json: string;
  readonly index: number;
  readonly seq: number;
}

/** What a hub needs. */
export interface StreamHubOptions {
  readonly clock: Clock;
  readonly maxClients: number;
  readonly source: StreamSource;
  /** Told that somebody joins, so that the feed looks at once. */
  readonly onJoin: () => void;
  /** Told when a stream could not begin because the store failed. */
  readonly onError: (error: Error) => void;
}

/** The readers of `/stream`. */
export class StreamHub {
  /** Those of this stream and of any other. */
  readonly audience: Audience;
  readonly #options: StreamHubOptions;
  readonly #clients = new Set<StreamClient>();
  readonly #live = new Set<StreamClient>();
  readonly #ring = new FrameRing(8 * 1024 * 1024, 8192);
  #snapshot: { readonly takenAt: number; readonly seq: number; readonly taken: Promise<Taken> } | undefined;
  #seq = 0;
  #lagged = 0;

  constructor(options: StreamHubOptions) {
    this.#options = options;
    this.audience = new Audience(options);
  }

  /** Open streams. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Streams that were closed because their reader was slow. */
  get lagged(): number {
    return this.#lagged;
  }

  /** The last evidence seq that clients were given. */
  get seq(): number {
    return this.#seq;
  }

  /** Moves on without telling anybody: for a process without clients. */
  skipTo(seq: number): void {
    this.#seq = seq;
    this.#snapshot = undefined;
    this.#ring.clear();
  }

  /** There is no evidence up to here that has not been sent. */
  advanceTo(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** Smallest room of all live clients, in bytes. */
  get room(): number {
    return [...this.#live].reduce((least, client) => Math.min(least, client.room), Number.POSITIVE_INFINITY);
  }

  /** Sends frames to all, in order. Evidence moves the seq that later events carry. */
  broadcast(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    for (const frame of frames) {
      this.#ring.push(frame);
      if (frame.seq !== undefined) this.#seq = frame.seq;
    }
    const bytes = joinFrames(frames.map((frame) => frame.bytes));
    for (const client of this.#live) this.#sendTo(client, bytes);
  }

  /** An event that is not evidence, as it is to be broadcast now. */
  frame<K extends RowEvent>(event: K, data: StreamEvents[K]): Frame {
    return { bytes: encodeFrame(event, this.#seq, JSON.stringify(data)) };
  }

  /** Opens a stream. `lastEventId` is the evidence seq that the client saw last. Throws `too_many` when full. */
  open(principal: Principal, lastEventId: number | undefined): StreamClient {
    const client = this.audience.open(principal, (gone) => this.#forget(gone));
    this.#clients.add(client);
    this.#options.onJoin();
    this.#join(client, lastEventId).catch((error: unknown) => {
      this.#options.onError(toError(error));
      client.close();
    });
    return client;
  }

  /** Ends every stream of the process. */
  close(): void {
    this.audience.close();
  }

  async #join(client: StreamClient, lastEventId: number | undefined): Promise<void> {
    if (lastEventId !== undefined) await this.#reach(lastEventId);
    const { json, index, seq } = await this.#takeSnapshot(lastEventId);
    // What lies beyond the newest evidence is an id of another store.
    const wanted = lastEventId === undefined || lastEventId > seq ? seq : lastEventId;
    const from = Math.max(wanted, seq - MAX_REPLAY);
    client.send(encodeSnapshot(from, from - wanted, json), from);
    // A snapshot of thousands of deckies fills the queue by itself: that is no sign of a slow reader.
    if (!(await client.waitForRoom(CATCH_UP_MS))) return this.#lag(client, from);
    await this.#replay(client, from, seq);
    const rest = client.isOpen ? this.#ring.after(index) : [];
    if (!rest) return this.#lag(client, seq);
    if (rest.length > 0) this.#sendTo(client, joinFrames(rest.map((frame) => frame.bytes)));
    if (client.isOpen) this.#live.add(client);
  }

  /** The feed may be behind the store, and so behind a client that has been here before: lets it catch up. */
  async #reach(seq: number): Promise<void> {
    if (seq <= this.#seq || seq > (await this.#options.source.lastSeq())) return;
    for (let left = REACH_TRIES; left > 0 && this.#seq < seq && !this.audience.isClosed; left--) {
      await this.#options.clock.sleep(REACH_MS);
    }
  }

  /**
   * One snapshot serves all who join within a second: what came after its index is sent to each from the ring. One who
   * has seen more than it knows gets a newer one, and not again what he has seen.
   */
  #takeSnapshot(seen = 0): Promise<Taken> {
    const now = this.#options.clock.monotonic();
    const last = this.#snapshot;
    const isBehind = last && last.seq < seen && seen <= this.#seq;
    if (last && !isBehind && now - last.takenAt < SNAPSHOT_MS) return last.taken;
    const at = { index: this.#ring.last, seq: this.#seq };
    const taken = this.#options.source.snapshot().then((json) => ({ json, ...at }));
    this.#snapshot = { takenAt: now, seq: at.seq, taken };
    taken.catch(() => {
      this.#snapshot = undefined;
    });
    return taken;
  }

  async #replay(client: StreamClient, from: number, upTo: number): Promise<void> {
    for (let at = from; at < upTo && client.isOpen; ) {
      const frames = await this.#options.source.evidence(at, upTo, REPLAY_PAGE);
      const last = frames.at(-1)?.seq;
      if (last === undefined) return;
      if (!(await client.waitForRoom(CATCH_UP_MS))) return this.#lag(client, at);
      client.send(joinFrames(frames.map((frame) => frame.bytes)), at);
      at = last;
    }
  }

  #sendTo(client: StreamClient, bytes: Uint8Array): void {
    client.send(bytes, this.#seq);
    if (!client.isOpen) this.#lagged += 1;
  }

  #lag(client: StreamClient, seq = this.#seq): void {
    if (!client.isOpen) return;
    this.#lagged += 1;
    client.lag(seq);
  }

  #forget(client: StreamClient): void {
    this.#clients.delete(client);
    this.#live.delete(client);
  }
}
