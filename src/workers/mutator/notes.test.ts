import { expect, test } from "bun:test";
import { createMetrics } from "../../kit/metrics.ts";
import type { Stage } from "./acts.ts";
import { createNotes } from "./notes.ts";

const link = { lan: "dmz", address: "10.0.0.5/24", mac: "18:66:da:00:00:01" };
const machine = { links: [link], life: { bootedAt: null, patches: 0, nextAt: null } };

test("what a firewall stopped since the last look is told once and counted", () => {
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
  notes.compare({ web01: [3, 0] });
  expect(told).toEqual([]);
  notes.compare({ web01: [5, 1], gone01: [9, 9] });
  notes.compare({ web01: [5, 1] });
  // The firewall was put up anew.
  notes.compare({ web01: [2, 0] });
  expect(told).toEqual([
    ["10.0.0.5", { tcp: 2, other: 1 }],
    ["10.0.0.5", { tcp: 2, other: 0 }],
  ]);
  expect(metrics.snapshot()["outbound_dropped_total"]).toBe(5);
});
