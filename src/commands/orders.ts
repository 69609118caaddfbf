// decnet stop and start: orders to workers, through the API, or without it while it is away.
// Refuses names that are not in the registry before it asks anybody.

import type { StartedAll } from "../api/types.ts";
import { printable } from "../contract/captured.ts";
import { systemClock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { findApiUrl } from "../kit/install.ts";
import { findWorker, workers } from "../workers/index.ts";
import { apiClient } from "./api-client.ts";
import type { CommandCall } from "./command.ts";
import { startDirectly, startThese, stopDirectly } from "./direct-orders.ts";
import { settingsOf } from "./settings.ts";

function workerOf(call: CommandCall): string {
  const [name] = call.args;
  if (name === undefined) throw new DecnetError("usage", "name a worker, or use --all");
  if (findWorker(name)) return name;
  const names = workers.map((worker) => worker.name);
  throw new DecnetError(
    "usage",
    `unknown worker "${printable(name)}".${didYouMean(name, names) || ` Known: ${names.join(", ")}.`}`,
  );
}

function report(call: CommandCall, answer: unknown, text: string): number {
  call.terminal.out(call.options["json"] ? `${JSON.stringify(answer)}\n` : `${text}\n`);
  return 0;
}

/** Tells one worker to stop. */
export async function runStop(call: CommandCall): Promise<number> {
  const worker = workerOf(call);
  const { folder } = settingsOf(call);
  if (findApiUrl(folder) === undefined) await stopDirectly(call, worker);
  else await apiClient(folder).send("POST", `/workers/${worker}/stop`);
  return report(call, { accepted: true, worker, action: "stop" }, `${worker} is told to stop`);
}

async function startAll(call: CommandCall, folder: DataFolder): Promise<number> {
  if (findApiUrl(folder) === undefined) {
    await startThese(call, ["bus", "api"]);
    await apiIsUp(folder, call.signal);
  }
  const all = await apiClient(folder).send<StartedAll>("POST", "/workers/start-all");
  const failed = all.failed.map(({ name, reason }) => `${name} could not be started: ${printable(reason)}`);
  const started = all.started.length > 0 ? [`started ${all.started.join(", ")}`] : [];
  const lines = [...started, ...failed];
  report(call, all, lines.length > 0 ? lines.join("\n") : "all run already");
  return all.failed.length > 0 ? 69 : 0;
}

/** Waits until the API has written where it listens. */
async function apiIsUp(folder: DataFolder, signal: AbortSignal): Promise<void> {
  const deadline = systemClock.monotonic() + 20_000;
  while (findApiUrl(folder) === undefined && !signal.aborted) {
    if (systemClock.monotonic() > deadline)
      throw new DecnetError(
        "timeout",
        "the API did not come up within 20 s; see logs/api.log in the data folder",
      );
    await systemClock.sleep(50, signal);
  }
}

/** Starts one worker, or all. */
export async function runStart(call: CommandCall): Promise<number> {
  const { folder } = settingsOf(call);
  if (call.options["all"]) {
    if (call.args.length > 0) throw new DecnetError("usage", "name a worker or use --all, not both");
    return startAll(call, folder);
  }
  const worker = workerOf(call);
  const done = { accepted: true, worker, action: "start" };
  if (findApiUrl(folder) === undefined) await startDirectly(call, worker);
  else await apiClient(folder).send("POST", `/workers/${worker}/start`);
  return report(call, done, `${worker} is started`);
}
