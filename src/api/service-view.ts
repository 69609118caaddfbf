// What the service manager last said of each worker, kept so that rows need not wait for it.
// Starts nothing; a manager that is slow or fails costs freshness, never an answer.

import { printable } from "../contract/captured.ts";
import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import type { ServiceManager, ServicePhase, ServiceState } from "../contract/service-manager.ts";
import type { Logger } from "../kit/log.ts";
import { Wake } from "./stream/wake.ts";
import type { Worker } from "./types.ts";

/** Why a worker does not run, as a row carries it. */
export type ServiceNote = NonNullable<Worker["service"]>;

/** What a view needs. */
export interface ServiceViewOptions {
  readonly manager: ServiceManager;
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** How old an answer may be for whoever asks now. */
const FRESH_MS = 2000;
/** Longest that anybody waits for the manager. */
const PATIENCE_MS = 1000;
/** How often the manager is asked while somebody watches, and just after an order. */
const LOOK_MS = 5000;
const CLOSE_LOOK_MS = 500;
const CLOSE_FOR_MS = 10_000;
const REASON_CHARS = 300;
const LINES = 10;
const LINE_CHARS = 500;

const told: readonly ServicePhase[] = ["stopped", "failed", "crash_loop"];

function noteOf(state: ServiceState | undefined): ServiceNote | undefined {
  if (!state || !told.includes(state.phase)) return undefined;
  return {
    phase: state.phase as ServiceNote["phase"],
    reason: state.reason === undefined ? null : printable(state.reason, REASON_CHARS),
    last_lines: state.lastLines.slice(-LINES).map((line) => printable(line, LINE_CHARS)),
  };
}

/** The manager as of a moment ago. */
export class ServiceView {
  readonly #options: ServiceViewOptions;
  readonly #notes = new Map<string, ServiceNote | undefined>();
  readonly #wake: Wake;
  /** Monotonic time since when each that is down is known to be. */
  readonly #down = new Map<string, number>();
  #installed: ReadonlySet<string> = new Set();
  #askedAt = Number.NEGATIVE_INFINITY;
  #closeUntil = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #failing = false;

  constructor(options: ServiceViewOptions) {
    this.#options = options;
    this.#wake = new Wake(options.clock);
  }

  isInstalled(worker: string): boolean {
    return this.#installed.has(worker);
  }

  /** Undefined for a worker that runs, or of which nothing is known. */
  noteOf(worker: string): ServiceNote | undefined {
    return this.#notes.get(worker);
  }

  /**
   * Since when the manager knows that a worker does not run (monotonic): of one that was stopped the first time that it
   * was seen so, of one that goes on failing the last, for it may have lived in between. Undefined for one that runs.
   */
  downSince(worker: string): number | undefined {
    return this.#down.get(worker);
  }

  /** Asks the manager unless it was asked within `maxAgeMs`; returns without its answer when that takes too long. */
  async refresh(maxAgeMs = FRESH_MS): Promise<void> {
    const { clock } = this.#options;
    if (clock.monotonic() - this.#askedAt < maxAgeMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    const stop = new AbortController();
    await Promise.race([this.#asking, clock.sleep(PATIENCE_MS, stop.signal)]);
    stop.abort();
  }

  /** An order was given: what was known is old, and what comes of it is looked for more often for a while. */
  expect(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#closeUntil = this.#options.clock.monotonic() + CLOSE_FOR_MS;
    this.#wake.hint();
  }

  /** Stays fresh while `isWatched`, until `signal` aborts. */
  async keepFresh(isWatched: () => boolean, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      if (isWatched()) await this.refresh(CLOSE_LOOK_MS);
      const close = clock.monotonic() < this.#closeUntil;
      await this.#wake.wait(close ? CLOSE_LOOK_MS : LOOK_MS, signal);
    }
  }

  async #ask(): Promise<void> {
    const { manager, names, clock, log } = this.#options;
    const askedAt = clock.monotonic();
    try {
      this.#installed = await manager.installed();
      const asked = names.filter((name) => this.#installed.has(name));
      const states = await Promise.all(asked.map((name) => manager.state(name)));
      this.#notes.clear();
      for (const [i, name] of asked.entries()) {
        const state = states[i];
        this.#notes.set(name, noteOf(state));
        if (!state || !told.includes(state.phase) || state.pid !== undefined) this.#down.delete(name);
        else if (state.phase !== "stopped" || !this.#down.has(name)) this.#down.set(name, askedAt);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.warn({ err: toError(error) }, "the service manager cannot be asked");
      this.#failing = true;
    }
    this.#askedAt = askedAt;
  }
}
