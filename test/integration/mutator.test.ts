// Topologies brought onto the network by the mutator itself, changed and taken down again (needs root).

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { MachineLife } from "../../src/fleet/machine.ts";
import { machineLifeSchema } from "../../src/fleet/machine.ts";
import { findLinks, listLinks } from "../../src/platform/fleet-observe.ts";
import { newAddress, newRoute } from "../../src/platform/netlink/address.ts";
import { deleteLink, newLink, setLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import { readSysctl } from "../../src/platform/netns/sysctl.ts";
import { lastEnded, listMachines, putMachines } from "../../src/store/topologies.ts";
import { deckySchema } from "../../src/topology/model.ts";
import { FleetLab, until } from "../support/fleet-lab.ts";
import { HAS_LAB } from "../support/netlab.ts";

setDefaultTimeout(60_000);

const maze = {
  name: "maze",
  lans: [
    { name: "dmz", subnet: "10.90.0.0/24", dmz: true, interface: "br-dmz" },
    { name: "office", subnet: "10.91.0.0/24" },
    { name: "vault", subnet: "10.92.0.0/24" },
  ],
  deckies: [
    {
      name: "web01",
      archetype: "linux-server",
      services: ["ssh", "http"],
      edges: [{ lan: "dmz", address: "10.90.0.10" }],
    },
    {
      name: "gate01",
      archetype: "linux-server",
      services: ["ssh"],
      forward: true,
      edges: [{ lan: "dmz" }, { lan: "office" }],
    },
    {
      name: "gate02",
      archetype: "linux-server",
      services: ["ssh"],
      forward: true,
      edges: [{ lan: "office" }, { lan: "vault" }],
    },
    { name: "db01", archetype: "linux-server", services: ["mysql", "ftp"], edges: [{ lan: "vault" }] },
  ],
};

const single = { archetype: "linux-server", services: ["ssh"], forward: false };

describe.skipIf(!HAS_LAB)("the mutator", () => {
  let lab: FleetLab;
  let id: string;
  let mutator: ReturnType<FleetLab["mutator"]>;
  let decoys: ReturnType<FleetLab["mutator"]>;

  beforeAll(async () => {
    lab = new FleetLab();
    decoys = await lab.decoys();
    mutator = lab.mutator();
  });
  afterAll(async () => lab[Symbol.asyncDispose]());

  /** Puts this host into the network of a bridge. */
  function plugIn(name: string, address: string): void {
    using socket = openNetlink();
    const [bridge] = findLinks(socket, [name]);
    socket.all([newAddress({ index: bridge?.index ?? 0, address, prefix: 24 })]);
  }

  const addressOf = async (decky: string, lan: string): Promise<string> => {
    const row = (await listMachines(lab.store.db)).find((machine) => machine.decky === decky);
    const links = JSON.parse(row?.links ?? "[]") as { lan: string; address: string }[];
    return links.find((link) => link.lan === lan)?.address.split("/")[0] ?? "";
  };

  test("a topology of three LANs comes up and serves", async () => {
    id = await lab.deploy(maze);
    await lab.reaches(id, "active", "failed", "degraded");
    expect(await lab.row(id)).toMatchObject({ status: "active", reason: "" });
    plugIn("br-dmz", "10.90.0.1");
    expect(await lab.greeting("10.90.0.10", 22)).toStartWith("web01 ssh");
    expect(await lab.greeting("10.90.0.10", 80)).toStartWith("web01 http");
  });

  test("the way in leads over the forwarding deckies, and the vault answers to the edge", async () => {
    using socket = openNetlink();
    const gateway = await addressOf("gate01", "dmz");
    socket.all([newRoute({ destination: "10.92.0.0/24", gateway })]);
    expect(await addressOf("gate01", "office")).toBe("10.91.0.1");
    expect(await addressOf("gate02", "vault")).toBe("10.92.0.1");
    expect(await lab.greeting(await addressOf("db01", "vault"), 3306)).toStartWith("db01 mysql");
  });

  test("each machine has its persona's settings, a vendor's MAC and no way outward", async () => {
    const machines = await listMachines(lab.store.db);
    const macs = machines.flatMap(({ links }) =>
      (JSON.parse(links) as { mac: string }[]).map(({ mac }) => mac),
    );
    expect(new Set(macs).size).toBe(6);
    lab.namespaces.run(lab.namespaceOf("web01"), () => {
      expect(readSysctl("net.ipv4.ip_default_ttl")).toBe("64");
      expect(readSysctl("net.ipv4.ip_forward")).toBe("0");
    });
    lab.namespaces.run(lab.namespaceOf("gate01"), () => {
      expect(readSysctl("net.ipv4.ip_forward")).toBe("1");
    });
  });

  test("a second start changes nothing", async () => {
    const before = [lab.links(), lab.namespaces.list()];
    await lab.kill(mutator);
    mutator = lab.mutator();
    const change = await lab.change(id, { op: "update_decky", name: "web01", changes: {} });
    expect((await lab.ends(change)).status).toBe("applied");
    expect([lab.links(), lab.namespaces.list()]).toEqual(before);
    expect((await lab.row(id)).status).toBe("active");
  });

  test("a decky that is added serves, one that is removed is gone, and services come and go", async () => {
    const decky = { name: "new01", archetype: "linux-server", services: ["ssh"], forward: false };
    const added = await lab.change(id, {
      op: "add_decky",
      decky: { ...decky, edges: [{ lan: "dmz", address: "10.90.0.20" }] },
    });
    expect(await lab.ends(added)).toMatchObject({ status: "applied", reason: "new01 is there" });
    expect(await lab.greeting("10.90.0.20", 22)).toStartWith("new01 ssh");
    const changes = { services: ["ssh", "redis"] };
    const more = await lab.change(id, { op: "update_decky", name: "new01", changes });
    expect((await lab.ends(more)).reason).toBe("new01 offers redis from now on");
    expect(await lab.greeting("10.90.0.20", 6379)).toStartWith("new01 redis");
    const fewer = await lab.change(id, {
      op: "update_decky",
      name: "new01",
      changes: { services: ["redis"] },
    });
    expect((await lab.ends(fewer)).reason).toBe("new01 offers ssh no longer");
    expect(lab.greeting("10.90.0.20", 22)).rejects.toThrow("ECONNREFUSED");
    const removed = await lab.change(id, { op: "remove_decky", name: "new01" });
    expect((await lab.ends(removed)).status).toBe("applied");
    expect(lab.namespaces.list().filter(({ name }) => name.endsWith("-new01"))).toEqual([]);
    expect((await lab.definition(id)).deckies).toHaveLength(4);
  });

  test("a decky ceases to forward and begins again, by its flag and by its edges, and keeps its other settings", async () => {
    const settings = (): readonly (string | undefined)[] =>
      lab.namespaces.run(lab.namespaceOf("side01"), () =>
        ["ip_forward", "conf.all.accept_redirects"].map((key) => readSysctl(`net.ipv4.${key}`)),
      );
    const away = { lan: "office" };
    const edges = [{ lan: "dmz", address: "10.90.0.30" }, away];
    const decky = { name: "side01", archetype: "linux-server", services: ["ssh"], forward: true, edges };
    const steps = [
      [{ op: "add_decky", decky }, "1"],
      [{ op: "update_decky", name: "side01", changes: { forward: false } }, "0"],
      [{ op: "update_decky", name: "side01", changes: { forward: true } }, "1"],
      [{ op: "detach_decky", name: "side01", lan: "office" }, "0"],
      [{ op: "attach_decky", name: "side01", edge: away }, "1"],
    ] as const;
    for (const [mutation, forward] of steps) {
      const { status, reason } = await lab.ends(await lab.change(id, mutation));
      expect([mutation.op, status, reason]).toEqual([mutation.op, "applied", expect.any(String)]);
      expect(settings()).toEqual([forward, "0"]);
      expect((await lab.row(id)).status).toBe("active");
    }
    await lab.ends(await lab.change(id, { op: "remove_decky", name: "side01" }));
  });

  test("a change that can't be leaves the topology as it was, degraded with the reason", async () => {
    const before = [lab.links(), await lab.definition(id)];
    const edges = [{ lan: "dmz", address: "10.90.0.1" }];
    const decky = { name: "thief", archetype: "linux-server", forward: false, edges };
    const same = await lab.change(id, { op: "add_decky", decky });
    expect(await lab.ends(same)).toMatchObject({ status: "failed" });
    // An address that the operator's host has.
    using socket = openNetlink();
    const [bridge] = findLinks(socket, ["br-dmz"]);
    socket.all([newAddress({ index: bridge?.index ?? 0, address: "10.90.0.77", prefix: 24 })]);
    const taken = await lab.change(id, {
      op: "add_decky",
      decky: { ...decky, edges: [{ lan: "dmz", address: "10.90.0.77" }] },
    });
    const reason = "thief: 10.90.0.77 is in use by another machine in LAN dmz";
    expect(await lab.ends(taken)).toMatchObject({ status: "failed", reason });
    await lab.reaches(id, "degraded");
    expect((await lab.row(id)).reason).toBe(reason);
    expect([lab.links(), await lab.definition(id)]).toEqual(before);
    const well = await lab.change(id, { op: "update_decky", name: "web01", changes: {} });
    await lab.ends(well);
  });

  test("a new decoys' process is given all sockets", async () => {
    await lab.kill(decoys);
    expect(lab.greeting("10.90.0.10", 22)).rejects.toThrow("ECONNREFUSED");
    decoys = await lab.decoys();
    const ms = await until("web01 serves again", () =>
      lab.greeting("10.90.0.10", 22).then(
        () => true,
        () => false,
      ),
    );
    expect(ms).toBeLessThan(10_000);
  });

  test("a decky that comes to a network of others, or to one more, is not its own rival when the decoys' process dies meanwhile", async () => {
    const edge = { lan: "dmz", address: "10.90.0.40" };
    const decky = { ...single, name: "late01", edges: [edge] };
    const second = { lan: "dmz", address: "10.90.0.41" };
    const changes = [
      { op: "add_decky", decky },
      { op: "attach_decky", name: "db01", edge: second },
      { op: "update_lan", name: "dmz", changes: { subnet: "10.90.0.0/25" } },
    ] as const;
    for (const mutation of changes) {
      await lab.kill(decoys);
      decoys = await lab.decoys("serve");
      const row = await lab.change(id, mutation);
      await decoys.exited;
      decoys = await lab.decoys();
      const { status, reason } = await lab.ends(row);
      expect([mutation.op, status, reason]).toEqual([mutation.op, "applied", expect.any(String)]);
    }
    expect(await lab.greeting("10.90.0.40", 22)).toStartWith("late01 ssh");
    const back = [
      { op: "update_lan", name: "dmz", changes: { subnet: "10.90.0.0/24" } },
      { op: "detach_decky", name: "db01", lan: "dmz" },
      { op: "remove_decky", name: "late01" },
    ] as const;
    for (const mutation of back)
      expect((await lab.ends(await lab.change(id, mutation))).status).toBe("applied");
    expect((await listMachines(lab.store.db)).map((row) => row.decky)).not.toContain("late01");
    await lab.reaches(id, "active");
  });

  test("a change that comes to nothing leaves no row, and no decky takes the name of another topology's", async () => {
    const rows = async () =>
      (await listMachines(lab.store.db)).map(({ decky, links }) => `${decky} ${links}`);
    const before = await rows();
    const lans = [{ name: "far", subnet: "10.95.0.0/24", dmz: true }];
    const other = await lab.deploy({
      name: "elsewhere",
      lans,
      deckies: [{ ...maze.deckies[0], name: "only01", edges: [{ lan: "far" }] }],
    });
    await lab.reaches(other, "active");
    const both = await rows();
    const twin = { ...single, name: "only01", edges: [{ lan: "office" }] };
    expect(await lab.ends(await lab.change(id, { op: "add_decky", decky: twin }))).toMatchObject({
      status: "failed",
      reason: 'topology "elsewhere" has a decky only01 already',
    });
    expect(await rows()).toEqual(both);
    await lab.order(other, "tearing_down");
    await lab.reaches(other, "torn_down");
    expect(await rows()).toEqual(before);
    await lab.ends(await lab.change(id, { op: "update_decky", name: "web01", changes: {} }));
  });

  /** What a machine has lived through, and how often its conversations were cut. */
  const livedBy = async (address: string): Promise<{ life: MachineLife; cuts: number }> => {
    const [, , life = "", cuts] = (await lab.greeting(address, 22)).split(" ");
    return { life: machineLifeSchema.parse(JSON.parse(life)), cuts: Number(cuts) };
  };
  const ask = async (decky: string, rest: object) =>
    lab.ends(await lab.change(id, { op: "update_decky", name: decky, changes: {}, ...rest }));

  test("patch nights that are asked for move versions and uptime until nothing newer is out, the machine stays", async () => {
    const mac = await addressOf("web01", "dmz");
    const before = await livedBy("10.90.0.10");
    let nights = 0;
    for (let isOver = false; !isOver; ) {
      const { reason, claimed_at, status, cause, requested_by } = await ask("web01", { plan: "patch" });
      expect([status, cause, requested_by]).toEqual(["applied", "request", "test"]);
      const now = await livedBy("10.90.0.10");
      isOver = reason.includes("nothing newer is out");
      if (isOver) expect(reason).toContain("not rebooted");
      else {
        nights++;
        expect(reason).toMatch(/^patch night: web01 moved from .+ to .+, and was rebooted$/);
        expect(now.life).toEqual({
          bootedAt: claimed_at,
          patches: nights,
          patchedAt: claimed_at,
          nextAt: null,
        });
      }
      expect([now.life.patches, now.cuts - before.cuts]).toEqual([nights, nights]);
      expect(nights).toBeLessThan(10);
    }
    expect(await addressOf("web01", "dmz")).toBe(mac);
  });

  test("a service that is asked for is drawn and cuts nobody; a reboot cuts, and moves no version", async () => {
    const before = await livedBy("10.90.0.10");
    const offered = async () =>
      (await lab.definition(id)).deckies.find(({ name }) => name === "web01")?.services;
    const services = await offered();
    const service = await ask("web01", { plan: "service" });
    expect(service.reason).toMatch(/^web01 offers [a-z]+ (from now on|no longer)$/);
    expect(Math.abs(((await offered())?.length ?? 0) - (services?.length ?? 0))).toBe(1);
    await ask("web01", { changes: { services: [...(services ?? [])] } });
    expect(await livedBy("10.90.0.10")).toEqual(before);
    const reboot = await ask("web01", { plan: "reboot" });
    expect(reboot.reason).toBe("web01 was rebooted: its uptime begins anew");
    expect(await livedBy("10.90.0.10")).toEqual({
      life: { ...before.life, bootedAt: reboot.claimed_at },
      cuts: before.cuts + 1,
    });
    const schedule = { every: "9d", jitter: 0.2, plans: ["patch"] };
    expect((await ask("web01", { changes: { schedule } })).reason).toBe(
      "web01 changes by itself every 9d, 20 % more or less: patch",
    );
    await ask("web01", { changes: { schedule: null } });
    expect((await livedBy("10.90.0.10")).cuts).toBe(before.cuts + 1);
  });

  test("a schedule whose time has come changes its machine, says so, and sets the next time", async () => {
    const schedule = { every: "6h", jitter: 0.1, plans: ["reboot"] };
    const timed = { name: "timed01", archetype: "linux-server", services: ["ssh"], forward: false };
    const decky = deckySchema.parse({ ...timed, edges: [{ lan: "office" }], schedule });
    await lab.ends(await lab.change(id, { op: "add_decky", decky }));
    const life = async (): Promise<MachineLife> => {
      const row = (await listMachines(lab.store.db)).find((machine) => machine.decky === "timed01");
      return machineLifeSchema.parse(JSON.parse(row?.life ?? "{}"));
    };
    await until("its first time is set", async () => (await life()).nextAt !== null);
    await lab.kill(mutator);
    const [row] = (await listMachines(lab.store.db)).filter((machine) => machine.decky === "timed01");
    if (!row) throw new Error("no machine");
    const due = JSON.stringify({ ...(await life()), nextAt: 1 });
    await putMachines(lab.store.db, [{ ...row, life: due }]);
    mutator = lab.mutator();
    await until("it was rebooted", async () => (await life()).bootedAt !== null);
    const { nextAt, bootedAt, patches } = await life();
    expect(patches).toBe(0);
    expect(Math.abs((nextAt ?? 0) - Date.now() - 6 * 3_600_000)).toBeLessThan(0.1 * 6 * 3_600_000 + 60_000);
    const last = await lastEnded(lab.store.db, id);
    const words = "timed01 was rebooted: its uptime begins anew";
    expect(last).toMatchObject({
      cause: "schedule",
      requested_by: "schedule",
      status: "applied",
      reason: words,
    });
    expect(last?.claimed_at).toBe(bootedAt);
    await lab.ends(await lab.change(id, { op: "remove_decky", name: "timed01" }));
  });

  test("a teardown leaves nothing, not even the bridge that was made", async () => {
    await lab.order(id, "tearing_down");
    await lab.reaches(id, "torn_down", "failed");
    expect(await lab.row(id)).toMatchObject({ status: "torn_down", reason: "" });
    expect(lab.links()).toEqual(["lo"]);
    expect(lab.namespaces.list()).toEqual([]);
    expect(await listMachines(lab.store.db)).toEqual([]);
  });

  test("a topology that is not deployed changes its definition alone", async () => {
    const { status, reason } = await ask("web01", { plan: "reboot" });
    expect([status, reason]).toEqual(["failed", expect.stringContaining("not deployed")]);
    const change = await lab.change(id, { op: "remove_decky", name: "web01" });
    expect((await lab.ends(change)).status).toBe("applied");
    expect((await lab.definition(id)).deckies.map(({ name }) => name)).not.toContain("web01");
    expect(lab.links()).toEqual(["lo"]);
  });

  test("a bridge that was there is joined and left alone; a macvlan sits on its interface", async () => {
    using socket = openNetlink();
    socket.all([
      newLink({ kind: "bridge", name: "br-mine", up: true }),
      newLink({ kind: "veth", name: "port0", up: true, peer: { name: "port1" } }),
      newLink({ kind: "veth", name: "wire0", peer: { name: "wire1" } }),
      setLink("wire0", { up: true }),
      setLink("wire1", { up: true }),
    ]);
    plugIn("br-mine", "10.95.0.1");
    const linkOf = (name: string) => findLinks(socket, [name])[0];
    // Lower than any of ours, and higher than nearly all that a kernel draws.
    const high = "fe:fe:ff:ff:ff:fe";
    socket.all([setLink("port0", { master: linkOf("br-mine")?.index ?? 0, mac: high })]);
    const mine = linkOf("br-mine");
    expect(mine?.mac).toBe(high);
    const lans = [
      { name: "mine", subnet: "10.95.0.0/24", dmz: true, interface: "br-mine" },
      { name: "real", subnet: "10.96.0.0/24", driver: "macvlan", interface: "wire0" },
    ];
    const edges = [
      { lan: "mine", address: "10.95.0.9" },
      { lan: "real", address: "10.96.0.9" },
    ];
    const both = { ...single, name: "both01", edges };
    const more = ["more01", "more02", "more03"].map((name) => ({
      ...single,
      name,
      edges: [{ lan: "mine" }],
    }));
    const other = await lab.deploy({ name: "other", lans, deckies: [both, ...more] });
    await lab.reaches(other, "active", "failed", "degraded");
    expect(await lab.row(other)).toMatchObject({ status: "active", reason: "" });
    const [wire] = findLinks(socket, ["wire1"]);
    socket.all([newAddress({ index: wire?.index ?? 0, address: "10.96.0.1", prefix: 24 })]);
    expect(await lab.greeting("10.95.0.9", 22)).toStartWith("both01 ssh");
    expect(await lab.greeting("10.96.0.9", 22)).toStartWith("both01 ssh");
    const ends = listLinks(socket).filter(({ name, master }) => master === mine?.index && name !== "port0");
    expect(ends.map(({ mac }) => mac.slice(0, 6))).toEqual(Array(4).fill("fe:ff:"));
    expect(linkOf("br-mine")).toEqual(mine);
    await lab.order(other, "tearing_down");
    await lab.reaches(other, "torn_down", "failed");
    expect(linkOf("br-mine")).toEqual(mine);
    expect(lab.links()).toEqual(["br-mine", "lo", "port0", "port1", "wire0", "wire1"]);
    socket.all([deleteLink("br-mine"), deleteLink("port0"), deleteLink("wire0")]);
  });

  test("an interface that is no bridge is not joined as one, and the reason says what to do", async () => {
    using socket = openNetlink();
    socket.all([newLink({ kind: "veth", name: "wire0", up: true, peer: { name: "wire1" } })]);
    const lans = [{ name: "real", subnet: "10.96.0.0/24", dmz: true, interface: "wire0" }];
    const edges = [{ lan: "real" }];
    const one = { name: "astray01", archetype: "linux-server", services: ["ssh"], edges };
    const astray = await lab.deploy({ name: "astray", lans, deckies: [one] });
    await lab.reaches(astray, "active", "failed", "degraded");
    expect(await lab.row(astray)).toMatchObject({
      status: "failed",
      reason:
        "astray01: wire0 is an interface and no bridge: name a bridge, or join its network with --driver macvlan",
    });
    expect([lab.links(), lab.namespaces.list()]).toEqual([["lo", "wire0", "wire1"], []]);
    socket.all([deleteLink("wire0")]);
  });

  test("what deckies stand on may go down and come up: the topology says so, and is well again", async () => {
    using socket = openNetlink();
    socket.all([
      newLink({ kind: "bridge", name: "br-mine" }),
      newLink({ kind: "veth", name: "wire0", up: true, peer: { name: "wire1" } }),
      setLink("wire1", { up: true }),
    ]);
    const lans = [
      { name: "mine", subnet: "10.95.0.0/24", dmz: true, interface: "br-mine" },
      { name: "real", subnet: "10.96.0.0/24", driver: "macvlan", interface: "wire0" },
    ];
    const decky = (name: string, ...edges: object[]) => ({
      name,
      archetype: "linux-server",
      services: ["ssh"],
      edges,
    });
    const deckies = [decky("low01", { lan: "mine" }), decky("both01", { lan: "mine" }, { lan: "real" })];
    const low = await lab.deploy({ name: "low", lans, deckies });
    await lab.reaches(low, "active", "failed", "degraded");
    const mine = "br-mine is down: sudo ip link set br-mine up";
    expect(await lab.row(low)).toMatchObject({
      status: "failed",
      reason: `low01: ${mine}; both01: ${mine}`,
    });
    expect(findLinks(socket, ["br-mine"])[0]?.up).toBe(false);
    socket.all([setLink("br-mine", { up: true })]);
    await lab.order(low, "deploying");
    await lab.reaches(low, "active", "failed", "degraded");
    expect(await lab.row(low)).toMatchObject({ status: "active", reason: "" });
    socket.all([setLink("wire0", { up: false })]);
    await lab.reaches(low, "degraded");
    expect((await lab.row(low)).reason).toBe("both01: wire0 is down: sudo ip link set wire0 up");
    socket.all([setLink("wire0", { up: true })]);
    await lab.reaches(low, "active");
    await lab.order(low, "tearing_down");
    await lab.reaches(low, "torn_down", "failed");
    socket.all([deleteLink("br-mine"), deleteLink("wire0")]);
  });

  test("a teardown is whole when the decoys' process is killed in the middle of it", async () => {
    await lab.kill(decoys);
    decoys = await lab.decoys("remove");
    const lans = [{ name: "dmz", subnet: "10.98.0.0/24", dmz: true }];
    const decky = (name: string) => ({ ...maze.deckies[0], name, edges: [{ lan: "dmz" }] });
    const doomed = await lab.deploy({ name: "doomed", lans, deckies: [decky("one01"), decky("two01")] });
    await lab.reaches(doomed, "active");
    await lab.order(doomed, "tearing_down");
    await lab.reaches(doomed, "torn_down", "failed");
    expect(decoys.signalCode ?? (await decoys.exited)).toBe("SIGKILL");
    expect([lab.links(), lab.namespaces.list(), await listMachines(lab.store.db)]).toEqual([["lo"], [], []]);
    decoys = await lab.decoys();
  });

  test.skipIf(Bun.which("setpriv") === null)(
    "without its capabilities it says what it needs, and changes definitions all the same (needs setpriv)",
    async () => {
      await lab.kill(mutator);
      mutator = lab.mutator("setpriv", "--bounding-set", "-all");
      const lans = [{ name: "dmz", subnet: "10.90.0.0/24", dmz: true }];
      const poor = await lab.deploy({ name: "poor", lans, deckies: [maze.deckies[0]] });
      await lab.reaches(poor, "failed", "active");
      expect((await lab.row(poor)).reason).toContain("run decnet as root");
      const change = await lab.change(poor, {
        op: "update_lan",
        name: "dmz",
        changes: { subnet: "10.90.0.0/25" },
      });
      expect((await lab.ends(change)).status).toBe("applied");
      expect((await lab.definition(poor)).lans[0]?.subnet).toBe("10.90.0.0/25");
      expect((await lab.ends(await lab.change(poor, { op: "remove_decky", name: "nobody" }))).status).toBe(
        "failed",
      );
      await lab.order(poor, "tearing_down");
      await lab.reaches(poor, "torn_down");
    },
  );
});
