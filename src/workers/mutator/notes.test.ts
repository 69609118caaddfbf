import { expect, test } from "bun:test";
import { createMetrics } from "../../kit/metrics.ts";
import type { Stage } from "./acts.ts";
import { createNotes } from "./notes.ts";

const link = { lan: "dmz", address: "10.0.0.5/24", mac: "18:66:da:00:00:01" };
const machine = { links: [link], life: { bootedAt: null, patches: 0, nextAt: null } };

test("what a firewall stopped is told and counted, nothing where it stopped nothing", () => {
  const told: unknown[] = [];
  const topology = { deckies: [{ name: "web01", archetype: "linux-server" }] };
  const placed = { id: "t", topology, machines: new Map([["web01", machine]]) };
  const stage = {
    world: { entries: [{ row: { status: "active" }, placed }] },
    fleet: { catalogue: { archetypes: new Map([["linux-server", []]]) } },
    tell: { dropped: (decky: { address: string }, count: object) => told.push([decky.address, count]) },
  } as unknown as Stage;
  const metrics = createMetrics();
  const notes = createNotes(stage, metrics);
  notes.take({ web01: [3, 0], gone01: [1, 0] });
  notes.take({ web01: [0, 0] });
  notes.take({ web01: [2, 1] });
  expect(told).toEqual([
    ["10.0.0.5", { tcp: 3, other: 0 }],
    ["10.0.0.5", { tcp: 2, other: 1 }],
  ]);
  expect(metrics.snapshot()["outbound_dropped_total"]).toBe(7);
});
