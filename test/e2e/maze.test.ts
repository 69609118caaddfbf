// Deployed fleets in a small internet: real tools of an attacker against machines with their own address and MAC,
// through topologies, under kills, and gone without a trace at the end. Needs root.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceItem, Page, Status } from "../../src/api/types.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";
import type { PlacedInstall } from "../support/install-place.ts";
import { installAt } from "../support/install-place.ts";
import type { Internet, Place } from "../support/internet.ts";
import { createInternet, HAS_INTERNET } from "../support/internet.ts";
import type { Capture, Captures } from "../support/outward-watch.ts";
import { begunBy, linkLocalOf, watchBeginnings, watchNamespaces } from "../support/outward-watch.ts";

interface Machine {
  readonly links: readonly { readonly address: string; readonly mac: string }[];
}

const OFFICE = `name = "office"
[[lans]]
name = "dmz"
subnet = "10.20.0.0/24"
dmz = true
interface = "br-dmz"
[[lans]]
name = "inner"
subnet = "10.20.10.0/24"
[[lans]]
name = "vault"
subnet = "10.20.20.0/24"
[[deckies]]
name = "web01"
archetype = "linux-server"
services = ["http"]
edges = [{ lan = "dmz", address = "10.20.0.10" }]
[[deckies]]
name = "jump"
archetype = "linux-server"
services = ["ssh"]
forward = true
edges = [{ lan = "dmz", address = "10.20.0.11" }, { lan = "inner" }]
[[deckies]]
name = "db01"
archetype = "linux-server"
services = ["redis"]
edges = [{ lan = "inner", address = "10.20.10.20" }]
[[deckies]]
name = "twin"
archetype = "linux-server"
services = ["ssh"]
edges = [{ lan = "inner", address = "10.20.10.30" }, { lan = "vault" }]
[[deckies]]
name = "safe"
archetype = "linux-server"
services = ["redis"]
edges = [{ lan = "vault", address = "10.20.20.20" }]
`;

let internet: Internet;
let install: RunningInstall;
let attacker: Place;
let visitor: Place;
let stranger: Place;
let placed: PlacedInstall;
let linksBefore: readonly string[];
let mark: string;
let outer: Capture;
let inner: Captures;
const own = new Set<string>();
/** Addresses of those whose fence is lifted: what begins there has to be seen. */
const freed = new Set<string>();

const decnet: PlacedInstall["decnet"] = (...args) => placed.decnet(...args);
const api: PlacedInstall["api"] = (path, body) => placed.api(path, body);

const deployed: PlacedInstall["deployed"] = () => placed.deployed();
const until: PlacedInstall["until"] = (look, what, ms) => placed.until(look, what, ms);

/** This install's: another one on this machine may have deckies of the same names. */
const namespaces = (): readonly string[] =>
  readdirSync("/run/netns").filter((name) => name.startsWith(`decnet-${mark}-`));

async function redis(from: Place, address: string): Promise<string> {
  const { out, err } = await from.run("timeout", "3", "redis-cli", "-h", address, "PING");
  return out + err;
}

async function pidOf(worker: string): Promise<number> {
  const { out } = await decnet("status", "--json");
  const row = (JSON.parse(out) as Status).workers.find(({ name }) => name === worker);
  return Number(row?.extra["pid"] ?? 0);
}

/** Kills a worker as if it had crashed, never anybody else. */
async function crash(worker: string): Promise<void> {
  const pid = await pidOf(worker);
  if (!(pid > 1)) throw new Error(`${worker} has no pid`);
  process.kill(pid, "SIGKILL");
}

/** Notes the addresses of what stands, by IPv4 and by IPv6 from the MAC: nothing may begin at one of `own`, ever. */
async function note(topology: string, notes = own): Promise<void> {
  const { machines } = await api<{ machines: readonly Machine[] }>(`/topologies/${topology}`);
  for (const { address, mac } of machines.flatMap(({ links }) => links)) {
    notes.add(address.split("/")[0] ?? "");
    notes.add(linkLocalOf(mac));
  }
}

/** Ends the captures inside of deckies; what began there at one of those addresses. */
async function insideBegun(notes = own): Promise<readonly string[]> {
  return begunBy(await inner.stop((name) => name.startsWith(`decnet-${mark}-`)), notes);
}

/** Ways out of a decky: TCP, UDP, and echo requests of IPv4 and IPv6. */
const waysOut = (address: string): readonly string[] => [
  `echo > /dev/tcp/${address}/80`,
  `echo > /dev/udp/${address}/53 && false`,
  `ping -c 1 -W 1 ${address}`,
  `ping -6 -c 1 -W 1 ff02::1%$(ip -br link | sed -n 's/@.*//; /^lo/!p' | head -1)`,
];

/** Runs a script in a decky's place; its exit status. */
async function inside(decky: string, script: string): Promise<number> {
  const place = namespaces().find((name) => name.endsWith(`-${decky}`)) ?? "";
  const child = Bun.spawn(
    ["nsenter", `--net=/run/netns/${place}`, "--", "timeout", "5", "bash", "-c", script],
    { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  );
  return await child.exited;
}

/** Waits until a decky has an address of IPv6: it has none before it is known that nobody else has it (RFC 4862). */
const hasIpv6 = (decky: string): Promise<number> =>
  inside(decky, "until ip -6 addr show scope link -tentative | grep -q inet6; do sleep 0.1; done");

/** A process in a decky's place, as if an intruder had broken out of a decoy, tries to get out by each way. */
async function breakOut(decky: string, address: string): Promise<void> {
  expect(await hasIpv6(decky)).toBe(0);
  for (const script of waysOut(address))
    expect([script, await inside(decky, script)]).not.toEqual([script, 0]);
}

/** The same where the fence is lifted, each time anew: the mutator puts it back. */
async function goOut(decky: string, address: string): Promise<void> {
  expect(await hasIpv6(decky)).toBe(0);
  for (const script of waysOut(address)) await inside(decky, `nft delete table inet decnet; ${script}`);
}

/** What each way out looks like in a capture. */
const BEGINNINGS = [/: tcp /, /: UDP/, /: ICMP echo request/, /: ICMP6, echo request/];

/** Which of the ways out these lines do not show. */
const unseenIn = (lines: readonly string[]): readonly RegExp[] =>
  BEGINNINGS.filter((beginning) => !lines.some((line) => beginning.test(line)));

/** Asks for a change and waits until it is in force. */
async function change(topology: string, body: object): Promise<void> {
  const { version } = await api<{ version: number }>(`/topologies/${topology}`);
  const path = `/topologies/${topology}/mutations`;
  const asked = await api<{ id?: string }>(path, { expected_version: version, ...body });
  if (asked.id === undefined) throw new Error(`not taken: ${JSON.stringify(asked)}`);
  const ended = await until(
    async () => {
      const row = await api<{ status: string; reason: string }>(`${path}/${asked.id}`);
      return ["applied", "failed"].includes(row.status) && row;
    },
    `the change ${JSON.stringify(body)}`,
    60_000,
  );
  expect(ended).toMatchObject({ status: "applied" });
}

describe.skipIf(!HAS_INTERNET)("a fleet in a small internet", () => {
  beforeAll(async () => {
    internet = await createInternet();
    attacker = await internet.attach({ bridge: "br-lab", address: "10.77.0.200/24" });
    visitor = await internet.attach({ bridge: "br-dmz", address: "10.20.0.200/24" });
    stranger = await internet.attach({ bridge: "br-wire", address: "10.30.0.200/24" });
    await internet.host.run("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
    await internet.host.run("ip", "link", "set", "wire1", "master", "br-wire", "up");
    await internet.host.run("ip", "link", "set", "wire0", "up");
    outer = await watchBeginnings(internet.host.prefix, ["10.77.0.200", "10.20.0.200", "10.30.0.200"]);
    inner = watchNamespaces("/run/netns", (name) => /^decnet-.{5}-/.test(name));
    install = await startInstall({ prefix: internet.host.prefix });
    placed = installAt(internet.host, install);
    linksBefore = await placed.links();
  }, 60_000);
  afterAll(async () => {
    await decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await inner[Symbol.asyncDispose]();
    outer[Symbol.dispose]();
    await internet[Symbol.asyncDispose]();
  }, 60_000);

  test("deploy: machines with their own address and MAC, on the bridge that was named, listed once they serve", async () => {
    const flags = ["--deckies", "4", "--services", "ssh,http", "--driver", "bridge", "--interface", "br-lab"];
    const { code, out, err } = await decnet("deploy", ...flags, "--subnet", "10.77.0.0/24", "--seed", "7");
    expect([code, err]).toEqual([0, expect.anything()]);
    const fleet = await until(async () => {
      const rows = await deployed();
      return rows.length === 4 && rows.every(({ state }) => state === "running") && rows;
    }, `four deckies that run; deploy said ${out}${err}`);
    expect(new Set(fleet.map(({ mac }) => mac)).size).toBe(4);
    mark = /^dn(.{5})v/m.exec((await placed.links()).join("\n"))?.[1] ?? "none";
    expect(namespaces()).toHaveLength(4);
    const status = JSON.parse((await decnet("status", "--json")).out) as Status;
    for (const { name } of fleet) expect(status.deckies.map((decky) => decky.name)).toContain(name);

    for (const { address, mac } of fleet) {
      expect((await attacker.run("ping", "-c", "1", "-W", "3", address)).code).toBe(0);
      const { out: neighbour } = await attacker.run("ip", "neigh", "show", address);
      expect(neighbour).toContain(`lladdr ${mac}`);
    }
  }, 120_000);

  test("nmap and real clients meet each of them, and what they do is theirs in the records", async () => {
    const fleet = await deployed();
    const addresses = fleet.map(({ address }) => address);
    const { out } = await attacker.run("nmap", "-n", "-sS", "-p-", "-T4", "-oG", "-", ...addresses);
    for (const { address, services } of fleet) {
      const line =
        out.split("\n").find((text) => text.includes(`Host: ${address} `) && text.includes("Ports:")) ?? "";
      const open = [...line.matchAll(/(\d+)\/open/g)].map(([, port]) => Number(port)).sort((a, b) => a - b);
      for (const { port } of services) expect(open).toContain(port);
    }
    for (const address of addresses)
      expect(
        (await attacker.run("curl", "-si", "--max-time", "10", `http://${address}/maze-${address}`)).out,
      ).toContain("404");
    for (const { name, address } of fleet) {
      const row = await until(async () => {
        const page = await api<Page<EvidenceItem>>(
          `/evidence?since=0&limit=500&kind=http.requested&decky=${name}`,
        );
        return page.data.find((item) => JSON.stringify(item.data).includes(`maze-${address}`));
      }, `the request to ${name}`);
      expect([row.src.ip, row.dst.ip, row.decky]).toEqual(["10.77.0.200", address, name]);
    }
  }, 180_000);

  test("a topology: from the DMZ over the decky that forwards, along edges and no further", async () => {
    const file = join(install.folder, "office.toml");
    await Bun.write(file, OFFICE);
    const { code, out, err } = await decnet("topology", "deploy", file);
    expect([code, out + err]).toEqual([0, expect.anything()]);
    await until(async () => {
      const names = (await deployed()).filter(({ state }) => state === "running").map(({ name }) => name);
      return ["web01", "jump", "db01", "twin", "safe"].every((name) => names.includes(name));
    }, "the office");
    await visitor.run("ip", "route", "add", "10.20.10.0/24", "via", "10.20.0.11");
    await visitor.run("ip", "route", "add", "10.20.20.0/24", "via", "10.20.0.11");
    expect(await redis(visitor, "10.20.10.20")).toMatch(/PONG|NOAUTH/);
    // The twin stands in both LANs and forwards nothing, so nobody gets into the vault.
    expect(await redis(visitor, "10.20.20.20")).not.toMatch(/PONG|NOAUTH/);
    await visitor.run("ip", "route", "replace", "10.20.10.0/24", "via", "10.20.0.10");
    expect(await redis(visitor, "10.20.10.20")).not.toMatch(/PONG|NOAUTH/);
    await visitor.run("ip", "route", "replace", "10.20.10.0/24", "via", "10.20.0.11");
    // The other fleet's LAN is no part of it.
    await visitor.run("ip", "route", "add", "10.77.0.0/24", "via", "10.20.0.11");
    expect(
      (await visitor.run("ping", "-c", "1", "-W", "2", (await deployed())[0]?.address ?? "")).code,
    ).not.toBe(0);

    await note("fleet");
    await note("office");
    await breakOut("web01", "10.20.0.200");
    const dropped = await until(
      async () => {
        const page = await api<Page<EvidenceItem>>(
          "/evidence?since=0&limit=100&kind=outbound.dropped&decky=web01",
        );
        return page.data.at(-1);
      },
      "evidence of the attempt",
      90_000,
    );
    expect(Number(dropped.data["tcp"])).toBeGreaterThan(0);
    await until(
      async () => {
        const text = await placed.text("/metrics");
        return Number(/^decnet_mutator_outbound_dropped_total (\d+)$/m.exec(text)?.[1] ?? 0) > 0;
      },
      "the metric of what the firewalls stopped",
      60_000,
    );
  }, 180_000);

  test("plans on request: another service and an idle patch night cut nobody, a reboot does, each says what it did", async () => {
    const hold = () =>
      Bun.spawn([...visitor.prefix, "bash", "-c", "exec 3<>/dev/tcp/10.20.10.20/6379; cat <&3"], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      });
    const mutate = async (plan: string): Promise<string> => {
      const { code, out, err } = await decnet("mutate", "db01", "--plan", plan);
      expect([plan, code, err]).toEqual([plan, 0, ""]);
      return out;
    };
    const talks = async (): Promise<boolean> =>
      (await redis(visitor, "10.20.10.20")).match(/PONG|NOAUTH/) !== null;
    const mac = async () => (await deployed()).find(({ name }) => name === "db01")?.mac;
    const before = await mac();
    const first = hold();
    expect(await talks()).toBe(true);
    expect(await mutate("service")).toMatch(/^db01 offers [a-z]+ from now on\n$/);
    expect(await talks()).toBe(true);
    expect(first.exitCode).toBeNull();
    expect(await mutate("reboot")).toBe("db01 was rebooted: its uptime begins anew\n");
    await until(async () => first.exitCode !== null, "the end of the conversation");
    let said = await mutate("patch");
    for (let left = 5; left > 0 && said.includes(" moved from "); left--) said = await mutate("patch");
    expect(said).toContain("nothing newer is out for db01");
    const second = hold();
    expect(await talks()).toBe(true);
    expect(await mutate("patch")).toContain("not rebooted");
    expect(await talks()).toBe(true);
    expect(second.exitCode).toBeNull();
    second.kill();
    expect(await mac()).toBe(before);
  }, 120_000);

  test.each(["decky", "mutator"])(
    "kill -9 of %s: all serve again, nothing twice, nothing left over",
    async (worker) => {
      const before = namespaces();
      await crash(worker);
      await until(
        async () => (await redis(visitor, "10.20.10.20")).match(/PONG|NOAUTH/) !== null,
        "a decoy behind the jump host",
      );
      await until(async () => (await pidOf(worker)) > 0, `${worker} again`);
      expect(namespaces()).toEqual(before);
      const rows = await deployed();
      expect(rows.filter(({ state }) => state === "running")).toHaveLength(9);
    },
    60_000,
  );

  test("a macvlan LAN: scanned, broken out of, and gone", async () => {
    const flags = ["--driver", "macvlan", "--interface", "wire0", "--subnet", "10.30.0.0/24", "--seed", "9"];
    const { code, out, err } = await decnet(
      ...["deploy", "--name", "wire", "--deckies", "2", "--services", "ssh"],
      ...flags,
    );
    expect([code, out + err]).toEqual([0, expect.anything()]);
    await note("wire");
    const { machines } = await api<{ machines: readonly (Machine & { decky: string })[] }>(
      "/topologies/wire",
    );
    const [one, two] = machines.map(({ links }) => links[0]?.address.split("/")[0] ?? "");
    const scan = await stranger.run("nmap", "-n", "-sS", "-p", "22", one ?? "", two ?? "");
    expect(scan.out.match(/22\/tcp open/g)).toHaveLength(2);
    await breakOut(machines[0]?.decky ?? "", two ?? "");
    await breakOut(machines[0]?.decky ?? "", "10.30.0.200");
    expect(await insideBegun()).toEqual([]);
    expect((await decnet("teardown", "--id", "wire")).code).toBe(0);
  }, 120_000);

  test.each([
    ["bridge", "br-lab", "10.77.0", "10.77.0.200"],
    ["macvlan", "wire0", "10.30.0", "10.30.0.200"],
  ])(
    "what begins in a decky of a %s whose fence is lifted is seen by the captures",
    async (...on) => {
      const [driver, link, net, outside] = on;
      // Addresses that nobody else has had.
      const where = ["--subnet", `${net}.0/24`, "--ip-start", `${net}.100`];
      const flags = ["--driver", driver, "--interface", link, ...where, "--seed", "3"];
      const name = `free-${driver}`;
      await placed.must("deploy", "--name", name, "--deckies", "1", "--services", "ssh", ...flags);
      await note(name, freed);
      const { machines } = await api<{ machines: readonly { decky: string }[] }>(`/topologies/${name}`);
      await goOut(machines[0]?.decky ?? "", outside);
      expect(unseenIn(await insideBegun(freed))).toEqual([]);
      await placed.must("teardown", "--id", name);
    },
    60_000,
  );

  test("changes of a fleet that stands", async () => {
    const edges = [{ lan: "dmz", address: "10.20.0.30" }, { lan: "inner" }];
    const decky = { name: "late", archetype: "linux-server", services: ["ssh"], forward: true, edges };
    await change("office", { op: "add_decky", decky });
    await note("office");
    await change("office", { op: "update_decky", name: "late", changes: { forward: false } });
    await change("office", { op: "update_decky", name: "late", changes: { services: ["redis"] } });
    await change("office", { op: "detach_decky", name: "late", lan: "inner" });
    await change("office", { op: "attach_decky", name: "late", edge: { lan: "inner" } });
    await note("office");
    expect(await insideBegun()).toEqual([]);
    await change("office", { op: "remove_decky", name: "late" });
  }, 120_000);

  test("teardown of one topology leaves the other; of all leaves nothing, and what was there before as it was", async () => {
    const { code } = await decnet("teardown", "--id", "office");
    expect(code).toBe(0);
    await until(async () => (await deployed()).length === 4, "the fleet alone");
    const [one] = await deployed();
    expect((await attacker.run("curl", "-sI", "--max-time", "10", `http://${one?.address}/`)).code).toBe(0);
    expect((await decnet("teardown", "--all")).code).toBe(0);
    expect(await until(async () => (await deployed()).length === 0, "no decky")).toBe(true);
    expect(namespaces()).toEqual([]);
    expect(await placed.links()).toEqual(linksBefore);
    // All its life, on no link of the host: what began there are the neighbour's looks and what others did.
    const lines = await outer.stop();
    expect(lines.length).toBeGreaterThan(0);
    expect(own.size).toBeGreaterThanOrEqual(2 * 13);
    expect(begunBy(lines, own)).toEqual([]);
    // The attacker's port of the bridge, and the macvlan's interface.
    for (const link of ["up1", "wire0"])
      expect(unseenIn(begunBy(lines, freed).filter((line) => line.startsWith(`${link} `)))).toEqual([]);
    expect((await attacker.run("curl", "-sI", "--max-time", "3", `http://${one?.address}/`)).code).not.toBe(
      0,
    );
  }, 120_000);
});
