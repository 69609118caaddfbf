// A broker in a process of its own, for tests that kill it: its argument is the path of its socket.
// SIGUSR2 makes it tell of its health at once.

import { systemClock } from "../../src/contract/clock.ts";
import { createLogger } from "../../src/kit/log.ts";
import { serveBroker } from "../../src/workers/bus/io.ts";

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const path = process.argv[2];
if (path === undefined) throw new Error("no path given");
const log = createLogger("bus", process.env["DECNET_LOG_LEVEL"] ?? "silent");
await serveBroker({ path, group: "none", log, clock: systemClock }, stop.signal, (broker) => {
  process.on("SIGUSR2", () => broker.beat());
  console.log("listening");
});
