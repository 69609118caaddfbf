// The correlator: definition only.

import { defineWorker } from "../../kit/worker.ts";

export const correlator = defineWorker({
  name: "correlator",
  summary: "derives attackers, sessions and reused credentials from evidence",
  examples: ["decnet correlator"],
  config: [],
  publishes: [
    "attackerObserved",
    "attackerSessionStarted",
    "attackerSessionEnded",
    "credentialReuseDetected",
  ],
  subscribes: ["system.log"],
  privileges: [],
  service: {
    user: "workers",
    network: "none",
    places: { database: "write", bus: "read" },
    startsOthers: false,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
