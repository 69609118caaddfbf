// A whole fleet under siege: every port of every machine scanned, a flood of SYNs, ten thousand connections that say nothing.
// It keeps to its bounds, others are served meanwhile, and all of it is well afterwards. Needs root, nmap and hping3.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EvidenceItem, Page, Status, TopologyDetail } from "../../src/api/types.ts";
import { until } from "../support/evidence-kit.ts";
import type { Siege, SiegeReport } from "../support/idle-connections.ts";
import { type RunningInstall, startInstall } from "../support/install.ts";
import { installAt, type PlacedInstall } from "../support/install-place.ts";
import { createInternet, HAS_INTERNET, type Internet, type Place } from "../support/internet.ts";

const DECKIES = 12;
const BRIDGE = "br-siege";
const IDLE = 10_000;
/** Addresses of the attacker: enough to reach the bound on all conversations and not just that on one source. */
const SOURCES = 50;
const FLOOD = 100_000;
/** Most memory of the decoys' process at any time, in MiB. */
const MOST_MIB = 400;
const TOOLS = ["nmap", "hping3"] as const;
const missing = TOOLS.filter((tool) => Bun.which(tool) === null);
const READY = HAS_INTERNET && missing.length === 0;

if (!READY) console.warn(`the siege is skipped: it needs root, iproute2 and ${missing.join(", ")}`);

let internet: Internet;
let install: RunningInstall;
let placed: PlacedInstall;
let attacker: Place;
let visitor: Place;
let addresses: readonly string[];
let pids: ReadonlyMap<string, number>;

async function status(): Promise<Status> {
  return JSON.parse(await placed.must("status", "--json")) as Status;
}

function pidsOf({ workers }: Status): ReadonlyMap<string, number> {
  return new Map(workers.map(({ name, extra }) => [name, Number(extra["pid"])]));
}

/** The most that the decoys' process has held so far, in MiB. */
function peak(): number {
  const text = readFileSync(`/proc/${pids.get("decky")}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+)/m.exec(text)?.[1]) / 1024;
}

/** Whether somebody else is served by a machine: its web server and its Redis answer. */
async function serves(address: string): Promise<boolean> {
  const page = await visitor.run("curl", "-sI", "--max-time", "10", `http://${address}/`);
  const redis = await visitor.run("timeout", "10", "redis-cli", "-h", address, "PING");
  return page.out.startsWith("HTTP/1.1") && /PONG|NOAUTH/.test(redis.out);
}

/** Asks machines in turn while something goes on; how often they were asked and did not answer. */
async function servedDuring(siege: Promise<unknown>): Promise<{ asked: number; silent: number }> {
  let over = false;
  const end = siege.finally(() => {
    over = true;
  });
  let silent = 0;
  let asked = 0;
  do {
    if (!(await serves(addresses[asked++ % addresses.length] ?? ""))) silent++;
  } while (!over);
  await end;
  return { asked, silent };
}

/** Everybody answers, every worker is ok and the process that it was, memory has stayed within its bound. */
async function expectAllWell(): Promise<void> {
  for (const address of addresses) expect([address, await serves(address)]).toEqual([address, true]);
  const now = await status();
  expect(now.workers.filter((worker) => worker.installed && worker.status !== "ok")).toEqual([]);
  expect(pidsOf(now)).toEqual(pids);
  expect(peak()).toBeLessThan(MOST_MIB);
}

describe.skipIf(!READY)("a fleet under siege", () => {
  beforeAll(async () => {
    internet = await createInternet();
    attacker = await internet.attach({ bridge: BRIDGE, address: "10.66.0.200/24" });
    visitor = await internet.attach({ bridge: BRIDGE, address: "10.66.0.250/24" });
    for (let i = 0; i < SOURCES; i++)
      await attacker.run("ip", "addr", "add", `10.66.0.${100 + i}/24`, "dev", "eth0");
    install = await startInstall({ prefix: internet.host.prefix, flags: ["--services", "telnet"] });
    placed = installAt(internet.host, install);
    const where = ["--interface", BRIDGE, "--subnet", "10.66.0.0/24", "--ip-start", "10.66.0.10"];
    const kind = ["--deckies", String(DECKIES), "--archetype", "linux-server", "--seed", "siege"];
    const fleet = JSON.parse(await placed.must("deploy", "--json", ...kind, ...where)) as TopologyDetail;
    addresses = fleet.machines.flatMap(({ links }) => links[0]?.address.split("/")[0] ?? []);
    expect(addresses).toHaveLength(DECKIES);
    pids = pidsOf(await status());
  }, 120_000);
  afterAll(async () => {
    await placed.must("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
  }, 60_000);

  test("nmap looks at every port of every machine, finds what is offered and nothing else, and others are served", async () => {
    const scan = attacker.run("nmap", "-n", "-sS", "-p-", "-T5", "-oG", "-", ...addresses);
    const { asked, silent } = await servedDuring(scan);
    expect([asked > 0, silent]).toEqual([true, 0]);
    const { out } = await scan;
    const found = [...out.matchAll(/^Host: (\S+) .*Ports: (.*)$/gm)].map(([, host, ports]) => [
      host,
      [...(ports ?? "").matchAll(/(\d+)\/open/g)].map(([, port]) => Number(port)),
    ]);
    const offered = [21, 22, 80, 3306, 6379];
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(addresses.map((address) => [address, offered])),
    );
    await expectAllWell();
  }, 400_000);

  test("a flood of SYNs from addresses that nobody has keeps no one out", async () => {
    const [victim = ""] = addresses;
    const flood = attacker.run(
      ...["hping3", "-q", "-S", "-p", "80", "-i", "u20", "-c", String(FLOOD)],
      ...["--rand-source", victim],
    );
    const { asked, silent } = await servedDuring(flood);
    expect([asked > 0, silent]).toEqual([true, 0]);
    expect((await flood).err).toContain(`${FLOOD} packets transmitted`);
    await expectAllWell();
  }, 200_000);

  test("ten thousand connections that say nothing are held to the bound, and others are served", async () => {
    const siege: Siege = {
      targets: addresses.flatMap((host) => [22, 21, 80, 3306, 6379].map((port) => ({ host, port }))),
      sources: Array.from({ length: SOURCES }, (_, i) => `10.66.0.${100 + i}`),
      count: IDLE,
    };
    const script = join(import.meta.dir, "..", "support", "idle-connections.ts");
    const child = Bun.spawn([...attacker.prefix, process.execPath, script, JSON.stringify(siege)], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    const reader = child.stdout.getReader();
    const first = reader.read();
    const { silent } = await servedDuring(first);
    const tried = JSON.parse(new TextDecoder().decode((await first).value)) as SiegeReport;
    expect([tried.opened + tried.reset, tried.failed, silent]).toEqual([IDLE, 0, 0]);
    // Now the house is full, and a stranger finds a place all the same.
    await expectAllWell();
    child.stdin.end();
    const rest = JSON.parse(new TextDecoder().decode((await reader.read()).value)) as SiegeReport;
    expect(rest.held).toBeLessThanOrEqual(4096);
    await child.exited;
    const refused = "/evidence?since=0&limit=1&kind=connection.refused";
    // Who is turned away is told once in a spell, and goes the way of all evidence then.
    await until(async () => (await placed.api<Page<EvidenceItem>>(refused)).data.length === 1);
    await expectAllWell();
  }, 200_000);
});
