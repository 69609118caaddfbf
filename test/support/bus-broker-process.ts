// A broker in a process of its own, for tests that kill it: its argument is the path of its socket.

import { silentLog } from "../../src/bus/bus-log.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { serveBroker } from "../../src/workers/bus/io.ts";

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const path = process.argv[2];
if (path === undefined) throw new Error("no path given");
const options = { path, group: "none", log: silentLog, clock: systemClock };
await serveBroker(options, stop.signal, () => console.log("listening"));
