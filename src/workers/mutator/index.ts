// The mutator worker: definition only.

import { defineWorker } from "../../kit/worker.ts";

export const mutator = defineWorker({
  name: "mutator",
  summary: "brings topologies onto the network, changes their machines over time, takes them down",
  examples: ["decnet mutator"],
  config: ["decky.sensor", "limits.pending_records", "mutator"],
  publishes: [
    "topologyMutationEnqueued",
    "topologyMutationApplying",
    "topologyMutationApplied",
    "topologyMutationFailed",
    "topologyStatus",
    "deckyState",
    "deckyMutation",
  ],
  subscribes: ["topology.>"],
  // Links, routes, firewalls; namespaces and their names; decoys' ports; ARP; the secret, which is root's own.
  privileges: [
    "CAP_NET_ADMIN",
    "CAP_SYS_ADMIN",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_DAC_READ_SEARCH",
  ],
  service: {
    user: "workers",
    network: "fleet",
    places: { database: "write", run: "write", bus: "read" },
    startsOthers: false,
  },
  supervised: true,
  load: async () => (await import("./run.ts")).run,
});
