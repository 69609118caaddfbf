// Changes of topologies: each taken from the queue, made in the kernel, checked there, and written with all that it changes.
// One that fails leaves the topology as it was; one that a crash cut short is begun again.

import { DecnetError, toError } from "../../contract/errors.ts";
import type { Moved } from "../../decoys/personas/moved.ts";
import type { Compiled } from "../../fleet/compile.ts";
import type { Machine, Placed } from "../../fleet/placed.ts";
import type { MachineTable } from "../../store/schema.ts";
import type { MutationRow } from "../../store/topologies.ts";
import { concludeMutation, putMachines } from "../../store/topologies.ts";
import type { Topology } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { applyMutation } from "../../topology/mutation.ts";
import { planOf, withDraw } from "../../topology/plan.ts";
import type { Acts, Stage } from "./acts.ts";
import { namedOf, othersUp, takenElsewhere } from "./acts.ts";
import type { Difference } from "./core.ts";
import { differenceOf, isUp, reasonOf, servicesOf, whyNot } from "./core.ts";
import type { Effect } from "./explain.ts";
import { explain } from "./explain.ts";
import type { Entry } from "./io.ts";
import { hasDecky, machineRow, parseMutation } from "./io.ts";
import { isReboot, liveThrough } from "./lived.ts";

/** How long the kernel's or the decoys' process may stay away before a change that needs them has failed. */
const PATIENCE_MS = 20_000;

/** What came of a try. */
type Outcome = "done" | "later";

/** A change on its way. */
interface Change {
  readonly row: MutationRow;
  readonly mutation: Mutation;
  readonly entry: Entry;
  readonly topology: Topology;
}

/** What it comes to. */
interface Prospect {
  readonly placed: Placed;
  readonly faults: ReadonlyMap<string, string>;
  readonly before: Compiled;
  readonly after: Compiled;
  readonly difference: Difference;
  readonly moved: readonly Moved[];
}

/** Makes changes. */
export interface Changes {
  /** Makes one that was claimed; `later` when it has to be tried again. */
  make(row: MutationRow): Promise<Outcome>;
}

class Making implements Changes {
  readonly #stage: Stage;
  readonly #acts: Acts;

  constructor(stage: Stage, acts: Acts) {
    this.#stage = stage;
    this.#acts = acts;
  }

  async make(row: MutationRow): Promise<Outcome> {
    const { world, fleet, tell } = this.#stage;
    const asked = parseMutation(row.mutation);
    const entry = world.find(row.topology_id);
    if (!asked || !entry) {
      await this.#conclude(row, { status: "failed", reason: "its row can't be read" });
      return "done";
    }
    const draws = { catalogue: fleet.catalogue, random: fleet.draw("plan", row.id) };
    const mutation = withDraw(asked, entry.placed.topology, draws);
    tell.mutation("Applying", row, { op: mutation.op });
    try {
      const topology = applyMutation(entry.placed.topology, mutation, fleet.catalogue);
      const taken = mutation.op === "add_decky" && takenElsewhere(world, row.topology_id, [mutation.decky]);
      if (taken) throw new DecnetError("conflict", taken);
      const change = { row, mutation, entry, topology };
      return await (isUp(entry.row.status) ? this.#apply(change) : this.#rewrite(change));
    } catch (error) {
      if (!(error instanceof DecnetError)) throw error;
      if (error.code === "unavailable" && this.#patient(row)) return this.#later(error.message);
      // Nobody knows how far it came.
      if (error.code === "unavailable") this.#acts.doubt();
      await this.#refuse(row, mutation, error.message);
      return "done";
    }
  }

  #later(reason: string): Outcome {
    this.#stage.log.warn({ reason }, "a change is tried again");
    return "later";
  }

  #patient({ claimed_at }: MutationRow): boolean {
    return this.#stage.clock.now() - (claimed_at ?? 0) < PATIENCE_MS;
  }

  #conclude(
    row: MutationRow,
    outcome: Omit<Parameters<typeof concludeMutation>[2], "now">,
  ): Promise<boolean> {
    this.#stage.world.forget();
    return concludeMutation(this.#stage.store.db, row, { ...outcome, now: this.#stage.clock.now() });
  }

  /** Nothing of it stands in the kernel: the definition alone changes. */
  async #rewrite({ row, mutation, topology }: Change): Promise<Outcome> {
    const plan = planOf(mutation);
    if (plan !== undefined) {
      await this.#refuse(row, mutation, `the topology is not deployed: there is no machine for "${plan}"`);
      return "done";
    }
    const reason = "the topology is not deployed: its definition is changed";
    const definition = JSON.stringify(topology);
    if (await this.#conclude(row, { status: "applied", reason, definition })) {
      this.#stage.tell.mutation("Applied", row, { op: mutation.op, reason });
    }
    return "done";
  }

  /** Ends it as failed; `machines` are written as they were before it. */
  async #refuse(row: MutationRow, mutation: Mutation, said: string, machines: MachineTable[] = []) {
    const { world, tell } = this.#stage;
    const reason = said.slice(0, 500);
    await world.refresh();
    const entry = world.find(row.topology_id);
    // Places that a try of it noted: no definition has these deckies.
    const gone = entry ? [...entry.placed.machines.keys()].filter((name) => !hasDecky(entry, name)) : [];
    if (!(await this.#conclude(row, { status: "failed", reason, machines, gone }))) return;
    tell.mutation("Failed", row, { op: mutation.op, reason });
    if (entry && isUp(entry.row.status)) await this.#acts.move(entry, "degraded", reason);
  }

  async #foresee({ row, mutation, entry, topology }: Change): Promise<Prospect> {
    const { fleet, world } = this.#stage;
    const given = await fleet.place({ ...entry.placed, topology }, othersUp(world, row.topology_id));
    const machines = new Map(given.machines);
    const subject = mutation.op === "update_decky" ? machines.get(mutation.name) : undefined;
    const at = row.claimed_at ?? row.enqueued_at;
    const lived = subject && liveThrough(subject, { mutation, topology, at, moved: fleet.moved });
    if (lived && mutation.op === "update_decky") machines.set(mutation.name, lived.machine);
    const placed = { ...entry.placed, topology, machines };
    const [before, after] = [fleet.compile([entry.placed]), fleet.compile([placed])];
    const known = entry.placed.machines;
    const faults = new Map([...given.faults].filter(([name]) => known.has(name) || !hasDecky(entry, name)));
    const moved = lived?.moved ?? [];
    return { placed, faults, before, after, difference: differenceOf(before, after), moved };
  }

  /** Bridges that nobody wants any more once this topology does not. */
  #idle(bridges: readonly string[], id: string): readonly string[] {
    if (bridges.length === 0) return [];
    const { fleet, world } = this.#stage;
    const others = fleet.compile(othersUp(world, id));
    return bridges.filter((name) => !others.joined.includes(name));
  }

  async #apply(change: Change): Promise<Outcome> {
    const { row, mutation, entry } = change;
    const prospect = await this.#foresee(change);
    const { faults, placed, after, difference, moved } = prospect;
    if (faults.size > 0) {
      // A try before this one may have made something.
      this.#acts.doubt();
      await this.#refuse(row, mutation, reasonOf(faults));
      return "done";
    }
    await this.#note(entry, placed);
    const cuts = mutation.op === "update_decky" && isReboot(planOf(mutation), moved);
    const bridges = this.#idle(difference.bridges, row.topology_id);
    const failure = difference.none
      ? undefined
      : whyNot(
          await this.#stage.fleet.reach({
            compiled: { ...after, deckies: difference.changed },
            gone: { bridges, deckies: difference.gone },
            reboot: new Set(cuts ? [mutation.name] : []),
          }),
        );
    if (failure?.away && this.#patient(row)) return this.#later(failure.reason);
    if (failure) await this.#undo(change, prospect, failure.reason);
    else await this.#settle(change, prospect);
    return "done";
  }

  /** Places that were given just now are written before anything is made there: a second try gives the same. */
  async #note(entry: Entry, placed: Placed): Promise<void> {
    const { store, clock } = this.#stage;
    const known = entry.placed.machines;
    const fresh = [...placed.machines].filter(([name]) => !known.has(name));
    if (fresh.length === 0) return;
    this.#stage.world.forget();
    await putMachines(
      store.db,
      fresh.map(([name, machine]) => machineRow(entry.row.id, name, machine, clock.now())),
    );
  }

  async #settle({ row, mutation, entry, topology }: Change, prospect: Prospect): Promise<void> {
    const { tell, clock } = this.#stage;
    const { placed, difference, before, after, moved } = prospect;
    const services = { before: servicesOf(before, mutation), after: servicesOf(after, mutation) };
    const effect: Effect = { before: entry.placed.topology, after: topology, services, moved };
    const reason = explain(mutation, effect);
    const done = await this.#conclude(row, {
      status: "applied",
      reason,
      definition: JSON.stringify(topology),
      machines: difference.changed.flatMap(({ name }) => {
        const machine = placed.machines.get(name);
        return machine ? [machineRow(row.topology_id, name, machine, clock.now())] : [];
      }),
      gone: difference.gone.map(({ name }) => name),
    });
    if (!done) return;
    for (const decky of difference.gone) tell.removed(namedOf(decky));
    tell.mutation("Applied", row, { op: mutation.op, reason });
    if (mutation.op !== "update_decky") return;
    const { name, plan } = mutation;
    tell.services(name, { ...services, trigger: row.cause, plan, reason });
  }

  /** Takes back what was half done. */
  async #undo({ row, mutation, entry }: Change, prospect: Prospect, reason: string): Promise<void> {
    const { fleet, log, clock } = this.#stage;
    const { before, after } = prospect;
    const back = differenceOf(after, before);
    try {
      const report = await fleet.reach({
        compiled: { ...before, deckies: back.changed },
        gone: { bridges: this.#idle(back.bridges, row.topology_id), deckies: back.gone },
      });
      const left = whyNot(report);
      if (left) throw new DecnetError("unavailable", left.reason);
    } catch (error) {
      log.warn({ err: toError(error) }, "what a change half did stays until the fleet is looked at again");
      this.#acts.doubt();
    }
    const old = [...entry.placed.machines].map(([name, machine]: [string, Machine]) =>
      machineRow(row.topology_id, name, machine, clock.now()),
    );
    const touched = new Set(back.changed.map(({ name }) => name));
    await this.#refuse(
      row,
      mutation,
      reason,
      old.filter(({ decky }) => touched.has(decky)),
    );
  }
}

/** Makes the maker of changes. */
export function createChanges(stage: Stage, acts: Acts): Changes {
  return new Making(stage, acts);
}
