// The collector: definition only.

import { defineWorker } from "../../kit/worker.ts";

export const collector = defineWorker({
  name: "collector",
  summary: "takes evidence in and puts it on disk before acknowledging it",
  examples: ["decnet collector"],
  config: ["spool", "decky.sensor"],
  publishes: ["systemLog"],
  subscribes: [],
  privileges: [],
  service: {
    user: "workers",
    network: "none",
    places: { spool: "write", run: "write", bus: "read" },
    startsOthers: false,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
