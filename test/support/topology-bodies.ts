// Topologies for tests of the API and the commands, and the mutator's side of the store, moved by hand.

import type { Store } from "../../src/store/open.ts";
import { changeTopologyStatus, claimMutation, endMutation } from "../../src/store/topologies.ts";
import type { Topology } from "../../src/topology/model.ts";
import { topologySchema } from "../../src/topology/model.ts";

/** Two LANs with a gate between them. Names of deckies begin with `prefix`. */
export function office(name = "office", prefix = ""): Topology {
  return topologySchema.parse({
    name,
    lans: [
      { name: "dmz", subnet: "10.20.0.0/24", dmz: true },
      { name: "inner", subnet: "10.20.1.0/24" },
    ],
    deckies: [
      { name: `${prefix}web`, archetype: "linux-server", edges: [{ lan: "dmz", address: "10.20.0.10" }] },
      {
        name: `${prefix}gate`,
        archetype: "linux-server",
        forward: true,
        edges: [{ lan: "dmz" }, { lan: "inner" }],
      },
      { name: `${prefix}phone`, archetype: "embedded-device", edges: [{ lan: "inner" }] },
    ],
  });
}

/** Moves a status on, as the mutator does. */
export async function moveStatus(
  store: Store,
  id: string,
  change: { readonly from: string; readonly to: string; readonly reason?: string },
): Promise<void> {
  const moved = await changeTopologyStatus(store.db, id, { reason: "", ...change, now: Date.now() });
  if (!moved) throw new Error(`the topology is not ${change.from}`);
}

/** Takes the next change and ends it, as the mutator does; resolves to its id. */
export async function endNextMutation(
  store: Store,
  status: "applied" | "failed",
  reason = "",
): Promise<string> {
  const claimed = await claimMutation(store.db, Date.now());
  if (!claimed) throw new Error("no change waits");
  await endMutation(store.db, claimed.id, { status, reason, now: Date.now() });
  return claimed.id;
}
