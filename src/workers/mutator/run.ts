// Runs the mutator: woken by the bus, and by the clock in any case, it brings what there is to what is wanted.
// Touches no kernel itself and reads no byte of an attacker.

import { DecnetError, toError } from "../../contract/errors.ts";
import { createIdSource } from "../../contract/ids.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import { createBackoff } from "../../kit/backoff.ts";
import { holdFile } from "../../kit/hold-file.ts";
import { createWaker } from "../../kit/waker.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import type { Store } from "../../store/open.ts";
import { openStore } from "../../store/open.ts";
import { isBusy, isDiskTrouble } from "../../store/sqlite-error.ts";
import { claimMutation, listApplying } from "../../store/topologies.ts";
import type { Acts, Stage } from "./acts.ts";
import { createActs } from "./acts.ts";
import type { Changes } from "./changes.ts";
import { createChanges } from "./changes.ts";
import { isUp } from "./core.ts";
import { createFleet } from "./fleet.ts";
import {
  claimDatabase,
  claimLocks,
  createWorld,
  doorMark,
  hasLeftovers,
  namespaceFolder,
  whyHelpless,
} from "./io.ts";
import type { RunKernel } from "./kernel.ts";
import { kernelProcess } from "./kernel.ts";
import { createNotes } from "./notes.ts";
import { proberOf } from "./probe/index.ts";
import type { Prober } from "./probe/prober.ts";
import { createSchedules } from "./schedules.ts";
import { createTeller } from "./tell.ts";

/** Longest wait for news when the bus brings none. */
const POLL_MS = 1_000;
/** How often the whole fleet is looked at when nothing asks for it, and how soon again when something was amiss. */
const KEEP_MS = 10_000;
const AMISS_MS = 2_000;
/** Tries of one act that broke, before its topology has failed. */
const TRIES = 5;

/** When the whole fleet is looked at next. */
class Keeper {
  readonly #stage: Stage;
  readonly #acts: Acts;
  readonly #mark: () => string;
  readonly #notes: ReturnType<typeof createNotes>;
  #seen = "";
  #due = 0;
  /** A doubt that no look has settled yet. */
  #doubt = false;

  constructor(stage: Stage, acts: Acts, own: { mark: () => string; notes: ReturnType<typeof createNotes> }) {
    this.#stage = stage;
    this.#acts = acts;
    this.#mark = own.mark;
    this.#notes = own.notes;
  }

  /** Looks if it is time to, if the decoys' process is a new one, or after a doubt; `first` and then also when nothing is up. */
  async turn(first: boolean): Promise<void> {
    const { world, clock } = this.#stage;
    const mark = this.#mark();
    const up = world.entries.some(({ row }) => isUp(row.status));
    const doubt = this.#acts.takeDoubt();
    this.#doubt ||= doubt;
    if (!first && !up && !this.#doubt) return;
    if (mark === this.#seen && !doubt && clock.monotonic() < this.#due) return;
    const light = !first && mark === this.#seen && !this.#doubt;
    this.#seen = mark;
    const report = await this.#acts.keep(light);
    const amiss = report === undefined || report.away !== undefined || report.trouble !== undefined;
    this.#doubt &&= amiss;
    const failed = Object.keys(report?.failed ?? {}).length > 0;
    this.#due = clock.monotonic() + (amiss || failed ? AMISS_MS : KEEP_MS);
    if (report?.dropped) this.#notes.take(report.dropped);
    await world.refresh();
  }
}

/** What the stage is made with. */
interface Means {
  readonly secret: InstallSecret;
  readonly runKernel: RunKernel;
}

/** All that a tick does, in its order. */
class Ticker {
  readonly #stage: Stage;
  readonly #acts: Acts;
  readonly #changes: Changes;
  readonly #tries = new Map<string, number>();

  constructor(stage: Stage, acts: Acts, changes: Changes) {
    this.#stage = stage;
    this.#acts = acts;
    this.#changes = changes;
  }

  /** Carries out what the statuses order. */
  async orders(): Promise<void> {
    const { world } = this.#stage;
    for (const { id } of world.entries.map(({ row }) => row)) {
      await world.refresh();
      const entry = world.find(id);
      if (entry?.row.status === "tearing_down") await this.#bounded(id, () => this.#acts.tearDown(entry));
      if (entry?.row.status === "deploying") await this.#bounded(id, () => this.#acts.deploy(entry));
    }
    await world.refresh();
  }

  /** What breaks again and again is given up, with the reason. */
  async #bounded(id: string, act: () => Promise<void>): Promise<void> {
    const { log, world } = this.#stage;
    try {
      await act();
      this.#tries.delete(id);
    } catch (error) {
      if (isBusy(error) || isDiskTrouble(error)) throw error;
      const tries = (this.#tries.get(id) ?? 0) + 1;
      this.#tries.set(id, tries);
      log.warn({ err: toError(error), tries }, "an order could not be carried out");
      if (tries < TRIES) return;
      this.#tries.delete(id);
      await world.refresh();
      const entry = world.find(id);
      if (entry) await this.#acts.giveUp(entry, toError(error).message.slice(0, 500));
    }
  }

  /** Makes the changes that wait; those that a crash cut short come first. */
  async changes(signal: AbortSignal): Promise<void> {
    const { store, world, clock } = this.#stage;
    for (const row of await listApplying(store.db)) {
      await world.refresh();
      await this.#changes.make(row);
    }
    while (!signal.aborted) {
      await world.refresh();
      const row = await claimMutation(store.db, clock.now());
      if (!row) return;
      if ((await this.#changes.make(row)) === "later") return;
    }
  }
}

function stageOf(context: WorkerContext, store: Store, { secret, runKernel }: Means): Stage {
  const { clock, folder, log } = context;
  const places = { netns: namespaceFolder(folder), lock: folder.kernelLock, socket: folder.deckySocket };
  return {
    store,
    world: createWorld(store),
    fleet: createFleet({ secret, runKernel, places }),
    tell: createTeller(context),
    clock,
    log,
    helpless: whyHelpless(),
  };
}

/** One round over everything. */
function createTick(context: WorkerContext, stage: Stage, prober: Prober): () => Promise<void> {
  const { folder, metrics, clock } = context;
  const acts = createActs(stage);
  const ticker = new Ticker(stage, acts, createChanges(stage, acts));
  const notes = createNotes(stage, metrics);
  const keeper = new Keeper(stage, acts, { mark: () => doorMark(folder), notes });
  const schedules = createSchedules(stage, createIdSource(clock));
  const machines = (): number =>
    stage.world.entries.reduce((sum, { placed }) => sum + placed.machines.size, 0);
  metrics.gauge("machines", machines);
  context.reportHealth(() => ({
    topologies: stage.world.entries.length,
    machines: machines(),
    ...prober.health,
  }));
  let first = true;
  return async () => {
    await stage.world.refresh();
    if (first) await keeper.turn(stage.helpless === undefined && hasLeftovers(folder));
    first = false;
    await ticker.orders();
    await ticker.changes(context.signal);
    await keeper.turn(false);
    await schedules.turn();
    if (stage.helpless === undefined) prober.turn();
  };
}

/** The mutator's life. */
export async function run(context: WorkerContext): Promise<void> {
  const { bus, clock, folder, log, signal } = context;
  claimLocks(folder);
  using hold = holdFile(folder.mutatorLock, 2_000);
  if (!hold) throw new DecnetError("conflict", "another mutator works on this data folder");
  claimDatabase(folder);
  const store = openStore({ path: folder.database, log });
  const secret = loadSecret(folder.secretFile, clock);
  const kernel = kernelProcess(signal);
  const runKernel: RunKernel = async (task) => {
    // A look that changes nothing disturbs no neighbour.
    if (task.reach?.settings) await prober.recall();
    const report = await kernel(task);
    if (report.steps + report.handed > 0) await prober.recall();
    return report;
  };
  const stage = stageOf(context, store, { secret, runKernel });
  const prober = proberOf(context, stage, secret);
  const waker = createWaker({ bus, pattern: "topology.>", clock, signal });
  const tick = createTick(context, stage, prober);
  const backoff = createBackoff(100, 2_000);
  if (stage.helpless !== undefined) log.info({ reason: stage.helpless }, "topologies can't be deployed here");
  context.ready();
  try {
    while (!signal.aborted) {
      try {
        await tick();
        backoff.reset();
        await waker.wait(POLL_MS);
      } catch (error) {
        if (signal.aborted) break;
        if (!isBusy(error) && !isDiskTrouble(error)) throw error;
        log.warn({ err: toError(error) }, "store not writable, changes wait");
        await clock.sleep(backoff.next(), signal);
      }
    }
  } finally {
    waker.close();
    await prober.recall();
    await stage.tell.flush(1_000);
    stage.tell.close();
    await store.close();
  }
}
