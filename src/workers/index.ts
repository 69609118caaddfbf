// The registry of workers: the only list of what decnet runs. Subcommands, help, health rows and docs derive from it.

import type { WorkerDefinition } from "../kit/worker.ts";
import { api } from "./api/index.ts";
import { bus } from "./bus/index.ts";
import { collector } from "./collector/index.ts";
import { correlator } from "./correlator/index.ts";
import { decky } from "./decky/index.ts";
import { ingester } from "./ingester/index.ts";
import { mutator } from "./mutator/index.ts";

/** Every worker, in the order in which they are started. */
export const workers: readonly WorkerDefinition[] = Object.freeze([
  bus,
  api,
  collector,
  ingester,
  correlator,
  decky,
  mutator,
]);

/** The worker of that name, or undefined. */
export function findWorker(name: string): WorkerDefinition | undefined {
  return workers.find((worker) => worker.name === name);
}
