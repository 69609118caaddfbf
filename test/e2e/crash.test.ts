// kill -9 of the parts of a running install while it deploys, changes and tears down: the supervisor, the API, the bus, the
// collector, the mutator, the decoys' process, a neighbour. Store, kernel and GET /deckies agree again. Needs root.

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TopologyDetail } from "../../src/api/types.ts";
import { dataFolder } from "../../src/kit/data-folder.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";
import type { PlacedInstall } from "../support/install-place.ts";
import { installAt } from "../support/install-place.ts";
import type { Internet, Place } from "../support/internet.ts";
import { createInternet, HAS_INTERNET } from "../support/internet.ts";
import { agreeMs } from "../support/patience.ts";

/** How long a part may take to be started again: its supervisor waits the longer the more often it died. */
const BACK_MS = 45_000;
const VICTIMS = ["api", "bus", "collector", "mutator", "decky", "neighbour", "supervisor"] as const;
type Victim = (typeof VICTIMS)[number];
const NAMES = ["db", "gate", "web"];
const LATE = "late";
/** Links of the three: a bridge of ours, and one for each of their edges. The fourth has one edge. */
const LINKS = 5;

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

/** Namespaces of deckies that came since this test began, by decky. */
const namespaces = (): readonly string[] =>
  readdirSync("/run/netns")
    .filter((name) => [...NAMES, LATE].some((decky) => name.endsWith(`-${decky}`)) && !others.includes(name))
    .map((name) => name.split("-").at(-1) ?? "")
    .sort();

async function greets(address: string): Promise<boolean> {
  const words = `exec 3<>/dev/tcp/${address}/22 && head -c 8 <&3`;
  return (await visitor.run("timeout", "2", "bash", "-c", words)).out === "SSH-2.0-";
}

/** Links of this install's making, and when there are none, whether all others are what they were. */
async function links(): Promise<number | "others moved"> {
  const all = await placed.links();
  const ours = all.filter((name) => /^dn.{5}[bv]/.test(name));
  return ours.length === 0 && !Bun.deepEquals(all, linksBefore) ? "others moved" : ours.length;
}

/** Throws unless store, kernel, sockets and GET /deckies say that there are these deckies. */
async function mustAgree(names: readonly string[]): Promise<true> {
  const wanted = names.toSorted();
  const up = names.length > 0;
  const { status, reason } = await placed.api<TopologyDetail>("/topologies/crash");
  const deckies = await placed.deployed();
  const served = await Promise.all(deckies.map(async ({ address }) => greets(address)));
  expect({
    status: `${status} ${reason}`,
    deckies: deckies.map(({ name, state }) => `${name} ${state}`).sort(),
    served,
    namespaces: namespaces(),
    links: await links(),
  }).toEqual({
    status: up ? "active " : "torn_down ",
    deckies: wanted.map((name) => `${name} running`),
    served: wanted.map(() => true),
    namespaces: wanted,
    links: up ? LINKS + names.length - NAMES.length : 0,
  });
  return true;
}

/** Asks for a fourth decky. */
async function addLate(): Promise<unknown> {
  const { version } = await placed.api<{ version: number }>("/topologies/crash");
  const edges = [{ lan: "dmz", address: "10.40.0.30" }];
  const decky = { name: LATE, archetype: "linux-server", services: ["ssh"], edges };
  const change = { expected_version: version, op: "add_decky", decky };
  return placed.api("/topologies/crash/mutations", change);
}

/** An order with what the store says of it while it is under way, and what there is afterwards. */
interface Phase {
  readonly order: () => Promise<unknown>;
  readonly query: string;
  readonly wanted: readonly string[];
}

const ofStatus = (status: string): string =>
  `select 1 from topology where name = 'crash' and status = '${status}'`;
const deploy: Phase = {
  // The command may fail with the part that it speaks to: what counts is what comes of the order.
  order: () => placed.decnet("topology", "deploy", join(folder, "crash.toml")),
  query: ofStatus("deploying"),
  wanted: NAMES,
};
const change: Phase = {
  order: () => addLate().catch(() => undefined),
  query: "select 1 from topology_mutation where status = 'applying'",
  wanted: [...NAMES, LATE],
};
const teardown: Phase = {
  order: () => placed.decnet("teardown", "--id", "crash"),
  query: ofStatus("tearing_down"),
  wanted: [],
};

/** Whether the order was taken and a process of the kernel's is at it. */
function isUnderWay({ query }: Phase): boolean {
  using db = new Database(dataFolder(install.dataDir).database, { readonly: true });
  return db.query(query).get() !== null && pidOf("kernel") !== undefined;
}

/** Gives an order, kills the victim while it is under way, and waits until all agrees once it was started again. */
async function strike(victim: Victim, phase: Phase): Promise<void> {
  const present = (part: string) => placed.until(async () => pidOf(part), `a process of ${part}`, 30_000);
  // Nobody is looked at before it stands: the one that comes after a deploy is met, and else one that is out.
  const out = victim === "neighbour" && phase !== deploy ? await present(victim) : undefined;
  const command = phase.order();
  if (victim !== "neighbour")
    await placed.until(async () => isUnderWay(phase), "the order is under way", 30_000);
  const pid = out ?? (await present(victim));
  process.kill(pid, "SIGKILL");
  await command;
  if (victim === "supervisor") await begin();
  else if (victim !== "neighbour")
    await placed.until(async () => ![undefined, pid].includes(pidOf(victim)), `${victim} again`, BACK_MS);
  await placed.until(() => mustAgree(phase.wanted), `all agrees after kill -9 of ${victim}`, agreeMs());
}

describe.skipIf(!HAS_INTERNET)("kill -9 in an install that runs", () => {
  beforeAll(async () => {
    internet = await createInternet();
    visitor = await internet.attach({ bridge: "br-dmz", address: "10.40.0.200/24" });
    await visitor.run("ip", "route", "add", "10.40.1.0/24", "via", "10.40.0.2");
    others = readdirSync("/run/netns");
    folder = mkdtempSync(join(tmpdir(), "decnet-e2e-"));
    await begin();
    linksBefore = await placed.links();
    await Bun.write(join(folder, "crash.toml"), TOPOLOGY);
  }, 60_000);
  afterAll(async () => {
    await placed.decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test.each(VICTIMS)(
    "of %s during a deploy, a change and a teardown",
    async (victim) => {
      for (const phase of [deploy, change, teardown]) await strike(victim, phase);
    },
    180_000,
  );
});
