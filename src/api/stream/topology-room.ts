// Those who watch one topology: each begins with a snapshot and misses nothing that came while it was read.
// Bounded: a reader for whom the ring has moved on is closed and comes back.

import type { TopologyEvents } from "../types.ts";
import type { StreamClient } from "./client.ts";
import { encodeFrame, encodeOpening, FrameRing, joinFrames } from "./frames.ts";

const RING_BYTES = 1024 * 1024;
const RING_FRAMES = 1024;
const CATCH_UP_MS = 30_000;

/** Where a room looks, and whom it tells. */
export interface RoomSource {
  /** The snapshot's JSON. */
  snapshot(): Promise<string>;
  /** Deckies that belong to the topology. */
  names(): Promise<ReadonlySet<string>>;
  /** Told when a reader was too slow. */
  onLagged(): void;
}

interface Snapshot {
  readonly json: string;
  /** Events after this one follow it. */
  readonly index: number;
}

/** A topology that is watched. */
export class TopologyRoom {
  readonly #source: RoomSource;
  readonly #ring = new FrameRing(RING_BYTES, RING_FRAMES);
  readonly #clients = new Set<StreamClient>();
  readonly #live = new Set<StreamClient>();
  #names: Promise<ReadonlySet<string>> | undefined;
  /** While it is read, all who join meanwhile share it. */
  #reading: Promise<Snapshot> | undefined;

  constructor(source: RoomSource) {
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  /** Lets a reader in. */
  async join(client: StreamClient): Promise<void> {
    this.#clients.add(client);
    const { json, index } = await this.#snapshot();
    client.send(encodeOpening(index, json), index);
    // A snapshot of thousands of deckies fills the queue by itself: that is no sign of a slow reader.
    const hasRoom = await client.waitForRoom(CATCH_UP_MS);
    if (!client.isOpen) return;
    const missed = hasRoom ? this.#ring.after(index) : undefined;
    if (!missed) {
      client.lag(this.#ring.last);
      return this.#source.onLagged();
    }
    if (missed.length > 0) client.send(joinFrames(missed.map(({ bytes }) => bytes)), this.#ring.last);
    this.#live.add(client);
  }

  leave(client: StreamClient): void {
    this.#clients.delete(client);
    this.#live.delete(client);
  }

  close(): void {
    for (const client of [...this.#clients]) client.close();
  }

  /** Sends an event to all. */
  send<E extends Exclude<keyof TopologyEvents, "snapshot" | "lagged">>(
    event: E,
    data: TopologyEvents[E],
  ): void {
    const id = this.#ring.last + 1;
    const bytes = encodeFrame(event, id, JSON.stringify(data));
    this.#ring.push({ bytes });
    for (const client of [...this.#live]) {
      client.send(bytes, id);
      if (!client.isOpen) this.#source.onLagged();
    }
  }

  /** Which deckies there are may have changed. */
  forgetNames(): void {
    this.#names = undefined;
  }

  /** Whether this decky belongs to the topology. */
  async has(decky: string): Promise<boolean> {
    this.#names ??= this.#source.names();
    const names = this.#names;
    try {
      return (await names).has(decky);
    } catch (error) {
      if (this.#names === names) this.#names = undefined;
      throw error;
    }
  }

  #snapshot(): Promise<Snapshot> {
    const index = this.#ring.last;
    this.#reading ??= this.#source
      .snapshot()
      .then((json) => ({ json, index }))
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
