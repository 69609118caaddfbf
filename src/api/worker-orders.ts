// Stopping and starting workers: a stop goes over the bus to the worker itself, a start to the service manager.
// Refuses names that are not in the registry of workers before anything else hears of them.

import type { Bus } from "../bus/bus.ts";
import { topics } from "../bus/topics.ts";
import { printable } from "../contract/captured.ts";
import type { Clock } from "../contract/clock.ts";
import { DecnetError, isDecnetError, toError } from "../contract/errors.ts";
import type { ServiceManager, ServicePhase, StartOutcome } from "../contract/service-manager.ts";
import type { Logger } from "../kit/log.ts";
import { RunningStops } from "./running-stops.ts";
import type { ServiceView } from "./service-view.ts";
import type { StartedAll } from "./types.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

/** What orders need. */
export interface WorkerOrdersOptions {
  readonly registry: WorkerRegistry;
  readonly services: ServiceManager;
  readonly serviceView: ServiceView;
  /** The bus when it is connected. */
  readonly bus: () => Bus | undefined;
  /** Ends this API as a stop on the bus does. */
  readonly endSelf?: (() => void) | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Those that the others need, and that carry a stop's own answer. */
const FOUNDATION: readonly string[] = ["bus", "api"];
const FLUSH_MS = 2000;
const START_MS = 20_000;
const REASON_CHARS = 300;

/** What is left to be done of a stop. */
export interface StopOrder {
  /** Set when the order goes out only after the answer: it ends what the answer, or its asker's next one, goes through. */
  readonly afterwards?: () => void;
}

/** Orders to workers. */
export class WorkerOrders {
  readonly #options: WorkerOrdersOptions;
  readonly #stops: RunningStops;

  constructor(options: WorkerOrdersOptions) {
    this.#options = options;
    this.#stops = new RunningStops(options);
  }

  /**
   * Tells a worker to stop. A worker that is not running is told as well: an instance that was run by hand hears it. One
   * that goes on failing hears nothing: its manager keeps it down.
   */
  async stop(worker: string, requestedBy: string): Promise<StopOrder> {
    this.#known(worker);
    const held = await this.#holdFailing(worker);
    if (held) return held;
    const bus = this.#options.bus();
    if (!bus) throw new DecnetError("unavailable", "there is no bus to carry the order");
    if (FOUNDATION.includes(worker)) return this.#stopFoundation(bus, worker, requestedBy);
    await this.#tellAgain(worker, requestedBy);
    this.#tell(bus, worker, requestedBy);
    if (!(await bus.flush(FLUSH_MS))) throw new DecnetError("unavailable", "the bus did not take the order");
    this.#options.serviceView.expect();
    return {};
  }

  /** Has a worker started. Throws `unavailable` where it is not installed, `refused` with the manager's reason. */
  async start(worker: string): Promise<"started" | "already_running"> {
    this.#known(worker);
    if (!(await this.#startable()).includes(worker)) throw this.#notInstalled(worker);
    const outcome = await this.#start(worker);
    if (outcome.result === "refused") throw new DecnetError("refused", firstLine(outcome.reason));
    return outcome.result;
  }

  /** Has all that are installed started, one after the other, the bus and the API first. */
  async startAll(): Promise<StartedAll> {
    const names = await this.#startable();
    if (names.length === 0)
      throw new DecnetError("unavailable", "no worker is installed that could be started here");
    const rest = names.filter((name) => !FOUNDATION.includes(name));
    const all = {
      started: [] as string[],
      already_running: [] as string[],
      failed: [] as { name: string; reason: string }[],
    };
    for (const name of [...FOUNDATION.filter((first) => names.includes(first)), ...rest]) {
      const outcome = await this.#tryStart(name);
      if (outcome.result === "refused") all.failed.push({ name, reason: firstLine(outcome.reason) });
      else all[outcome.result].push(name);
    }
    return all;
  }

  /** Those that this install runs and that its service manager can start. */
  async #startable(): Promise<readonly string[]> {
    const { registry, services } = this.#options;
    const installed = await services.installed();
    return registry.present.filter((name) => installed.has(name));
  }

  /** With the reason that its row gives, where the settings leave it out. */
  #notInstalled(worker: string): DecnetError {
    const { registry } = this.#options;
    const why = registry.present.includes(worker) ? undefined : registry.row(worker)?.extra["reason"];
    const rest = typeof why === "string" ? `: ${why}` : ", or its service manager can't be asked";
    return new DecnetError("unavailable", `${worker} is not installed here${rest}`);
  }

  #known(worker: string): void {
    if (!this.#options.registry.names.includes(worker))
      throw new DecnetError("not_found", "there is no such worker");
  }

  /** Has one that goes on failing kept down; undefined where the bus is the way. */
  async #holdFailing(worker: string): Promise<StopOrder | undefined> {
    const { registry, serviceView, services } = this.#options;
    await serviceView.refresh();
    const row = registry.row(worker);
    if (!row?.installed) throw this.#notInstalled(worker);
    if (!isFailing(row.service?.phase)) return undefined;
    const state = await services.state(worker);
    if (!isFailing(state?.phase)) return undefined;
    if (state?.pid !== undefined && FOUNDATION.includes(worker))
      return { afterwards: () => void this.#holdLater(worker) };
    await this.#hold(worker);
    return {};
  }

  async #hold(worker: string): Promise<void> {
    const outcome = await this.#options.services.hold(worker);
    this.#options.serviceView.expect();
    if (outcome.result === "refused") throw new DecnetError("refused", firstLine(outcome.reason));
  }

  async #holdLater(worker: string): Promise<void> {
    try {
      await this.#hold(worker);
    } catch (error) {
      this.#options.log.warn({ err: toError(error), worker }, "worker could not be kept down");
    }
  }

  #tell(bus: Bus, worker: string, requestedBy: string): void {
    const order = {
      action: "stop",
      requested_by: requestedBy,
      ts: this.#options.clock.now() / 1000,
    } as const;
    bus.publish(topics.systemControl, { worker }, order);
  }

  /** What was answered can't be taken back: a bus that hangs is found out before. */
  async #stopFoundation(bus: Bus, worker: string, requestedBy: string): Promise<StopOrder> {
    if (!(await bus.flush(FLUSH_MS))) throw new DecnetError("unavailable", "the bus does not answer");
    await this.#tellAgain(worker, requestedBy);
    return { afterwards: () => this.#tellLater(worker, requestedBy) };
  }

  /** A supervisor is asked to end it besides: who hangs hears nothing. systemd lets this process start units alone. */
  #tellAgain(worker: string, requestedBy: string): Promise<void> {
    const { bus, services } = this.#options;
    return this.#stops.repeat(worker, async () => {
      const connected = bus();
      if (connected) this.#tell(connected, worker, requestedBy);
      if (services.kind === "supervisor") await this.#holdLater(worker);
    });
  }

  #tellLater(worker: string, requestedBy: string): void {
    const { bus, endSelf, log, serviceView } = this.#options;
    const connected = bus();
    if (connected) this.#tell(connected, worker, requestedBy);
    else if (worker === "api" && endSelf) endSelf();
    else log.warn({ worker }, "the bus went away before the stop could be sent");
    serviceView.expect();
  }

  async #start(worker: string): Promise<StartOutcome> {
    const { services, serviceView, clock } = this.#options;
    await this.#stops.ended(worker);
    const stop = new AbortController();
    const late = clock.sleep(START_MS, stop.signal).then(() => {
      if (!stop.signal.aborted)
        throw new DecnetError("timeout", `the service manager has not answered for ${START_MS / 1000} s`);
      return { result: "refused", reason: "" } as const;
    });
    try {
      return await Promise.race([services.start(worker), late]);
    } finally {
      stop.abort();
      serviceView.expect();
    }
  }

  /** One that can't be started must not keep the others from it. */
  async #tryStart(worker: string): Promise<StartOutcome> {
    try {
      return await this.#start(worker);
    } catch (error) {
      if (isDecnetError(error)) return { result: "refused", reason: error.message };
      this.#options.log.error({ err: toError(error), worker }, "start failed");
      return { result: "refused", reason: "internal error" };
    }
  }
}

function isFailing(phase: ServicePhase | undefined): boolean {
  return phase === "failed" || phase === "crash_loop";
}

function firstLine(reason: string): string {
  const line = reason.split(/\r?\n/, 1)[0]?.trim() ?? "";
  return printable(line === "" ? "the service manager refused" : line, REASON_CHARS);
}
