// What a worker is: a frozen definition that costs nothing to import, and a `run` that is loaded only in its own process.

import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../contract/clock.ts";
import type { Departure, Fence } from "../platform/fence/stage.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** What a worker may use. It ends when `signal` aborts, within 5 s, with nothing acknowledged lost. */
export interface WorkerContext {
  readonly bus: Bus;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Adds a field to the worker's heartbeat; called at each beat. */
  readonly reportHealth: (extra: () => Record<string, unknown>) => void;
  /** Tells the supervisor, once, that this worker now does its work; `info` goes to it alone, over a private pipe. */
  readonly ready: (info?: Readonly<Record<string, unknown>>) => void;
  /** For a worker with a {@link WorkerDefinition.prepare}: what that took along, and the fence around this process. */
  readonly prepared?: { readonly luggage: unknown; readonly fence: Fence };
}

/** What a worker prepares with: it has no bus yet, and nobody has been told that it lives. */
export type PrepareContext = Pick<WorkerContext, "config" | "folder" | "log" | "clock">;

/** Opens what takes rights; what it gives is what the process keeps when it is replaced by itself without them. */
export type PrepareWorker = (context: PrepareContext) => Promise<Omit<Departure, "env">>;

/** A running worker: resolves when it has ended in an orderly way. */
export type RunWorker = (context: WorkerContext) => Promise<void>;

/**
 * Places of an install that a worker may be let into; `database` is the data folder itself, where SQLite makes its files,
 * `orders` where machines are handed to the decoys.
 */
export type Place = "database" | "spool" | "blobs" | "run" | "orders" | "bus";

/** What a worker's service unit leaves open; everything else is closed to it. */
export interface ServiceNeeds {
  /**
   * `workers`: runs as the install's user. `decoys`: runs as the decoys' user with `privileges`, opens what it needs, and
   * gives them up by itself before it reads the first byte of a client.
   */
  readonly user: "workers" | "decoys";
  /**
   * `none`: UNIX sockets alone. `management`: the API's address. `decoys`: listens for anybody. `fleet`: makes network
   * namespaces, whose names are mounts that the host has to see, so it has the host's view of files.
   */
  readonly network: "none" | "management" | "decoys" | "fleet";
  /** Places that it reads or writes; the others are hidden from it. */
  readonly places: Readonly<Partial<Record<Place, "read" | "write">>>;
  /** Whether it asks the service manager to start other workers. */
  readonly startsOthers: boolean;
  /** It asks the scheduler for short turns (sched_setattr(2)). */
  readonly shortTurns?: true;
}

/** A worker as the registry lists it. */
export interface WorkerDefinition {
  readonly name: string;
  readonly summary: string;
  /** Example invocations for its help. */
  readonly examples: readonly string[];
  /** Sections of the config schema that it reads, or single settings: its flags are those among them. */
  readonly config: readonly string[];
  /** Names in the topic catalogue. */
  readonly publishes: readonly string[];
  /** Patterns. */
  readonly subscribes: readonly string[];
  /** Linux capabilities that it needs when it does not run as root; empty for most. */
  readonly privileges: readonly string[];
  readonly service: ServiceNeeds;
  /** Delay between its tries to reach the bus until the first that succeeds, in ms; those of any client when absent. */
  readonly firstBusRetryMs?: number;
  /** Whether `decnet up` runs it by default. */
  readonly supervised: boolean;
  readonly load: () => Promise<RunWorker>;
  /** For a worker that begins with more rights than it runs with: its process opens what it needs, then starts anew behind a fence. */
  readonly prepare?: () => Promise<PrepareWorker>;
}

/** Declares a worker. */
export function defineWorker(definition: WorkerDefinition): WorkerDefinition {
  return Object.freeze(definition);
}
