import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createSeededRandom } from "../contract/random.ts";
import type { Topology } from "../topology/model.ts";
import { topologySchema } from "../topology/model.ts";
import type { AllocateOptions } from "./allocate.ts";
import { allocateMachines } from "./allocate.ts";
import type { CompileOptions } from "./compile.ts";
import { compileTopologies } from "./compile.ts";
import { machineLinkSchema } from "./machine.ts";
import type { Placed } from "./placed.ts";

const ports: Record<string, number> = { ssh: 22, http: 80, ftp: 21 };
const options: CompileOptions = {
  install: "install-a",
  sysctlsOf: () => ({ "net.ipv4.ip_default_ttl": "64" }),
  servicesOf: () => ["ssh", "http"],
  portOf: (name) => ({ port: ports[name] ?? 1, transport: "tcp", data: name === "ftp" ? 4 : 0 }),
  firewall: ({ forward }) => (forward ? "open" : "shut"),
};

const draw: AllocateOptions["draw"] = (...labels) => createSeededRandom(labels.join("/"));
const ouisOf = (): string[] => ["18:66:da"];
const nobody: AllocateOptions["avoid"] = new Set();

function topology(input: object): Topology {
  return topologySchema.parse({ name: "maze", ...input });
}

function place(input: Topology, more: Partial<AllocateOptions> = {}, id = "t1") {
  const placed: Placed = { id, topology: input, machines: new Map() };
  const given = allocateMachines({ placed, others: [], avoid: nobody, draw, ouisOf, ...more });
  return { ...given, placed: { ...placed, machines: given.machines } };
}

const addressOf = (placed: Placed, decky: string, lan = "dmz"): string | undefined =>
  placed.machines.get(decky)?.links.find((link) => link.lan === lan)?.address;

const machine = (name: string, ...lans: string[]) => ({
  name,
  archetype: "linux-server",
  edges: lans.map((lan) => ({ lan })),
});

/** dmz - gate01 - office - gate02 - vault, and somebody in each. */
const maze = topology({
  lans: [
    { name: "dmz", subnet: "10.0.0.0/24", dmz: true, gateway: "10.0.0.1" },
    { name: "office", subnet: "10.1.0.0/24" },
    { name: "vault", subnet: "10.2.0.0/24" },
  ],
  deckies: [
    machine("web01", "dmz"),
    { ...machine("gate01", "dmz", "office"), forward: true },
    { ...machine("gate02", "office", "vault"), forward: true },
    machine("pc01", "office"),
    machine("db01", "vault"),
  ],
});

describe("what a machine listens on", () => {
  const socketsOf = (services: string[]) => {
    const lans = [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true }];
    const { placed } = place(topology({ lans, deckies: [{ ...machine("web01", "dmz"), services }] }));
    const [decky] = compileTopologies([placed], {
      ...options,
      portOf: (name) => (ports[name] ? options.portOf(name) : undefined),
    }).deckies;
    return { services: decky?.spec.services, sockets: decky?.sockets ?? [] };
  };

  test("is a socket for each offer, and data ports once for each decoy that has some", () => {
    const { services, sockets } = socketsOf(["ssh", "ssh:2222", "http:80", "http:8080", "ftp"]);
    expect(services).toEqual(["ssh", "ssh:2222", "http", "http:8080", "ftp"]);
    const at = (use: string) =>
      sockets.filter((one) => one.use === use).map(({ service, port }) => `${service} ${port}`);
    expect(at("service")).toEqual(["ssh 22", "ssh 2222", "http 80", "http 8080", "ftp 21"]);
    expect(sockets.filter(({ use }) => use === "data")).toHaveLength(4);
  });

  test("never has a data port where a service listens", () => {
    const [first] = socketsOf(["ftp"]).sockets.filter(({ use }) => use === "data");
    const { sockets } = socketsOf(["ftp", `http:${first?.port}`]);
    expect(new Set(sockets.map(({ port }) => port)).size).toBe(sockets.length);
    const others = socketsOf(["ftp"]).sockets.filter(({ port }) => port !== first?.port);
    expect(sockets).toEqual([
      ...others,
      { use: "service", service: "http", transport: "tcp", port: first?.port ?? 0 },
    ]);
  });
});

describe("giving places", () => {
  test("the way out of a LAN has its first address, and nobody else a gateway's", () => {
    const { placed } = place(maze);
    expect(addressOf(placed, "web01")).toBe("10.0.0.2/24");
    expect(addressOf(placed, "gate01")).toBe("10.0.0.3/24");
    expect(addressOf(placed, "gate01", "office")).toBe("10.1.0.1/24");
    expect(addressOf(placed, "gate02", "office")).toBe("10.1.0.2/24");
    expect(addressOf(placed, "gate02", "vault")).toBe("10.2.0.1/24");
  });

  test("a static address is honoured, and an allocated one never meets it", () => {
    const lans = [{ name: "dmz", subnet: "10.0.0.0/29", dmz: true }];
    const fixed = { ...machine("z01"), edges: [{ lan: "dmz", address: "10.0.0.2" }] };
    const { placed } = place(topology({ lans, deckies: [machine("a01", "dmz"), fixed] }));
    expect(addressOf(placed, "a01")).toBe("10.0.0.3/29");
    expect(addressOf(placed, "z01")).toBe("10.0.0.2/29");
  });

  test("another topology's addresses on the same wire are left to it, those on another wire are not", () => {
    const on = (name?: string) =>
      topology({
        lans: [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true, ...(name ? { interface: name } : {}) }],
        deckies: [machine("a01", "dmz")],
      });
    const other = { ...place(on("br0")).placed, id: "t2" };
    expect(addressOf(place(on("br0"), { others: [other] }).placed, "a01")).toBe("10.0.0.3/24");
    expect(addressOf(place(on("br1"), { others: [other] }).placed, "a01")).toBe("10.0.0.2/24");
    expect(addressOf(place(on(), { others: [other] }).placed, "a01")).toBe("10.0.0.2/24");
  });

  test("an address that somebody answers for is passed over; a static one is a fault", () => {
    const lans = [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true, interface: "br0" }];
    const fixed = { ...machine("z01"), edges: [{ lan: "dmz", address: "10.0.0.9" }] };
    const avoid = new Set(["interface br0 10.0.0.2", "interface br0 10.0.0.9"]);
    const { placed, faults } = place(topology({ lans, deckies: [machine("a01", "dmz"), fixed] }), { avoid });
    expect(addressOf(placed, "a01")).toBe("10.0.0.3/24");
    expect([...faults]).toEqual([["z01", "10.0.0.9 is in use by another machine in LAN dmz"]]);
  });

  test("a full LAN is a fault of those who find no room", () => {
    const lans = [{ name: "dmz", subnet: "10.0.0.0/30", dmz: true }];
    const { machines, faults } = place(
      topology({ lans, deckies: [machine("a", "dmz"), machine("b", "dmz")] }),
    );
    expect([...machines.keys()]).toEqual(["a"]);
    expect(faults.get("b")).toContain("no free address");
  });

  test("what a machine has it keeps, whatever comes and goes around it", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1 });
    const of = (list: readonly string[]) =>
      topology({
        lans: [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true }],
        deckies: list.map((name) => machine(name, "dmz")),
      });
    fc.assert(
      fc.property(names, names, (before, after) => {
        const old = place(of(before)).machines;
        const placed = { id: "t1", topology: of(after), machines: old };
        const now = allocateMachines({ placed, others: [], avoid: nobody, draw, ouisOf }).machines;
        for (const name of after) if (old.has(name)) expect(now.get(name)).toEqual(old.get(name));
        const links = [...now.values()].flatMap((one) => one.links);
        for (const link of links) machineLinkSchema.parse(link);
        expect(new Set(links.map(({ address }) => address)).size).toBe(after.length);
        expect(new Set(links.map(({ mac }) => mac)).size).toBe(after.length);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("a machine whose LAN's subnet changed has a new address and its old MAC", () => {
    const { placed } = place(maze);
    const lans = maze.lans.map((lan) => (lan.name === "vault" ? { ...lan, subnet: "10.9.0.0/24" } : lan));
    const moved = allocateMachines({
      placed: { ...placed, topology: { ...maze, lans } },
      others: [],
      avoid: nobody,
      draw,
      ouisOf,
    }).machines.get("db01")?.links[0];
    expect(moved?.address).toBe("10.9.0.2/24");
    expect(moved?.mac).toBe(placed.machines.get("db01")?.links[0]?.mac ?? "");
  });
});

describe("compiling", () => {
  const { deckies, bridges, joined } = compileTopologies([place(maze).placed], options);
  const desiredOf = (name: string) => deckies.find((decky) => decky.name === name)?.desired;

  test("a LAN's router is its gateway, else the decky that forwards towards the DMZ", () => {
    expect(desiredOf("web01")?.gateway).toBe("10.0.0.1");
    expect(desiredOf("gate01")?.gateway).toBe("10.0.0.1");
    expect(desiredOf("pc01")?.gateway).toBe("10.1.0.1");
    expect(desiredOf("gate02")?.gateway).toBe("10.1.0.1");
    expect(desiredOf("db01")?.gateway).toBe("10.2.0.1");
  });

  test("what lies behind is routed over who forwards there, and only along edges", () => {
    const behind = [
      { destination: "10.1.0.0/24", gateway: "10.0.0.3" },
      { destination: "10.2.0.0/24", gateway: "10.0.0.3" },
    ];
    expect(desiredOf("web01")?.routes).toEqual(behind);
    expect(desiredOf("gate01")?.routes).toEqual([{ destination: "10.2.0.0/24", gateway: "10.1.0.2" }]);
    expect(desiredOf("db01")?.routes).toEqual([]);
    const shut = { ...maze, deckies: maze.deckies.map((decky) => ({ ...decky, forward: false })) };
    const closed = compileTopologies([place(shut).placed], options).deckies;
    expect(closed.flatMap(({ desired }) => desired.routes ?? [])).toEqual([]);
    expect(closed.find(({ name }) => name === "db01")?.desired.gateway).toBeUndefined();
    expect(new Set(closed.map(({ desired }) => desired.firewall))).toEqual(new Set(["shut"]));
  });

  test("only who forwards forwards", () => {
    const open = deckies.filter(({ desired }) => desired.firewall === "open").map(({ name }) => name);
    expect(open).toEqual(["gate01", "gate02"]);
    for (const { name, desired } of deckies) {
      expect(desired.sysctls["net.ipv4.ip_forward"]).toBe(open.includes(name) ? "1" : "0");
    }
  });

  test("bridges are ours, the operator's or none, as the LAN says", () => {
    expect([bridges.length, joined]).toEqual([3, []]);
    const lans = [
      { name: "dmz", subnet: "10.0.0.0/24", dmz: true, interface: "br0" },
      { name: "real", subnet: "10.1.0.0/24", driver: "macvlan", interface: "eth0" },
    ];
    const both = compileTopologies(
      [place(topology({ lans, deckies: [machine("a", "dmz", "real")] })).placed],
      options,
    );
    expect([both.bridges, both.joined]).toEqual([[], ["br0"]]);
    expect(both.deckies[0]?.desired.links.map(({ bridge, driver }) => [bridge, driver])).toEqual([
      ["br0", undefined],
      ["eth0", "macvlan"],
    ]);
  });

  test("a service has its port, and data ports when it hands them out", () => {
    const lans = [{ name: "dmz", subnet: "10.0.0.0/24", dmz: true }];
    const ftp = { ...machine("f01", "dmz"), services: ["ftp"] };
    const [decky] = compileTopologies([place(topology({ lans, deckies: [ftp] })).placed], options).deckies;
    expect(decky?.sockets[0]).toEqual({ use: "service", service: "ftp", transport: "tcp", port: 21 });
    const data = decky?.sockets.slice(1) ?? [];
    expect(new Set(data.map(({ port }) => port)).size).toBe(4);
    for (const { use, port } of data) expect([use, port >= 32_768 && port < 61_000]).toEqual(["data", true]);
  });

  test("when it changes next is no part of what it is", () => {
    const { placed } = place(maze);
    const later = new Map(
      [...placed.machines].map(([name, one]) => [name, { ...one, life: { ...one.life, nextAt: 5 } }]),
    );
    expect(compileTopologies([{ ...placed, machines: later }], options)).toEqual({
      deckies,
      bridges,
      joined,
    });
  });
});
