// Orders to workers while the API is away: starts go to whoever starts workers here, stops over the bus to the worker.
// Each leaves a note, which the API takes into the audit trail.

import { topics } from "../bus/topics.ts";
import { printable } from "../contract/captured.ts";
import { systemClock } from "../contract/clock.ts";
import { DecnetError, isDecnetError } from "../contract/errors.ts";
import type { ServiceManager } from "../contract/service-manager.ts";
import { absentWorkers } from "../kit/absent-workers.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { findInstall } from "../kit/install.ts";
import { findServiceManager } from "../kit/service-manager.ts";
import type { CommandCall } from "./command.ts";
import { openBus } from "./open-bus.ts";
import { localOperator } from "./operator.ts";
import { noteOrder } from "./order-note.ts";
import { settingsOf } from "./settings.ts";

const FLUSH_MS = 2000;

/** Whoever starts workers of this folder's install. */
export function managerOf(folder: DataFolder): Promise<ServiceManager> {
  const supervised = findInstall(folder) !== undefined;
  return findServiceManager({ supervised, socket: folder.supervisorSocket, clock: systemClock });
}

/** The same; throws DecnetError `unavailable` where there is none. */
async function requireManager(folder: DataFolder): Promise<ServiceManager> {
  const manager = await managerOf(folder);
  if (manager.kind !== "none") return manager;
  throw new DecnetError(
    "unavailable",
    `no decnet runs on ${folder.root}; start one with "decnet up --data-dir ${folder.root}"`,
  );
}

/** Those that the install runs and its manager can start. */
async function startable(call: CommandCall, manager: ServiceManager): Promise<ReadonlySet<string>> {
  const absent = absentWorkers(settingsOf(call).config, call.terminal.env);
  const names = [...(await manager.installed())].filter((name) => !absent.has(name));
  return new Set(names);
}

/** Gives an order and notes what came of it, a refusal included. */
async function noted(
  call: CommandCall,
  order: { readonly action: "worker.start" | "worker.stop"; readonly target: string },
  give: (manager: ServiceManager) => Promise<string>,
): Promise<void> {
  const { folder } = settingsOf(call);
  const manager = await requireManager(folder);
  const note = (outcome: string): void => noteOrder(call, folder, { ...order, outcome, detail: "" });
  try {
    if (!(await startable(call, manager)).has(order.target)) {
      const why = "is not installed here, or its service manager can't be asked";
      throw new DecnetError("unavailable", `${order.target} ${why}`);
    }
    note(await give(manager));
  } catch (error) {
    if (isDecnetError(error)) note(`${error.code}: ${error.message}`);
    throw error;
  }
}

/** Has one started. */
export function startDirectly(call: CommandCall, worker: string): Promise<void> {
  return noted(call, { action: "worker.start", target: worker }, async (manager) => {
    const outcome = await manager.start(worker);
    if (outcome.result === "refused") throw new DecnetError("refused", printable(outcome.reason));
    return outcome.result;
  });
}

/** Has those of `names` started that the install runs, one after the other. */
export async function startThese(call: CommandCall, names: readonly string[]): Promise<void> {
  const known = await startable(call, await requireManager(settingsOf(call).folder));
  for (const name of names.filter((one) => known.has(one))) await startDirectly(call, name);
}

/** Tells one to stop; one that goes on failing hears nothing, and its manager keeps it down. */
export function stopDirectly(call: CommandCall, worker: string): Promise<void> {
  return noted(call, { action: "worker.stop", target: worker }, async (manager) => {
    const phase = (await manager.state(worker))?.phase;
    if (phase !== "failed" && phase !== "crash_loop") return tellOnBus(call, worker);
    const outcome = await manager.hold(worker);
    if (outcome.result === "refused") throw new DecnetError("refused", printable(outcome.reason));
    return "kept down";
  });
}

async function tellOnBus(call: CommandCall, worker: string): Promise<string> {
  const bus = openBus(call);
  try {
    const requested_by = localOperator(call.terminal.env);
    const order = { action: "stop", requested_by, ts: systemClock.now() / 1000 } as const;
    bus.publish(topics.systemControl, { worker }, order);
    if (await bus.flush(FLUSH_MS)) return "told on the bus";
  } finally {
    await bus.close();
  }
  throw new DecnetError("unavailable", "neither the API nor the bus can be reached to carry the order");
}
