// The decoys' process as the fleet meets it, without machines of its own and without a change of user: data folder, settings.

import { createNullBus } from "../../src/bus/null.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { loadConfig } from "../../src/kit/config.ts";
import { dataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { listenAt } from "../../src/platform/libc/seqpacket.ts";
import { serve } from "../../src/workers/decky/serve.ts";
import { FLEET_SECRET } from "./fleet-maker.ts";

const [dir = "", flags = "{}"] = process.argv.slice(2);
const folder = dataFolder(dir);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// The test holds the other end: when it is gone, however that came, nobody is left to end this process.
process.stdin.once("end", () => process.exit(1));
process.stdin.resume();
const context = {
  bus: createNullBus("decky"),
  config: loadConfig({ env: {}, flags: JSON.parse(flags) as Record<string, unknown> }),
  folder,
  log: createLogger("decky", process.env["TEST_LOG"] ?? "silent"),
  metrics: createMetrics(),
  clock: systemClock,
  signal: stop.signal,
  reportHealth: () => undefined,
  ready: () => process.stdout.write("ready\n"),
};
const door = listenAt(folder.deckySocket, 0o660);
const workers = process.getuid?.() ?? 0;
await serve(context, {
  secret: FLEET_SECRET,
  own: [],
  leftOut: [],
  address: "127.0.0.1",
  offset: 0,
  door,
  workers,
  fence: "none",
});
process.exit(0);
