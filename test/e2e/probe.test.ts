// A neighbour looks at deployed deckies in a small internet: a healthy fleet is well, what is tampered with is found,
// nothing of the visits shows, and a neighbour that is killed leaves nothing. Needs root.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Attacker, EvidenceItem, Page, Status } from "../../src/api/types.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";
import type { PlacedInstall } from "../support/install-place.ts";
import { installAt } from "../support/install-place.ts";
import type { Internet } from "../support/internet.ts";
import { createInternet, HAS_INTERNET } from "../support/internet.ts";

const PROBE_MS = 1_500;

let internet: Internet;
let install: RunningInstall;
let placed: PlacedInstall;
let linksBefore: readonly string[];
let monitor: Bun.Subprocess<"ignore", "pipe", "inherit">;

const decnet: PlacedInstall["decnet"] = (...args) => placed.decnet(...args);
const api: PlacedInstall["api"] = (path) => placed.api(path);

const deployed: PlacedInstall["deployed"] = () => placed.deployed();
const until: PlacedInstall["until"] = (look, what, ms = 30_000) => placed.until(look, what, ms);

async function extra(): Promise<Readonly<Record<string, unknown>>> {
  const { out } = await decnet("status", "--json");
  return (JSON.parse(out) as Status).workers.find(({ name }) => name === "mutator")?.extra ?? {};
}

/** Waits for a look that ended from now on; a worker tells of it every half minute. */
async function lookedAt(): Promise<Readonly<Record<string, unknown>>> {
  const from = Date.now();
  return await until(
    async () => {
      const now = await extra();
      return Number(now["probed_at"]) > from && now;
    },
    "another look",
    60_000,
  );
}

/** Runs a command in a decky of this install: other installs of this machine may have one of the same name. */
async function inside(decky: string, ...command: string[]): Promise<void> {
  const [, install] = /^dn(.{5})v/m.exec((await placed.links()).join("\n")) ?? [];
  if (install === undefined) throw new Error("this install has no link");
  const own = `/run/netns/decnet-${install}-${decky}`;
  const child = Bun.spawn(["nsenter", `--net=${own}`, "--", ...command], { stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text());
}

/** Waits until a decky has such a state, and gives the reason. */
const becomes = (name: string, state: string, reason: RegExp): Promise<string> =>
  until(async () => {
    const row = (await deployed()).find((one) => one.name === name);
    return row?.state === state && reason.test(row.reason) ? `${row.reason} ` : undefined;
  }, `${name} is ${state}: ${reason.source}`);

/** Ids of the neighbours that this install's mutator has sent. */
function neighbours(mutator: number): readonly number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, command] = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const ours = command === "neighbour" && status.includes(`PPid:\t${mutator}\n`);
      return ours ? [Number(name)] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Whether a process is nobody of importance: no root, no capability, no way back, behind a filter. */
function isFenced(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return [/^Uid:\t[1-9]/m, /^CapPrm:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m].every(
      (line) => line.test(status),
    );
  } catch {
    // It ended meanwhile.
    return false;
  }
}

describe.skipIf(!HAS_INTERNET)("a neighbour", () => {
  beforeAll(async () => {
    internet = await createInternet();
    for (const end of ["wire0 type veth peer name wire1", "wire0 up", "wire1 up"])
      await internet.host.run("ip", "link", end.includes("type") ? "add" : "set", ...end.split(" "));
    const env = { DECNET_MUTATOR_PROBE_MS: String(PROBE_MS) };
    install = await startInstall({ prefix: internet.host.prefix, env });
    placed = installAt(internet.host, install);
    monitor = Bun.spawn([...internet.host.prefix, "ip", "-o", "monitor", "link"], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    linksBefore = await placed.links();
    const file = join(install.folder, "mixed.toml");
    await Bun.write(file, MIXED);
    const { code, out, err } = await decnet("topology", "deploy", file);
    if (code !== 0) throw new Error(out + err);
    await until(async () => (await deployed()).length === 7, "seven deckies");
  }, 90_000);
  afterAll(async () => {
    monitor.kill();
    await decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
  }, 60_000);

  test("finds a healthy fleet well", async () => {
    expect(await lookedAt()).toMatchObject({ probed: 7, probe_faults: 0 });
    for (const row of await deployed())
      expect([row.name, row.state, row.reason]).toEqual([row.name, "running", ""]);
  }, 90_000);

  test("finds a TTL that was changed, and that it is right again", async () => {
    await inside("web01", "sysctl", "-qw", "net.ipv4.ip_default_ttl=77");
    expect(await becomes("web01", "degraded", /another TTL/)).toContain("(77)");
    await inside("web01", "sysctl", "-qw", "net.ipv4.ip_default_ttl=64");
    await becomes("web01", "running", /^$/);
  }, 90_000);

  test("finds a port that is blocked, and those that are closed", async () => {
    await inside("db01", "nft", "add", "table", "inet", "thief");
    await inside("db01", "nft", "add chain inet thief in { type filter hook input priority -50; }");
    await inside("db01", "nft", "add rule inet thief in tcp dport 6379 drop");
    expect(await becomes("db01", "degraded", /redis/)).toContain("redis: its port does not answer");
    await inside("db01", "nft", "delete", "table", "inet", "thief");
    await becomes("db01", "running", /^$/);
    await inside("web01", "nft", "add", "table", "inet", "thief");
    await inside("web01", "nft", "add chain inet thief in { type filter hook input priority -50; }");
    await inside("web01", "nft", "add rule inet thief in tcp dport { 22, 80 } reject with tcp reset");
    expect(await becomes("web01", "degraded", /ssh/)).toMatch(
      /^(ssh|http): its port is closed; (ssh|http): its port is closed $/,
    );
    await inside("web01", "nft", "delete", "table", "inet", "thief");
    await becomes("web01", "running", /^$/);
  }, 180_000);

  test("finds an address that somebody else answers for as well", async () => {
    const address = (await deployed()).find(({ name }) => name === "win01")?.address ?? "";
    const thief = await internet.attach({ bridge: "br-dmz", address: `${address}/24` });
    expect(await becomes("win01", "degraded", /MAC/)).toContain(
      `another MAC answers for its address (${address})`,
    );
    await thief.run("ip", "link", "set", "eth0", "down");
    await becomes("win01", "running", /^$/);
  }, 90_000);

  test("is no attacker: no row, no session, no evidence but of the deckies' states", async () => {
    expect((await api<Page<Attacker>>("/attackers?limit=10")).data).toEqual([]);
    expect((await api<Page<unknown>>("/sessions?limit=10")).data).toEqual([]);
    const { data } = await api<Page<EvidenceItem>>("/evidence?since=0&limit=500");
    expect(data.filter(({ kind }) => kind !== "decky.changed")).toEqual([]);
  });

  test("is plugged into a bridge with a MAC that none takes for its own", async () => {
    monitor.kill();
    const lines = (await new Response(monitor.stdout).text()).split("\n");
    const plugged = lines.filter((line) => /^\d+: dn.{5}p\S* .* master /.test(line));
    expect(plugged.length).toBeGreaterThan(0);
    for (const line of plugged) expect(line).toContain("link/ether fe:ff:");
  }, 90_000);

  test("leaves nothing when it is killed, and another one comes", async () => {
    const mutator = Number((await extra())["pid"]);
    const victim = await until(async () => neighbours(mutator).find(isFenced), "a neighbour without rights");
    process.kill(victim, "SIGKILL");
    await until(async () => !neighbours(mutator).includes(victim), "its end");
    await lookedAt();
    expect((await decnet("teardown", "--all")).code).toBe(0);
    await until(async () => (await deployed()).length === 0, "no decky");
    const left = (await placed.links()).filter((name) => !/^(up\d+|br-dmz)$/.test(name));
    expect(left).toEqual([...linksBefore]);
    expect(neighbours(mutator)).toEqual([]);
  }, 120_000);
});

const MIXED = `name = "mixed"
[[lans]]
name = "dmz"
subnet = "10.30.0.0/24"
dmz = true
interface = "br-dmz"
[[lans]]
name = "inner"
subnet = "10.30.10.0/24"
[[lans]]
name = "wire"
subnet = "10.30.20.0/24"
driver = "macvlan"
interface = "wire0"
[[deckies]]
name = "far01"
archetype = "linux-server"
services = ["ssh"]
edges = [{ lan = "wire" }, { lan = "dmz" }]
[[deckies]]
name = "web01"
archetype = "linux-server"
services = ["ssh", "http", "ftp"]
edges = [{ lan = "dmz" }]
[[deckies]]
name = "win01"
archetype = "windows-server"
edges = [{ lan = "dmz" }]
[[deckies]]
name = "gate01"
archetype = "linux-server"
services = ["ssh"]
forward = true
edges = [{ lan = "dmz" }, { lan = "inner" }]
[[deckies]]
name = "db01"
archetype = "database-server"
edges = [{ lan = "inner" }]
[[deckies]]
name = "plc01"
archetype = "plc"
edges = [{ lan = "inner" }]
[[deckies]]
name = "router01"
archetype = "router"
edges = [{ lan = "inner" }]
`;
