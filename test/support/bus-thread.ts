// A worker thread that publishes through its owner: one good event, one wrong one, one after its close.

import { parentPort } from "node:worker_threads";
import { createWorkerPublisher } from "../../src/bus/worker-publisher.ts";

const port = parentPort;
if (!port) throw new Error("not a worker thread");
const bus = createWorkerPublisher(port);
const payload = { old_services: ["ssh"], new_services: [], trigger: "thread" };
bus.publish("deckyMutation", { id: "web-1" }, payload, { id: "from-thread" });
try {
  bus.publish("deckyMutation", { id: "a.b" }, payload);
  port.postMessage("not refused");
} catch {
  port.postMessage("refused");
}
bus.close();
bus.publish("deckyMutation", { id: "late" }, payload);
port.postMessage("done");
