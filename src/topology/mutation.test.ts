// Changes to a running topology: what grows step by step, what is taken away, what is never left behind.

import { describe, expect, test } from "bun:test";
import { isDecnetError } from "../contract/errors.ts";
import { findDecoy } from "../decoys/index.ts";
import type { Catalogue, Topology } from "./model.ts";
import { topologySchema } from "./model.ts";
import type { Mutation } from "./mutation.ts";
import { applyMutation, mutationSchema } from "./mutation.ts";
import { validateTopology } from "./validate.ts";

const catalogue: Catalogue = {
  archetypes: new Map([["server", ["ssh", "http"]]]),
  services: ["ssh", "http"].flatMap((name) => findDecoy(name) ?? []),
};

const start: Topology = topologySchema.parse({
  name: "office",
  lans: [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true, gateway: "10.0.0.254" }],
  deckies: [
    {
      name: "web",
      archetype: "server",
      edges: [{ lan: "dmz" }],
      schedule: { every: "6h", plans: ["patch"] },
    },
  ],
});

function after(topology: Topology, ...mutations: readonly object[]): Topology {
  return mutations.reduce<Topology>(
    (before, mutation) => applyMutation(before, mutationSchema.parse(mutation) as Mutation, catalogue),
    topology,
  );
}

const lab = { op: "add_lan", lan: { name: "lab", subnet: "10.0.1.0/24" } };
const gate = {
  name: "gate",
  archetype: "server",
  forward: true,
  edges: [{ lan: "dmz" }, { lan: "lab" }],
};
const inside = { op: "add_decky", decky: { name: "db", archetype: "server", edges: [{ lan: "lab" }] } };

describe("a maze grows and shrinks one change at a time", () => {
  test("a LAN, then the decky that leads to it, then one behind; and back", () => {
    const grown = after(start, lab, { op: "add_decky", decky: gate }, inside);
    expect(validateTopology(grown, catalogue)).toEqual([]);
    const back = after(
      grown,
      { op: "remove_decky", name: "db" },
      { op: "remove_decky", name: "gate" },
      { op: "remove_lan", name: "lab" },
    );
    expect(back).toEqual(start);
  });

  test("a decky that stands already may become the way in", () => {
    const grown = after(start, lab, { op: "attach_decky", name: "web", edge: { lan: "lab" } }, inside);
    expect(validateTopology(grown, catalogue)).toEqual([]);
  });

  test("nobody stands where no way leads to", () => {
    const step = (topology: Topology, mutation: object): unknown => {
      try {
        return after(topology, mutation);
      } catch (error) {
        if (!isDecnetError(error, "invalid")) throw error;
        const { faults = [] } = error.details as { faults?: { code: string }[] };
        return faults.map(({ code }) => code);
      }
    };
    expect(step(after(start, lab), inside)).toEqual(["unreachable_lan"]);
    const grown = after(start, lab, { op: "add_decky", decky: gate }, inside);
    expect(step(grown, { op: "remove_decky", name: "gate" })).toEqual(["unreachable_lan"]);
    expect(step(grown, { op: "detach_decky", name: "gate", lan: "lab" })).toEqual(["unreachable_lan"]);
  });
});

test("null takes a schedule or a gateway away; what is absent stays", () => {
  const bare = after(
    start,
    { op: "update_decky", name: "web", changes: { schedule: null } },
    { op: "update_lan", name: "dmz", changes: { gateway: null } },
  );
  expect(Object.hasOwn(bare.deckies[0] ?? {}, "schedule")).toBe(false);
  expect(Object.hasOwn(bare.lans[0] ?? {}, "gateway")).toBe(false);
  const changed = after(
    start,
    {
      op: "update_decky",
      name: "web",
      changes: { schedule: { every: "30m", jitter: 0.5, plans: ["reboot"] } },
    },
    { op: "update_lan", name: "dmz", changes: { dmz: true } },
  );
  expect(changed.deckies[0]?.schedule).toEqual({ every: "30m", jitter: 0.5, plans: ["reboot"] });
  expect(changed.lans).toEqual(start.lans);
  expect(mutationSchema.safeParse({ op: "update_decky", name: "web", changes: { name: "x" } }).success).toBe(
    false,
  );
});
