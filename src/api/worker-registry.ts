// Which workers live, judged by their heartbeats: pure state and a clock.
// Refuses rows for names that are not in the registry of workers, and any beat that is not one.

import type { Clock } from "../contract/clock.ts";
import { boundedObject } from "./bounded.ts";
import type { ServiceView } from "./service-view.ts";
import type { Worker } from "./types.ts";

/** A worker is `ok` while its last beat is younger than this: three beats. */
export const OK_MS = 90_000;

const EXTRA_BOUNDS = { depth: 4, entries: 200, text: 300, total: 1000 } as const;
const TOPIC = /^system\.([^.]+)\.health$/;

/** What the registry needs. */
export interface WorkerRegistryOptions {
  readonly names: readonly string[];
  readonly clock: Clock;
  /** What the service manager last said of its workers. */
  readonly services?: Pick<ServiceView, "isInstalled" | "noteOf" | "downSince">;
  /** Why a worker is not run at all: its row says so, and nothing counts as its beat. */
  readonly absent?: ReadonlyMap<string, string>;
  /** Why no heartbeat of any worker can be heard: rows without one say so. */
  readonly silent?: string | undefined;
}

interface Beat {
  /** Unix ms, never later than its receipt. */
  readonly sentMs: number;
  /** Age at receipt and the monotonic time of it: age is known also when the wall clock steps. */
  readonly ageMs: number;
  readonly receivedMonotonic: number;
  readonly extra: Record<string, unknown>;
}

/** The rows of the Workers page. */
export class WorkerRegistry {
  readonly #clock: Clock;
  readonly #services: WorkerRegistryOptions["services"];
  readonly #beats = new Map<string, Beat | undefined>();
  readonly #reported = new Map<string, string>();
  readonly #absent: ReadonlyMap<string, string>;
  readonly #silent: string | undefined;
  #ignored = 0;

  constructor(options: WorkerRegistryOptions) {
    this.#clock = options.clock;
    this.#services = options.services;
    this.#absent = options.absent ?? new Map();
    this.#silent = options.silent;
    for (const name of options.names) this.#beats.set(name, undefined);
    for (const row of this.rows()) this.#reported.set(row.name, judgementOf(row));
  }

  /** Every worker that there is a row for, in order. */
  get names(): readonly string[] {
    return [...this.#beats.keys()];
  }

  /** Every worker that this install runs, in order: those that its settings leave out are none of them. */
  get present(): readonly string[] {
    return this.names.filter((name) => !this.#absent.has(name));
  }

  /** Beats that were malformed, out of order or of a stranger. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Takes a beat: the topic names the worker, whatever the payload says. Returns the new row when it counted. */
  record(topic: string, payload: unknown): Worker | undefined {
    const name = TOPIC.exec(topic)?.[1];
    const beat =
      name !== undefined && this.#beats.has(name) && !this.#absent.has(name)
        ? this.#parse(payload)
        : undefined;
    const last = name === undefined ? undefined : this.#beats.get(name);
    if (name === undefined || !beat || (last && this.#ageOf(beat) > this.#ageOf(last))) {
      this.#ignored += 1;
      return undefined;
    }
    this.#beats.set(name, beat);
    const row = this.#row(name, beat);
    this.#reported.set(name, judgementOf(row));
    return row;
  }

  /** Counts another sign of life as a beat that says nothing new: an answer of the broker, for one. */
  touch(name: string): Worker | undefined {
    const last = this.#beats.get(name);
    return this.record(`system.${name}.health`, { ...last?.extra, ts: this.#clock.now() / 1000 });
  }

  /** One row; undefined for a stranger. */
  row(name: string): Worker | undefined {
    return this.#beats.has(name) ? this.#row(name, this.#beats.get(name)) : undefined;
  }

  /** All rows in the order of the names. */
  rows(): Worker[] {
    return [...this.#beats].map(([name, beat]) => this.#row(name, beat));
  }

  /** Rows that time or the service manager has changed since they were last told. */
  takeChanges(): Worker[] {
    const changed = this.rows().filter((row) => judgementOf(row) !== this.#reported.get(row.name));
    for (const row of changed) this.#reported.set(row.name, judgementOf(row));
    return changed;
  }

  #parse(payload: unknown): Beat | undefined {
    if (typeof payload !== "object" || payload === null) return undefined;
    const { worker: _worker, ts, ...rest } = payload as Record<string, unknown>;
    if (typeof ts !== "number" || !Number.isFinite(ts) || ts < 0) return undefined;
    const now = this.#clock.now();
    const sentMs = Math.min(ts * 1000, now);
    const extra = boundedObject(rest, EXTRA_BOUNDS);
    return { sentMs, ageMs: now - sentMs, receivedMonotonic: this.#clock.monotonic(), extra };
  }

  #ageOf(beat: Beat): number {
    return beat.ageMs + Math.max(0, this.#clock.monotonic() - beat.receivedMonotonic);
  }

  /** The service manager knows that the worker was down after it: nothing of it can be young any more. */
  #isOutlived(name: string, beat: Beat): boolean {
    const down = this.#services?.downSince(name);
    return down !== undefined && beat.receivedMonotonic <= down;
  }

  #row(name: string, beat: Beat | undefined): Worker {
    const reason = this.#absent.get(name) ?? this.#silent;
    const known = beat !== undefined || (this.#services?.isInstalled(name) ?? false);
    const installed = !this.#absent.has(name) && known;
    const extra = reason === undefined ? {} : { reason };
    const service = this.#services?.noteOf(name);
    const about = { installed, ...(service && { service }) };
    if (!beat)
      return {
        name,
        status: "unknown",
        last_heartbeat_ts: null,
        seconds_since: null,
        pid: null,
        extra,
        ...about,
      };
    const ageMs = this.#ageOf(beat);
    return {
      name,
      status: ageMs < OK_MS && !this.#isOutlived(name, beat) ? "ok" : "stale",
      last_heartbeat_ts: beat.sentMs / 1000,
      seconds_since: Math.round(ageMs) / 1000,
      pid: pidIn(beat.extra),
      extra: beat.extra,
      ...about,
    };
  }
}

/** The process that a beat names: whatever else stands there is none. */
function pidIn({ pid }: Record<string, unknown>): number | null {
  return Number.isSafeInteger(pid) && Number(pid) > 0 ? Number(pid) : null;
}

/** What of a row changes without a beat. */
function judgementOf({ status, installed, service }: Worker): string {
  return JSON.stringify([status, installed, service]);
}
