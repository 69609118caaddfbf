// Sends neighbours to the deckies: after each change and every so often; says what they found.
// Never at the same time as the kernel is touched: a change calls them back, and they go again after it.

import type { Clock } from "../../../contract/clock.ts";
import { toError } from "../../../contract/errors.ts";
import type { Random } from "../../../contract/random.ts";
import type { CompiledDecky } from "../../../fleet/compile.ts";
import type { Logger } from "../../../kit/log.ts";
import { type PlanOptions, planProbe } from "./plan.ts";
import type { SendNeighbour } from "./process.ts";
import type { Fault, ProbeReport, ProbeTask } from "./task.ts";

/** A fleet that has just changed is given time to settle. */
const SETTLE_MS = 1_000;
/** How far a wait may be off its mean. */
const JITTER = 0.2;

/** What neighbours found: the deckies that they looked at, and what is wrong with them. */
export interface Found {
  readonly looked: readonly CompiledDecky[];
  readonly faults: ReadonlyMap<string, readonly Fault[]>;
}

/** What a prober needs. */
export interface ProberOptions extends PlanOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly send: SendNeighbour;
  /** Mean wait between two looks; 0 for none at all. */
  readonly everyMs: number;
  /** All that is up, and what changes when it does. */
  readonly fleet: () => { readonly deckies: readonly CompiledDecky[]; readonly mark: string };
  readonly tell: (found: Found) => Promise<void>;
}

/** What is known of the fleet. */
export interface Health {
  readonly probed: number;
  readonly probe_faults: number;
  /** Unix ms; 0 before the first time. */
  readonly probed_at: number;
  /** How long that took. */
  readonly probe_ms: number;
}

/** Sends neighbours. */
export interface Prober {
  /** Sends them when it is time to; does not wait for them. */
  turn(): void;
  /** Calls them back, and waits until they are gone. */
  recall(): Promise<void>;
  readonly health: Health;
}

class Doing implements Prober {
  readonly #options: ProberOptions;
  #health: Health = { probed: 0, probe_faults: 0, probed_at: 0, probe_ms: 0 };
  #mark = "";
  #due = Number.POSITIVE_INFINITY;
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  get health(): Health {
    return this.#health;
  }

  async recall(): Promise<void> {
    if (!this.#running) return;
    this.#running.stop.abort();
    await this.#running.done;
    this.#due = this.#options.clock.monotonic() + SETTLE_MS;
  }

  turn(): void {
    const { clock, everyMs, fleet } = this.#options;
    const { deckies, mark } = fleet();
    if (mark !== this.#mark) {
      this.#mark = mark;
      if (everyMs > 0) this.#due = clock.monotonic() + SETTLE_MS;
    }
    if (this.#running || clock.monotonic() < this.#due) return;
    this.#due = this.#next();
    if (deckies.length === 0) return;
    const stop = new AbortController();
    const done = this.#run(deckies, stop.signal).finally(() => {
      this.#running = undefined;
    });
    this.#running = { stop, done };
  }

  #next(): number {
    const { clock, everyMs, random } = this.#options;
    if (everyMs === 0) return Number.POSITIVE_INFINITY;
    return clock.monotonic() + everyMs * (1 - JITTER + 2 * JITTER * random.fraction());
  }

  async #run(deckies: readonly CompiledDecky[], signal: AbortSignal): Promise<void> {
    const { log, tell, clock } = this.#options;
    try {
      const { tasks, full } = planProbe(deckies, this.#options);
      if (full.length > 0) log.warn({ networks: full }, "no neighbour finds room in a network");
      const start = clock.monotonic();
      const found = await this.#ask(tasks, signal);
      if (signal.aborted) return;
      const looked = deckies.filter(({ name }) => found.looked.has(name));
      const faults = Map.groupBy(found.faults, ({ decky }) => decky);
      this.#health = {
        probed: looked.length,
        probe_faults: faults.size,
        probed_at: clock.now(),
        probe_ms: Math.round(clock.monotonic() - start),
      };
      await tell({ looked, faults });
    } catch (error) {
      if (!signal.aborted) log.warn({ err: toError(error) }, "the deckies could not be looked at");
    }
  }

  /** One network after the other: a neighbour is there for seconds only, and the host has other work. */
  async #ask(tasks: readonly ProbeTask[], signal: AbortSignal) {
    const { send, log } = this.#options;
    const looked = new Set<string>();
    const faults: Fault[] = [];
    for (const task of tasks) {
      if (signal.aborted) break;
      const report = await send(task, signal).catch(
        (error: unknown): ProbeReport => ({ faults: [], trouble: toError(error).message, ms: 0 }),
      );
      if (signal.aborted) break;
      if (report.trouble !== undefined)
        log.warn({ network: task.interface, reason: report.trouble }, "a neighbour found no place");
      for (const name of report.looked ?? []) looked.add(name);
      faults.push(...report.faults);
    }
    return { looked, faults };
  }
}

/** Makes one that has nothing to do yet. */
export function createProber(options: ProberOptions): Prober {
  return new Doing(options);
}
