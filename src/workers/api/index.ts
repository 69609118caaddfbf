// The api worker: the dashboard, the REST API and the event stream.

import { defineWorker } from "../../kit/worker.ts";

export const api = defineWorker({
  name: "api",
  summary: "serves the dashboard, the REST API and the live event stream",
  examples: ["decnet api", "decnet api --api-host 0.0.0.0 --api-port 8443"],
  config: ["api"],
  publishes: ["systemControl", "systemRollcall", "topologyStatus", "topologyMutationEnqueued"],
  subscribes: [
    "system.log",
    "system.*.health",
    "system.*.control",
    "attacker.>",
    "decky.*.state",
    "topology.>",
  ],
  privileges: [],
  service: {
    user: "workers",
    network: "management",
    places: { database: "write", spool: "read", blobs: "write", run: "write", bus: "read" },
    startsOthers: true,
  },
  // RETRY_MS of its second connection, which is made once this one stands.
  firstBusRetryMs: 2000,
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
