// Deploying, keeping and tearing down topologies: each act brings the kernel somewhere, then writes what came of it.
// Every act can be begun again from whatever a crash left of it.

import type { Clock } from "../../contract/clock.ts";
import { toError } from "../../contract/errors.ts";
import type { CompiledDecky } from "../../fleet/compile.ts";
import type { Placed } from "../../fleet/placed.ts";
import type { Logger } from "../../kit/log.ts";
import type { Store } from "../../store/open.ts";
import { changeTopologyStatus, deleteMachines, lastEnded, putMachines } from "../../store/topologies.ts";
import type { TopologyStatus } from "../../topology/status.ts";
import { mayFollow } from "../../topology/status.ts";
import { validateTopology } from "../../topology/validate.ts";
import { isUp, reasonOf, statusFor } from "./core.ts";
import type { Fleet } from "./fleet.ts";
import type { Entry, World } from "./io.ts";
import { machineRow } from "./io.ts";
import type { Report } from "./task.ts";
import type { Named, Teller } from "./tell.ts";

/** How long the decoys' process may be away before a topology that waits for it has failed. */
const AWAY_MS = 10_000;
/** How long the collector may take before what is told of removed deckies is left to itself. */
const FLUSH_MS = 2_000;
/** Tries to tear down before it has failed. */
const TEARDOWN_TRIES = 5;

/** What acts need. */
export interface Stage {
  readonly store: Store;
  readonly world: World;
  readonly fleet: Fleet;
  readonly tell: Teller;
  readonly clock: Clock;
  readonly log: Logger;
  /** Why the kernel can't be touched, in words with a remedy; undefined when it can. */
  readonly helpless: string | undefined;
}

/** The acts. */
export interface Acts {
  deploy(entry: Entry): Promise<void>;
  tearDown(entry: Entry): Promise<void>;
  /**
   * Looks at all that is up, repairs it and tells how it is; undefined when that could not be found out. `light` takes
   * the settings of machines that are there as they are.
   */
  keep(light: boolean): Promise<Report | undefined>;
  /** Moves the status, and tells it. */
  move(entry: Entry, to: TopologyStatus, reason: string): Promise<boolean>;
  /** Gives an order up. What a deploy made by then is nobody's, and goes at the next look at all. */
  giveUp(entry: Entry, reason: string): Promise<void>;
  /** Tells that what stands may not be what was wanted: all of it has to be looked at, settings too. */
  doubt(): void;
  /** Whether there was a doubt since this was last asked. */
  takeDoubt(): boolean;
}

/** How evidence names a decky. */
export function namedOf({ name, spec }: CompiledDecky): Named {
  return { decky: name, address: spec.address, mac: spec.mac, archetype: spec.archetype };
}

/** The topologies whose machines stand, but one. */
export function othersUp(world: World, id: string): readonly Placed[] {
  return world.entries.filter(({ row }) => isUp(row.status) && row.id !== id).map(({ placed }) => placed);
}

/** Why one of these deckies can't stand beside those of other topologies: names are one install's. */
export function takenElsewhere(
  world: World,
  id: string,
  deckies: readonly { readonly name: string }[],
): string | undefined {
  for (const { row, placed } of world.entries) {
    const taken = row.id === id ? undefined : deckies.find(({ name }) => placed.machines.has(name));
    if (taken) return `topology "${row.name}" has a decky ${taken.name} already`;
  }
  return undefined;
}

/** What is wrong with the deckies of a topology, by decky. */
function problemsOf(placed: Placed, faults: ReadonlyMap<string, string>, report: Report) {
  const all = report.away ?? report.trouble;
  const problems = new Map(faults);
  for (const { name } of placed.topology.deckies) {
    const reason = report.failed[name] ?? all;
    if (reason !== undefined && !problems.has(name)) problems.set(name, reason);
  }
  return problems;
}

/** A topology whose machines have their places, and why some have none. */
interface Settled {
  readonly placed: Placed;
  readonly faults: ReadonlyMap<string, string>;
}

class Doing implements Acts {
  readonly #stage: Stage;
  /** When the first try to deploy found the decoys' process away, and how often a teardown was tried. */
  readonly #waiting = new Map<string, number>();
  readonly #tries = new Map<string, number>();
  #doubt = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  doubt(): void {
    this.#doubt = true;
  }

  takeDoubt(): boolean {
    const doubt = this.#doubt;
    this.#doubt = false;
    return doubt;
  }

  async move({ row }: Entry, to: TopologyStatus, reason: string): Promise<boolean> {
    const { store, clock, tell, log } = this.#stage;
    const from = row.status as TopologyStatus;
    if (from === to && row.reason === reason) return true;
    if (from !== to && !mayFollow(from, to)) return false;
    const done = await changeTopologyStatus(store.db, row.id, { from, to, reason, now: clock.now() });
    if (!done || from === to) return done;
    log.info({ topology: row.name, from, to, reason }, "a topology's status changed");
    tell.status(row.id, { status: to, previous: from, reason });
    return true;
  }

  /** Gives places to its machines and writes them down; the topology with them, and who found none. */
  async #place(placed: Placed): Promise<Settled> {
    const { fleet, world, store, clock } = this.#stage;
    const { machines, faults, fresh } = await fleet.place(placed, othersUp(world, placed.id));
    if (fresh.length > 0) {
      const rows = [...machines].map(([decky, machine]) =>
        machineRow(placed.id, decky, machine, clock.now()),
      );
      await putMachines(store.db, rows);
      world.forget();
    }
    return { placed: { ...placed, machines }, faults };
  }

  /** Why it can't be begun at all. */
  #obstacle({ row, placed }: Entry): string | undefined {
    const { helpless, fleet, world } = this.#stage;
    if (helpless !== undefined) return helpless;
    const [fault] = validateTopology(placed.topology, fleet.catalogue);
    if (fault) return `${fault.where}: ${fault.message}`;
    if (placed.topology.deckies.length === 0) return "it has no decky";
    return takenElsewhere(world, row.id, placed.topology.deckies);
  }

  async deploy(entry: Entry): Promise<void> {
    const obstacle = this.#obstacle(entry);
    if (obstacle !== undefined) return void (await this.move(entry, "failed", obstacle));
    const { fleet } = this.#stage;
    const { placed, faults } = await this.#place(entry.placed);
    const report = await fleet.reach({
      compiled: fleet.compile([placed]),
      gone: { bridges: [], deckies: [] },
    });
    if (report.away !== undefined && this.#mayWait(entry.row.id)) return;
    this.#waiting.delete(entry.row.id);
    const problems = problemsOf(placed, faults, report);
    const status = statusFor(placed.topology.deckies.length, problems.size);
    if (status === "failed") await this.#clear({ ...entry, placed });
    await this.move(entry, status, reasonOf(problems));
  }

  /** True while there is time left to wait for the decoys' process. */
  #mayWait(id: string): boolean {
    const { clock } = this.#stage;
    const since = this.#waiting.get(id) ?? clock.monotonic();
    this.#waiting.set(id, since);
    return clock.monotonic() - since < AWAY_MS;
  }

  /** Takes all of it out of kernel and store, and whatever else is nobody's; false when something stayed. */
  async #clear({ row, placed }: Entry): Promise<Report> {
    const { fleet, world, store, tell } = this.#stage;
    const report = await fleet.reach({ compiled: fleet.compile(othersUp(world, row.id)) });
    if (report.trouble !== undefined) return report;
    for (const decky of fleet.compile([placed]).deckies) tell.removed(namedOf(decky));
    await tell.flush(FLUSH_MS);
    await deleteMachines(store.db, [...placed.machines.keys()]);
    world.forget();
    return report;
  }

  async tearDown(entry: Entry): Promise<void> {
    const { helpless } = this.#stage;
    const { row, placed } = entry;
    if (helpless !== undefined) {
      const nothing = placed.machines.size === 0;
      await this.move(entry, nothing ? "torn_down" : "failed", nothing ? "" : helpless);
      return;
    }
    const report = await this.#clear(entry);
    const tries = (this.#tries.get(row.id) ?? 0) + 1;
    this.#tries.set(row.id, tries);
    if (report.trouble !== undefined && tries < TEARDOWN_TRIES) return;
    this.#tries.delete(row.id);
    if (report.trouble === undefined) await this.move(entry, "torn_down", "");
    else await this.move(entry, "failed", report.trouble);
  }

  async giveUp(entry: Entry, reason: string): Promise<void> {
    const { store, world } = this.#stage;
    this.doubt();
    if (entry.row.status === "deploying") {
      await deleteMachines(store.db, [...entry.placed.machines.keys()]);
      world.forget();
    }
    await this.move(entry, "failed", reason);
  }

  async keep(light: boolean): Promise<Report | undefined> {
    const { fleet, world, helpless, log } = this.#stage;
    const up = world.entries.filter(({ row }) => isUp(row.status));
    if (helpless !== undefined) {
      for (const entry of up) await this.move(entry, "failed", helpless);
      return undefined;
    }
    try {
      const placed: Settled[] = [];
      for (const entry of up) placed.push(await this.#place(entry.placed));
      const compiled = fleet.compile(placed.map((one) => one.placed));
      const report = await fleet.reach({ compiled, light });
      for (const [i, entry] of up.entries()) {
        const one = placed[i];
        if (one) await this.#judge(entry, problemsOf(one.placed, one.faults, report));
      }
      return report;
    } catch (error) {
      log.warn({ err: toError(error) }, "the fleet could not be looked at");
      return undefined;
    }
  }

  /** Whether the reason of a degraded topology is that its last change failed: what stands may be well all the same. */
  async #judge(entry: Entry, problems: ReadonlyMap<string, string>): Promise<void> {
    const { row } = entry;
    if (problems.size > 0) return void (await this.move(entry, "degraded", reasonOf(problems)));
    if (row.status !== "degraded") return;
    const last = await lastEnded(this.#stage.store.db, row.id);
    if (last?.status === "failed" && last.reason === row.reason) return;
    await this.move(entry, "active", "");
  }
}

/** Makes the acts. */
export function createActs(stage: Stage): Acts {
  return new Doing(stage);
}
