// The collector: definition only.

import { defineWorker } from "../../kit/worker.ts";

export const collector = defineWorker({
  name: "collector",
  summary: "takes evidence in and puts it on disk before acknowledging it",
  examples: ["decnet collector"],
  config: ["spool", "decky"],
  publishes: ["systemLog"],
  subscribes: [],
  privileges: [],
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
