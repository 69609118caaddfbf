// The ingester: definition only.

import { defineWorker } from "../../kit/worker.ts";

export const ingester = defineWorker({
  name: "ingester",
  summary: "moves evidence from the spool into the store, each record once",
  examples: ["decnet ingester"],
  config: ["ingester"],
  publishes: ["systemLog", "credentialCaptured"],
  subscribes: ["system.log"],
  privileges: [],
  service: {
    user: "workers",
    network: "none",
    places: { database: "write", spool: "write", bus: "read" },
    startsOthers: false,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
