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

interface Listed {
  readonly name: string;
  readonly address: string;
  readonly mac: string | null;
  readonly state: string;
  readonly services: readonly { readonly name: string; readonly port: number; readonly state: string }[];
}

interface Machine {
  readonly links: readonly { readonly address: string }[];
}

const addressesOf = ({ links }: Machine): readonly string[] =>
  links.map(({ address }) => address.split("/")[0] ?? "");

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
let placed: PlacedInstall;
let linksBefore: readonly string[];
let mark: string;

const decnet: PlacedInstall["decnet"] = (...args) => placed.decnet(...args);
const api: PlacedInstall["api"] = (path) => placed.api(path);

/** Deckies that were deployed: those of the host itself have its address. */
async function deployed(): Promise<readonly Listed[]> {
  const { data } = await api<{ data: Listed[] }>("/deckies");
  return data.filter(({ mac }) => mac !== null);
}

async function until<T>(look: () => Promise<T | undefined | false>, what: string, ms = 10_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end)
      throw new Error(`not in ${ms} ms: ${what}\n${install.errors().slice(-3000)}`);
    await Bun.sleep(50);
  }
}

const linkNames = async (): Promise<readonly string[]> =>
  ((JSON.parse((await internet.host.run("ip", "-j", "link")).out) as { ifname: string }[]) ?? [])
    .map(({ ifname }) => ifname)
    .sort();

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

/** What began a TCP connection or was sent by UDP, seen on any link of the host but loopback until the capture ends. */
function watchConnections(): { stop(): Promise<readonly string[]> } {
  const filter = "udp or tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn";
  const command = [...internet.host.prefix, "tcpdump", "-i", "any", "-n", "-l", "-q", "-t", filter];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const text = new Response(child.stdout).text();
  return {
    async stop() {
      child.kill("SIGINT");
      return (await text).split("\n").filter((line) => line.includes(" > ") && !line.startsWith("lo "));
    },
  };
}

describe.skipIf(!HAS_INTERNET)("a fleet in a small internet", () => {
  beforeAll(async () => {
    internet = await createInternet();
    attacker = await internet.attach({ bridge: "br-lab", address: "10.77.0.200/24" });
    visitor = await internet.attach({ bridge: "br-dmz", address: "10.20.0.200/24" });
    linksBefore = await linkNames();
    install = await startInstall({ prefix: internet.host.prefix });
    placed = installAt(internet.host, install);
  }, 60_000);
  afterAll(async () => {
    await decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
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
    mark = /^dn(.{5})v/m.exec((await linkNames()).join("\n"))?.[1] ?? "none";
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
    const watch = watchConnections();
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

    // A process in a decky's place, as if an intruder had broken out of a decoy, gets nowhere.
    const place = namespaces().find((name) => name.endsWith("-web01")) ?? "";
    const inside = ["nsenter", `--net=/run/netns/${place}`, "--"];
    const tried = Bun.spawnSync([...inside, "timeout", "2", "bash", "-c", "echo > /dev/tcp/10.20.0.200/80"]);
    expect(tried.exitCode).not.toBe(0);
    const machines = await Promise.all(
      ["fleet", "office"].map((name) => api<{ machines: readonly Machine[] }>(`/topologies/${name}`)),
    );
    const own = new Set(machines.flatMap((topology) => topology.machines.flatMap(addressesOf)));
    expect(own.size).toBe(11);
    // Connections to deckies are the visitor's, and those of the neighbour that looks at them.
    const begun = await watch.stop();
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.filter((line) => own.has(/ IP (\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1] ?? ""))).toEqual([]);
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

  test("teardown of one topology leaves the other; of all leaves nothing, and what was there before as it was", async () => {
    const { code } = await decnet("teardown", "--id", "office");
    expect(code).toBe(0);
    await until(async () => (await deployed()).length === 4, "the fleet alone");
    const [one] = await deployed();
    expect((await attacker.run("curl", "-sI", "--max-time", "10", `http://${one?.address}/`)).code).toBe(0);
    expect((await decnet("teardown", "--all")).code).toBe(0);
    expect(await until(async () => (await deployed()).length === 0, "no decky")).toBe(true);
    expect(namespaces()).toEqual([]);
    expect(await linkNames()).toEqual(linksBefore);
    expect((await attacker.run("curl", "-sI", "--max-time", "3", `http://${one?.address}/`)).code).not.toBe(
      0,
    );
  }, 120_000);
});
