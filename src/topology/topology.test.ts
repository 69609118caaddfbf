// Topologies: every fault is found alone and among others, changes keep what they do not name, files and seeds repeat.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";
import { findDecoy } from "../decoys/index.ts";
import { drawDot, drawTree } from "./draw.ts";
import { formatTopology, parseTopology } from "./file.ts";
import { capacity, generateTopology } from "./generate.ts";
import type { Catalogue, Lan, Topology } from "./model.ts";
import { deckySchema, depths, topologySchema } from "./model.ts";
import type { Mutation } from "./mutation.ts";
import { applyMutation, mutationOps, mutationSchema } from "./mutation.ts";
import type { TopologyStatus } from "./status.ts";
import { advance, mayFollow, topologyStatuses } from "./status.ts";
import type { FaultCode } from "./validate.ts";
import { faultCodes, validateTopology } from "./validate.ts";

const catalogue: Catalogue = {
  archetypes: new Map([
    ["server", ["ssh", "http"]],
    ["device", ["telnet"]],
  ]),
  services: ["ssh", "http", "telnet"].flatMap((name) => findDecoy(name) ?? []),
};

const decky = (name: string, edges: readonly string[], more: object = {}) =>
  deckySchema.parse({ name, archetype: "server", edges: edges.map((lan) => ({ lan })), ...more });

const office: Topology = {
  name: "office",
  lans: [
    { name: "dmz", subnet: "10.0.0.0/24", dmz: true },
    { name: "inner", subnet: "10.0.1.0/24", dmz: false },
  ],
  deckies: [
    decky("web", ["dmz"]),
    decky("gate", ["dmz", "inner"], { forward: true }),
    decky("db", ["inner"]),
  ],
};

const without = (name: string): Topology => ({
  ...office,
  deckies: office.deckies.filter((entry) => entry.name !== name),
});
const plus = (...more: readonly Topology["deckies"][number][]): Topology => ({
  ...office,
  deckies: [...office.deckies, ...more],
});
const lan = (name: string, subnet: string, dmz = false) => ({ name, subnet, dmz });
const at = (name: string, address: string) =>
  deckySchema.parse({ name, archetype: "server", edges: [{ lan: "dmz", address }] });

const [edge, inner] = office.lans as [Lan, Lan];

/** Each fault, and the smallest topology that has it and no other. */
const faulty: Readonly<Record<FaultCode, Topology>> = {
  no_dmz: { ...office, lans: office.lans.map((entry) => ({ ...entry, dmz: false })) },
  two_dmz: { ...office, lans: office.lans.map((entry) => ({ ...entry, dmz: true })) },
  bad_subnet: { ...office, lans: [office.lans[0] as never, lan("inner", "10.0.1.7/24")] },
  overlapping_subnet: { ...office, lans: [office.lans[0] as never, lan("inner", "10.0.0.128/25")] },
  unreachable_lan: without("gate"),
  orphan: plus(decky("lost", [])),
  duplicate_name: plus(decky("web", ["inner"])),
  duplicate_address: plus(at("a", "10.0.0.9"), at("b", "10.0.0.9")),
  duplicate_edge: plus(decky("twice", ["dmz", "dmz"])),
  unknown_lan: plus(decky("stray", ["dnz"])),
  bad_address: plus(at("a", "10.0.0.255")),
  lan_full: {
    ...office,
    lans: [lan("dmz", "10.0.0.0/30", true), lan("inner", "10.0.1.0/24")],
  },
  bad_gateway: { ...office, lans: [{ ...edge, gateway: "10.0.1.1" }, inner] },
  no_interface: { ...office, lans: [{ ...edge, driver: "macvlan" }, inner] },
  shared_interface: {
    ...office,
    lans: [
      { ...edge, driver: "macvlan", interface: "eth0" },
      { ...inner, interface: "eth0" },
    ],
  },
  unknown_persona: plus(decky("odd", ["dmz"], { archetype: "servr" })),
  unknown_service: plus(decky("odd", ["dmz"], { services: ["shh"] })),
  bad_port: plus(decky("odd", ["dmz"], { services: ["http:080"] })),
  duplicate_port: plus(decky("odd", ["dmz"], { services: ["ssh", "http:22"] })),
  one_port: {
    ...plus(decky("odd", ["dmz"], { archetype: "device", services: ["telnet", "telnet:2323"] })),
  },
  contradiction: plus(decky("odd", ["dmz"], { services: ["telnet"] })),
  no_services: plus(decky("odd", ["dmz"], { services: [] })),
};

describe("validateTopology", () => {
  test("finds nothing in a topology that stands", () => {
    expect(validateTopology(office, catalogue)).toEqual([]);
  });

  test.each(Object.keys(faultCodes) as FaultCode[])("names %s alone", (code) => {
    const faults = validateTopology(faulty[code], catalogue);
    expect(faults.map((fault) => fault.code)).toEqual([code]);
    expect(faults[0]?.where).toMatch(/^(lans|deckies)/);
  });

  test("no fault hides another, and near names are told", () => {
    const all = validateTopology(
      { ...office, lans: [], deckies: [decky("odd", ["dnz"], { archetype: "servr", services: ["shh"] })] },
      catalogue,
    );
    expect(all.map((fault) => fault.code)).toEqual([
      "no_dmz",
      "unknown_lan",
      "unknown_persona",
      "unknown_service",
    ]);
    expect(all.at(-1)?.message).toContain('Did you mean "ssh"?');
  });

  test("refuses the gateway's, the network's and another LAN's address", () => {
    for (const address of ["10.0.0.0", "10.0.0.1", "10.0.1.9", "010.0.0.9", "10.0.0.9 "]) {
      expect(validateTopology(plus(at("a", address)), catalogue).map((fault) => fault.code)).toEqual([
        "bad_address",
      ]);
    }
  });
});

const names = (archetype: string, random: Random): string => `${archetype}-${random.below(9)}`;

describe("generateTopology", () => {
  test("whatever is asked for: valid, of that size and depth, and the same again", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 60 }),
        fc.string(),
        (depth, branching, lans, more, seed) => {
          fc.pre(lans <= capacity(depth, branching));
          const options = { name: "maze", lans, depth, branching, deckies: lans + more, seed };
          const topology = generateTopology(options, catalogue, names);
          expect(validateTopology(topology, catalogue)).toEqual([]);
          expect([topology.lans.length, topology.deckies.length]).toEqual([lans, lans + more]);
          expect(Math.max(...depths(topology).values())).toBeLessThan(depth);
          expect(generateTopology(options, catalogue, names)).toEqual(topology);
          expect(topologySchema.parse(topology)).toEqual(topology);
          for (const { name, archetype } of topology.deckies) expect(name).toStartWith(`${archetype}-`);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test("another seed gives another topology", () => {
    const options = { name: "maze", lans: 4, depth: 3, branching: 2, deckies: 9 };
    const of = (seed: string) => JSON.stringify(generateTopology({ ...options, seed }, catalogue, names));
    expect(of("a")).not.toBe(of("b"));
  });

  test.each([
    [{ lans: 4, depth: 2, branching: 2 }, "hold 3 LANs at most"],
    [{ lans: 3, depth: 3, branching: 2, deckies: 1 }, "at least 2 deckies"],
    [{ lans: 0 }, "--lans is a number from 1"],
    [{ deckies: 1.5 }, "--deckies is a number"],
    [{ lans: 1, deckies: 500 }, "more deckies than a LAN has addresses"],
  ])("refuses %o", (wrong, message) => {
    const options = { name: "maze", lans: 1, depth: 1, branching: 1, deckies: 1, seed: "x", ...wrong };
    expect(() => generateTopology(options, catalogue, names)).toThrow(message);
  });
});

describe("the file", () => {
  test("comes back as it was written", () => {
    expect(parseTopology(formatTopology(office), "f")).toEqual(office);
    const full = plus(at("a", "10.0.0.9"), decky("b", ["inner"], { services: ["ssh"] }));
    expect(parseTopology(formatTopology(full), "f")).toEqual(full);
  });

  test.each([
    ["name = ", "not valid TOML"],
    ["lans = []", "name"],
    ['name = "a"\nsize = 3', "size"],
    ['name = "a"\n[[deckies]]\nname = "UPPER"\narchetype = "x"', "deckies.[1].name"],
    ['name = "../x"', "name"],
  ])("refuses %j and names the place", (text, place) => {
    expect(() => parseTopology(text, "maze.toml")).toThrow(place);
    expect(() => parseTopology(text, "maze.toml")).toThrow("maze.toml");
  });
});

describe("applyMutation", () => {
  const mutations: Readonly<Record<string, Mutation>> = {
    add_lan: { op: "add_lan", lan: lan("lab", "10.0.2.0/24") },
    remove_lan: { op: "remove_lan", name: "inner" },
    update_lan: { op: "update_lan", name: "inner", changes: { subnet: "10.9.0.0/16" } },
    add_decky: { op: "add_decky", decky: decky("mail", ["dmz"]) },
    remove_decky: { op: "remove_decky", name: "web" },
    update_decky: { op: "update_decky", name: "gate", changes: { services: ["ssh"] } },
    attach_decky: { op: "attach_decky", name: "db", edge: { lan: "dmz" } },
    detach_decky: { op: "detach_decky", name: "web", lan: "dmz" },
  };

  test("every operation has a case here", () => {
    expect(Object.keys(mutations).sort()).toEqual([...mutationOps].sort());
    for (const mutation of Object.values(mutations)) expect(mutationSchema.parse(mutation)).toEqual(mutation);
  });

  test("what changes do not name stays", () => {
    const gate = applyMutation(office, mutations["update_decky"] as Mutation, catalogue).deckies[1];
    expect(gate).toEqual({ ...(office.deckies[1] as never as object), services: ["ssh"] } as never);
    const inner = applyMutation(office, mutations["update_lan"] as Mutation, catalogue).lans[1];
    expect(inner).toEqual(lan("inner", "10.9.0.0/16"));
  });

  test("adds and removes, attaches and detaches", () => {
    const grown = applyMutation(office, mutations["add_decky"] as Mutation, catalogue);
    expect(grown.deckies.map((entry) => entry.name)).toEqual(["web", "gate", "db", "mail"]);
    expect(applyMutation(grown, { op: "remove_decky", name: "mail" }, catalogue)).toEqual(office);
    const both = applyMutation(office, mutations["attach_decky"] as Mutation, catalogue);
    expect(both.deckies[2]?.edges).toEqual([{ lan: "inner" }, { lan: "dmz" }]);
    expect(applyMutation(both, { op: "detach_decky", name: "db", lan: "dmz" }, catalogue)).toEqual(office);
  });

  test.each([
    ["remove_lan", "invalid", "orphan"],
    ["detach_decky", "invalid", "orphan"],
  ])("%s that leaves a fault is refused with it", (op, code, fault) => {
    try {
      applyMutation(office, mutations[op] as Mutation, catalogue);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DecnetError);
      expect((error as DecnetError).code as string).toBe(code);
      expect(JSON.stringify((error as DecnetError).details)).toContain(fault);
    }
  });

  test("one that has nothing to act on says so", () => {
    expect(() => applyMutation(office, { op: "remove_decky", name: "nobody" }, catalogue)).toThrow(
      'no decky "nobody"',
    );
    expect(() => applyMutation(office, { op: "add_decky", decky: decky("web", ["dmz"]) }, catalogue)).toThrow(
      "already",
    );
  });
});

describe("status", () => {
  /** Every legal step; each pair that is not here must be refused. */
  const legal: readonly (readonly [TopologyStatus, TopologyStatus])[] = [
    ["pending", "deploying"],
    ["deploying", "active"],
    ["deploying", "degraded"],
    ["deploying", "failed"],
    ["deploying", "tearing_down"],
    ["active", "degraded"],
    ["active", "failed"],
    ["active", "tearing_down"],
    ["degraded", "active"],
    ["degraded", "failed"],
    ["degraded", "tearing_down"],
    ["failed", "deploying"],
    ["failed", "tearing_down"],
    ["tearing_down", "torn_down"],
    ["tearing_down", "failed"],
    ["torn_down", "deploying"],
  ];
  const pairs = topologyStatuses.flatMap((from) => topologyStatuses.map((to) => [from, to] as const));

  test.each(pairs)("%s → %s", (from, to) => {
    const allowed = legal.some(([a, b]) => a === from && b === to);
    expect(mayFollow(from, to)).toBe(allowed);
    if (allowed) expect(advance(from, to)).toBe(to);
    else expect(() => advance(from, to)).toThrow(`that is ${from} can't become ${to}`);
  });
});

describe("drawings", () => {
  test("the tree shows each LAN once, in its place", () => {
    expect(drawTree(office)).toBe(
      [
        "dmz  10.0.0.0/24  DMZ",
        "├─ web  address allocated  server (all)",
        "└─ gate  address allocated  server (all)  forwards to inner",
        "   inner  10.0.1.0/24",
        "   ├─ gate  address allocated  server (all)",
        "   └─ db  address allocated  server (all)",
        "",
      ].join("\n"),
    );
  });

  test("what has no way to it is drawn all the same", () => {
    const text = drawTree({ ...without("gate"), deckies: [...without("gate").deckies, decky("lost", [])] });
    expect(text).toContain("inner  10.0.1.0/24\n└─ db");
    expect(text).toContain("lost  in no LAN");
  });

  test("a LAN on the host's network says which", () => {
    const joined = { ...office, lans: [{ ...edge, driver: "macvlan" as const, interface: "eth0" }, inner] };
    expect(drawTree(joined)).toStartWith("dmz  10.0.0.0/24  DMZ  macvlan on eth0\n");
  });

  test("text in a graph stays within its quotes", () => {
    const hostile = { ...office, lans: [lan("dmz", '"];x[\\"', true)] };
    expect(drawDot(hostile)).toContain('label="dmz\\n\\"];x[\\\\\\""');
  });
});
