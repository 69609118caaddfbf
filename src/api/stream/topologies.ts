// The readers of one topology's events: a snapshot at joining, then what the bus tells of it, serialised once for all.
// Without a bus there is the snapshot and keepalives. Keeps nothing of a topology that nobody watches.

import type { Kysely } from "kysely";
import type { BusEvent } from "../../bus/bus.ts";
import { readEvent, topicNameOf } from "../../bus/topic-of.ts";
import { toError } from "../../contract/errors.ts";
import type { Logger } from "../../kit/log.ts";
import type { Database } from "../../store/schema.ts";
import { findTopology, listMachines } from "../../store/topologies.ts";
import { findMutation } from "../../store/topology-reads.ts";
import type { Principal } from "../env.ts";
import { readSnapshot } from "../topology-reads.ts";
import { definitionOf, toMutation } from "../topology-rows.ts";
import type { TopologyEvents } from "../types.ts";
import type { Audience } from "./audience.ts";
import type { StreamClient } from "./client.ts";
import { TopologyRoom } from "./topology-room.ts";

/** What the streams need. */
export interface TopologyStreamsOptions {
  readonly db: Kysely<Database>;
  readonly audience: Audience;
  readonly log: Logger;
  readonly busConnected: () => boolean;
}

/** A step of a change. */
export type MutationStep = "enqueued" | "applying" | "applied" | "failed";

/** What the bus tells of a change. */
export interface MutationNews {
  readonly mutation_id: string;
  readonly op: string;
  readonly reason?: string;
}

const steps = {
  topologyMutationEnqueued: "enqueued",
  topologyMutationApplying: "applying",
  topologyMutationApplied: "applied",
  topologyMutationFailed: "failed",
} as const satisfies Record<string, MutationStep>;

const touches = {
  attackerObserved: "observed",
  attackerSessionStarted: "session.started",
  attackerSessionEnded: "session.ended",
} as const;

/** Patterns of the bus that {@link TopologyStreams.take} wants to see. */
export const TOPOLOGY_PATTERNS = ["topology.>", "decky.*.state", "attacker.>"] as const;

/** All open streams of topologies. */
export class TopologyStreams {
  readonly #options: TopologyStreamsOptions;
  readonly #rooms = new Map<string, TopologyRoom>();
  #lagged = 0;
  /** Events are read one after the other: a row that is looked up must not let a later event pass. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: TopologyStreamsOptions) {
    this.#options = options;
  }

  /** Topologies that somebody watches. */
  get watched(): number {
    return this.#rooms.size;
  }

  /** Streams that were closed because their reader was slow. */
  get lagged(): number {
    return this.#lagged;
  }

  /** Opens a stream of the topology `id`, which is there. Throws `too_many` when too many streams are open. */
  open(id: string, principal: Principal): StreamClient {
    const room = this.#rooms.get(id) ?? this.#makeRoom(id);
    const client = this.#options.audience.open(principal, (gone) => {
      room.leave(gone);
      if (room.isEmpty && this.#rooms.get(id) === room) this.#rooms.delete(id);
    });
    this.#rooms.set(id, room);
    room.join(client).catch((error: unknown) => {
      this.#options.log.error({ err: toError(error) }, "event stream of a topology could not begin");
      client.close();
    });
    return client;
  }

  /** Ends the streams of a topology that is gone. */
  close(id: string): void {
    this.#rooms.get(id)?.close();
  }

  /** Tells of a status that this process changed: its own publications do not come back to it. */
  status(id: string, event: TopologyEvents["status"]): void {
    if (this.#options.busConnected()) this.#enter(() => this.#tellStatus(id, event));
  }

  /** Tells of a change that this process accepted. */
  mutation(id: string, step: MutationStep, news: MutationNews): void {
    if (this.#options.busConnected()) this.#enter(() => this.#tellMutation(id, step, news));
  }

  /** Takes an event of the bus. What nobody watches costs nothing. */
  take(event: BusEvent): void {
    if (this.#rooms.size > 0) this.#enter(() => this.#read(event));
  }

  /** Resolves once everything taken before has been sent. */
  settled(): Promise<void> {
    return this.#reading;
  }

  #enter(task: () => Promise<void> | void): void {
    this.#reading = this.#reading.then(task).catch((error: unknown) => {
      this.#options.log.warn({ err: toError(error) }, "event of a topology could not be told");
    });
  }

  #makeRoom(id: string): TopologyRoom {
    const { db, busConnected } = this.#options;
    return new TopologyRoom({
      onLagged: () => {
        this.#lagged += 1;
      },
      snapshot: async () => JSON.stringify(await readSnapshot(db, id, busConnected())),
      names: async () => {
        const row = await findTopology(db, id);
        const machines = await listMachines(db, id);
        const defined = row ? definitionOf(row).deckies.map(({ name }) => name) : [];
        return new Set([...defined, ...machines.map(({ decky }) => decky)]);
      },
    });
  }

  async #read(event: BusEvent): Promise<void> {
    const name = topicNameOf(event.topic);
    const change = name && Object.hasOwn(steps, name) ? (name as keyof typeof steps) : undefined;
    if (change) {
      const read = readEvent(change, event);
      const reason = event.payload["reason"];
      const news = { ...read?.payload, ...(typeof reason === "string" && { reason }) } as MutationNews;
      if (read) await this.#tellMutation(read.params.id, steps[change], news);
    }
    const status = readEvent("topologyStatus", event);
    if (status) {
      const { status: to, previous, reason = "" } = status.payload;
      this.#tellStatus(status.params.id, { status: to, previous, reason });
    }
    const state = readEvent("deckyState", event);
    if (state) {
      const { state: now, previous, address, services } = state.payload;
      const told = { decky: state.params.id, state: now, previous, address, services: [...services] };
      await this.#tellOf(state.params.id, "decky.state", told);
    }
    const touch = name && Object.hasOwn(touches, name) ? (name as keyof typeof touches) : undefined;
    if (touch) await this.#tellTouch(touch, event);
  }

  async #tellTouch(name: keyof typeof touches, event: BusEvent): Promise<void> {
    const read = readEvent(name, event);
    if (!read) return;
    const { attacker_ip, decky, service, drill } = read.payload;
    const session = event.payload["session_id"];
    await this.#tellOf(decky, "attacker", {
      event: touches[name],
      attacker_ip,
      decky,
      service,
      ...(typeof session === "string" && { session_id: session }),
      ...(drill !== undefined && { drill }),
    });
  }

  #tellStatus(id: string, event: TopologyEvents["status"]): void {
    const room = this.#rooms.get(id);
    room?.forgetNames();
    room?.send("status", event);
  }

  async #tellMutation(id: string, step: MutationStep, news: MutationNews): Promise<void> {
    const room = this.#rooms.get(id);
    if (!room) return;
    const row = await findMutation(this.#options.db, id, news.mutation_id);
    const { mutation_id, op, reason } = news;
    if (step === "applied") room.forgetNames();
    room.send(`mutation.${step}`, {
      mutation_id,
      op,
      ...(reason !== undefined && { reason }),
      mutation: row ? toMutation(row) : null,
    });
  }

  /** Tells the rooms that have this decky. */
  async #tellOf<E extends "decky.state" | "attacker">(
    decky: string,
    event: E,
    data: TopologyEvents[E],
  ): Promise<void> {
    for (const room of [...this.#rooms.values()]) if (await room.has(decky)) room.send(event, data);
  }
}
