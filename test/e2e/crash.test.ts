// kill -9 of the parts of a running install while it deploys and while it tears down: the supervisor, the API, the bus,
// the collector, the mutator, the decoys' process, a neighbour. Store, kernel and GET /deckies agree again. Needs root.

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataFolder } from "../../src/kit/data-folder.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";
import type { PlacedInstall } from "../support/install-place.ts";
import { installAt } from "../support/install-place.ts";
import type { Internet, Place } from "../support/internet.ts";
import { createInternet, HAS_INTERNET } from "../support/internet.ts";
import { agreeMs } from "../support/patience.ts";

interface Listed {
  readonly name: string;
  readonly address: string;
  readonly mac: string | null;
  readonly state: string;
}

/** How long a part may take to be started again: its supervisor waits the longer the more often it died. */
const BACK_MS = 45_000;
const VICTIMS = ["api", "bus", "collector", "mutator", "decky", "neighbour", "supervisor"] as const;
type Victim = (typeof VICTIMS)[number];
const NAMES = ["db", "gate", "web"];

const TOPOLOGY = `name = "crash"
[[lans]]
name = "dmz"
subnet = "10.40.0.0/24"
dmz = true
interface = "br-dmz"
[[lans]]
name = "inner"
subnet = "10.40.1.0/24"
[[deckies]]
name = "web"
archetype = "linux-server"
services = ["ssh"]
edges = [{ lan = "dmz", address = "10.40.0.10" }]
[[deckies]]
name = "gate"
archetype = "linux-server"
services = ["ssh"]
forward = true
edges = [{ lan = "dmz", address = "10.40.0.2" }, { lan = "inner", address = "10.40.1.2" }]
[[deckies]]
name = "db"
archetype = "linux-server"
services = ["ssh"]
edges = [{ lan = "inner", address = "10.40.1.10" }]
`;

/** Processes with their parents and the words of their command. */
function processes(): { readonly pid: number; readonly parent: number; readonly words: readonly string[] }[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1];
      return [{ pid: Number(name), parent: Number(parent), words }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

let internet: Internet;
let folder: string;
let install: RunningInstall;
let placed: PlacedInstall;
let visitor: Place;
let linksBefore: readonly string[];
let others: readonly string[];

async function begin(): Promise<void> {
  const env = { DECNET_MUTATOR_PROBE_MS: "1000" };
  install = await startInstall({ prefix: internet.host.prefix, folder, env });
  placed = installAt(internet.host, install);
}

/** A part of the install; undefined while it does not run. */
function pidOf(part: string): number | undefined {
  if (part === "supervisor") return install.up.pid;
  const all = processes();
  const worker = (name: string) =>
    all.find(({ parent, words }) => parent === install.up.pid && words.includes(name))?.pid;
  if (part !== "neighbour" && part !== "kernel") return worker(part);
  const mutator = worker("mutator");
  return all.find(({ parent, words }) => parent === mutator && words.includes(part))?.pid;
}

async function until<T>(look: () => Promise<T | undefined | false>, what: string, ms: number): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end)
      throw new Error(`not in ${ms} ms: ${what}\n${install.errors().slice(-3000)}`);
    await Bun.sleep(40);
  }
}

const linkNames = async (): Promise<readonly string[]> =>
  (JSON.parse((await internet.host.run("ip", "-j", "link")).out) as { ifname: string }[])
    .map(({ ifname }) => ifname)
    .sort();

/** Namespaces of deckies that came since this test began, by decky. */
const namespaces = (): readonly string[] =>
  readdirSync("/run/netns")
    .filter((name) => NAMES.some((decky) => name.endsWith(`-${decky}`)) && !others.includes(name))
    .map((name) => name.split("-").at(-1) ?? "")
    .sort();

async function greets(address: string): Promise<boolean> {
  const words = `exec 3<>/dev/tcp/${address}/22 && head -c 8 <&3`;
  return (await visitor.run("timeout", "2", "bash", "-c", words)).out === "SSH-2.0-";
}

/** Whether store, kernel, sockets and GET /deckies say the same. */
async function agrees(up: boolean): Promise<boolean> {
  const { data } = await placed.api<{ data: Listed[] }>("/deckies");
  const deckies = data.filter(({ mac }) => mac !== null);
  const { status } = await placed.api<{ status: string }>("/topologies/crash");
  const wanted = up ? NAMES : [];
  const listed = deckies.map(({ name }) => name).sort();
  if (status !== (up ? "active" : "torn_down")) return false;
  if (![listed, namespaces()].every((names) => Bun.deepEquals([...names], wanted))) return false;
  const ours = (await linkNames()).filter((name) => /^dn.{5}[bv]/.test(name));
  if (!up) return ours.length === 0 && Bun.deepEquals(await linkNames(), linksBefore);
  if (ours.length !== 5 || deckies.some(({ state }) => state !== "running")) return false;
  return (await Promise.all(deckies.map(({ address }) => greets(address)))).every(Boolean);
}

/** What the store says of the topology. */
function statusOf(): string | undefined {
  using db = new Database(dataFolder(install.dataDir).database, { readonly: true });
  return db.query<{ status: string }, []>("select status from topology where name = 'crash'").get()?.status;
}

/** Whether the order was taken and a process of the kernel's is at it. */
const isUnderWay = (status: string): boolean => statusOf() === status && pidOf("kernel") !== undefined;

/** Gives an order, kills the victim while it is under way, and waits until all agrees once it was started again. */
async function strike(victim: Victim, up: boolean, order: () => Promise<unknown>): Promise<void> {
  const present = (part: string) => until(async () => pidOf(part), `a process of ${part}`, 30_000);
  // Nobody is looked at before it stands: the one that comes after a deploy is met, and one that is out at a teardown.
  const out = victim === "neighbour" && !up ? await present(victim) : undefined;
  const command = order();
  if (victim !== "neighbour")
    await until(async () => isUnderWay(up ? "deploying" : "tearing_down"), "the order is under way", 30_000);
  const pid = out ?? (await present(victim));
  process.kill(pid, "SIGKILL");
  await command;
  if (victim === "supervisor") await begin();
  else if (victim !== "neighbour")
    await until(async () => ![undefined, pid].includes(pidOf(victim)), `${victim} again`, BACK_MS);
  await until(() => agrees(up), `all agrees after kill -9 of ${victim}`, agreeMs());
}

describe.skipIf(!HAS_INTERNET)("kill -9 in an install that runs", () => {
  beforeAll(async () => {
    internet = await createInternet();
    visitor = await internet.attach({ bridge: "br-dmz", address: "10.40.0.200/24" });
    await visitor.run("ip", "route", "add", "10.40.1.0/24", "via", "10.40.0.2");
    linksBefore = await linkNames();
    others = readdirSync("/run/netns");
    folder = mkdtempSync(join(tmpdir(), "decnet-e2e-"));
    await begin();
    await Bun.write(join(folder, "crash.toml"), TOPOLOGY);
  }, 60_000);
  afterAll(async () => {
    await placed.decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test.each(VICTIMS)(
    "of %s during a deploy and during a teardown",
    async (victim) => {
      // The command may fail with the part that it speaks to: what counts is what comes of the order.
      await strike(victim, true, () => placed.decnet("topology", "deploy", join(folder, "crash.toml")));
      await strike(victim, false, () => placed.decnet("teardown", "--id", "crash"));
    },
    180_000,
  );
});
