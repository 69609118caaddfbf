// The decky worker: the fake machines of this host and the conversations that intruders hold with them.

import { defineWorker } from "../../kit/worker.ts";

export const decky = defineWorker({
  name: "decky",
  summary: "shows the fake machines and holds the conversations with whoever touches them",
  examples: ["decnet decky", "decnet decky --services ssh,http --port-offset 20000"],
  config: ["decky", "limits"],
  publishes: ["deckyState"],
  subscribes: [],
  privileges: ["CAP_NET_BIND_SERVICE"],
  service: {
    user: "decoys",
    network: "decoys",
    places: { blobs: "write", run: "read", orders: "write", bus: "read" },
    startsOthers: false,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
  prepare: async () => (await import("./prepare.ts")).prepare,
});
