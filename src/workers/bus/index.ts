// The broker as a worker: what it is called and what it needs. No logic.

import { defineWorker } from "../../kit/worker.ts";

/** The broker. */
export const bus = defineWorker({
  name: "bus",
  summary: "carries notifications between the workers of this host",
  examples: ["decnet bus", "decnet bus --socket /run/decnet/bus.sock --group decnet"],
  config: [],
  publishes: ["systemHealth"],
  subscribes: ["system.bus.control"],
  privileges: [],
  service: {
    user: "workers",
    network: "none",
    places: { bus: "write" },
    startsOthers: false,
    shortTurns: true,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
