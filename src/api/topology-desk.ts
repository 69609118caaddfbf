// Where what an operator asks of topologies is checked and written: one request after the other, the row first, the
// bus after. Touches no kernel: the status and the queue that it writes are what the mutator works on.

import { publishSafely } from "../bus/publish-safely.ts";
import { topics } from "../bus/topics.ts";
import { DecnetError } from "../contract/errors.ts";
import { createIdSource } from "../contract/ids.ts";
import { machineCatalogue } from "../decoys/personas/catalogue.ts";
import type { MutationRow } from "../store/topologies.ts";
import {
  changeTopologyStatus,
  deleteMachines,
  deleteTopology,
  enqueueMutation,
  findTopology,
  insertTopology,
  listMachines,
  rewriteTopology,
} from "../store/topologies.ts";
import { findMutation, listWaiting } from "../store/topology-reads.ts";
import type { Topology } from "../topology/model.ts";
import type { Mutation } from "../topology/mutation.ts";
import { applyMutation } from "../topology/mutation.ts";
import { refuseIdle } from "../topology/plan.ts";
import { advance, restingStatuses } from "../topology/status.ts";
import type { ApiDeps } from "./deps.ts";
import {
  ahead,
  drift,
  nameTaken,
  refuseFaults,
  refuseStanding,
  refuseTakenNames,
  refuseUnmanned,
} from "./topology-checks.ts";
import { requireTopology } from "./topology-reads.ts";
import { definitionOf, statusOf } from "./topology-rows.ts";
import { createTurns } from "./turns.ts";

/** What the desk is made of. */
export type DeskParts = Pick<ApiDeps, "db" | "clock" | "bus" | "log" | "topologyStreams">;

/** A change as it is asked for. */
export interface MutationOrder {
  readonly mutation: Mutation;
  /** The version that it was decided on. */
  readonly expected: number;
  readonly requestedBy: string;
}

const STATUS_TRIES = 3;
const catalogue = machineCatalogue();

/** Takes what is asked of topologies. */
export class TopologyDesk {
  readonly #parts: DeskParts;
  readonly #newId: ReturnType<typeof createIdSource>;
  /** Names of deckies are unique over all topologies, which no index of the store can hold. */
  readonly #inTurn = createTurns();

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#newId = createIdSource(parts.clock);
  }

  /** Adds a topology, which then waits to be deployed. Throws `invalid` with its faults, `conflict` for a taken name. */
  create(topology: Topology): Promise<string> {
    return this.#inTurn(async () => {
      const { db, clock } = this.#parts;
      refuseFaults(topology);
      if (await findTopology(db, topology.name)) throw nameTaken(topology.name);
      await refuseTakenNames(
        db,
        topology.deckies.map(({ name }) => name),
      );
      const now = clock.now();
      const row = {
        id: this.#newId<string>(),
        name: topology.name,
        status: "pending",
        reason: "",
        version: 1,
        definition: JSON.stringify(topology),
        created_at: now,
        changed_at: now,
      };
      if (!(await insertTopology(db, row))) throw nameTaken(topology.name);
      return row.id;
    });
  }

  /** Puts another definition in place of the one of version `expected`, while nothing of it stands and no change waits. */
  replace(idOrName: string, expected: number, topology: Topology): Promise<string> {
    return this.#inTurn(async () => {
      const { db, clock } = this.#parts;
      const row = await requireTopology(db, idOrName);
      refuseStanding(row, "replaced");
      if (row.version !== expected) throw drift(expected, row.version);
      if ((await listWaiting(db, row.id)).length > 0)
        throw new DecnetError("conflict", "changes of this topology wait; they come first");
      refuseFaults(topology);
      const namesake = await findTopology(db, topology.name);
      if (namesake && namesake.id !== row.id) throw nameTaken(topology.name);
      await refuseTakenNames(
        db,
        topology.deckies.map(({ name }) => name),
        row.id,
      );
      const definition = JSON.stringify(topology);
      const kept = new Set(topology.deckies.map(({ name }) => name));
      const change = { version: expected, name: topology.name, definition, now: clock.now() };
      if (!(await rewriteTopology(db, row.id, { ...change, statuses: restingStatuses })))
        throw drift(expected, (await requireTopology(db, row.id)).version);
      const given = (await listMachines(db, row.id)).map(({ decky }) => decky);
      await deleteMachines(
        db,
        given.filter((decky) => !kept.has(decky)),
      );
      return row.id;
    });
  }

  /** Forgets a topology of which nothing stands. */
  remove(idOrName: string): Promise<void> {
    return this.#inTurn(async () => {
      const { db, topologyStreams } = this.#parts;
      const row = await requireTopology(db, idOrName);
      refuseStanding(row, "removed");
      if (!(await deleteTopology(db, row.id, restingStatuses)))
        throw new DecnetError("conflict", "the topology has changed meanwhile; look again");
      topologyStreams.close(row.id);
    });
  }

  /** Orders a topology to be deployed or torn down: its status is the order. Throws `conflict` with what is allowed. */
  async order(idOrName: string, to: "deploying" | "tearing_down"): Promise<string> {
    const { db, clock } = this.#parts;
    for (let tries = STATUS_TRIES; tries > 0; tries--) {
      const row = await requireTopology(db, idOrName);
      const from = statusOf(row);
      advance(from, to);
      if (to === "deploying") refuseFaults(definitionOf(row));
      if (!(await changeTopologyStatus(db, row.id, { from, to, reason: "", now: clock.now() }))) continue;
      this.#tellStatus(row.id, to, from);
      return row.id;
    }
    throw new DecnetError("unavailable", "the topology keeps changing; try again");
  }

  /** Puts a change into the queue. Throws `conflict` on drift, `invalid`, `not_found` or `conflict` where it can't apply. */
  enqueue(idOrName: string, { mutation, expected, requestedBy }: MutationOrder): Promise<MutationRow> {
    return this.#inTurn(async () => {
      const { db, clock } = this.#parts;
      const topology = await requireTopology(db, idOrName);
      if (topology.status === "tearing_down")
        throw new DecnetError("conflict", "the topology is being torn down; nothing of it changes now");
      if (topology.version !== expected) throw drift(expected, topology.version);
      const waiting = await listWaiting(db, topology.id);
      const then = ahead(definitionOf(topology), waiting);
      refuseIdle(mutation, then, catalogue);
      refuseUnmanned(topology, mutation);
      applyMutation(then, mutation, catalogue);
      if (mutation.op === "add_decky") await refuseTakenNames(db, [mutation.decky.name], topology.id);
      const row: MutationRow = {
        id: this.#newId<string>(),
        topology_id: topology.id,
        status: "pending",
        reason: "",
        mutation: JSON.stringify(mutation),
        cause: "request",
        requested_by: requestedBy,
        expected_version: expected,
        enqueued_at: clock.now(),
        claimed_at: null,
        ended_at: null,
      };
      await enqueueMutation(db, row);
      this.#tellEnqueued(row, mutation.op);
      return (await findMutation(db, topology.id, row.id)) ?? row;
    });
  }

  #tellStatus(id: string, status: string, previous: string): void {
    const payload = { status, previous, reason: "" };
    this.#tell((bus) => publishSafely(bus, topics.topologyStatus, { id }, payload, this.#parts.log));
    this.#parts.topologyStreams.status(id, payload);
  }

  #tellEnqueued({ id, topology_id }: MutationRow, op: string): void {
    const payload = { mutation_id: id, op };
    this.#tell((bus) =>
      publishSafely(bus, topics.topologyMutationEnqueued, { id: topology_id }, payload, this.#parts.log),
    );
    this.#parts.topologyStreams.mutation(topology_id, "enqueued", payload);
  }

  #tell(publish: (bus: NonNullable<ReturnType<DeskParts["bus"]>>) => void): void {
    const bus = this.#parts.bus();
    if (bus) publish(bus);
  }
}
