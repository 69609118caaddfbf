// One evidence worker in a process of its own, without a bus, to be killed by a test: worker name, data folder, settings.

import { createNullBus } from "../../src/bus/null.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { loadConfig } from "../../src/kit/config.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { findWorker } from "../../src/workers/index.ts";

const [name = "", dir = "", flags = "{}"] = process.argv.slice(2);
const worker = findWorker(name);
if (!worker) throw new Error(`no worker ${name}`);
const folder = dataFolder(dir);
makeDataFolder(folder);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// The test holds the other end: when it is gone, however that came, nobody is left to end this process.
process.stdin.once("end", () => process.exit(1));
process.stdin.resume();
const run = await worker.load();
await run({
  bus: createNullBus(name),
  config: loadConfig({ env: {}, flags: JSON.parse(flags) as Record<string, unknown> }),
  folder,
  log: createLogger(name, process.env["TEST_LOG"] ?? "silent"),
  metrics: createMetrics(),
  clock: systemClock,
  signal: stop.signal,
  reportHealth: () => undefined,
  ready: () => process.stdout.write("ready\n"),
});
process.exit(0);
