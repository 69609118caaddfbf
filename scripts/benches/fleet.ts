// A whole install puts fleets of growing size on a network: time from the order to serving, memory, one more, teardown.
// In network namespaces of its own, with a machine beside the fleet that meets it; needs root.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Status, TopologyDetail } from "../../src/api/types.ts";
import { startInstall } from "../../test/support/install.ts";
import { installAt, type PlacedInstall } from "../../test/support/install-place.ts";
import { createInternet, type Internet, type Place } from "../../test/support/internet.ts";

const SIZES = [1, 10, 100, 250, 500, 1000];
const MORE = 3;
/** What each machine offers. */
const SERVICES = ["ssh", "ssh:2222", "http", "http:8080", "http:8000", "ftp", "redis", "mysql"];
/** Looks at the sockets that are held, and the pause between them: clients come and go meanwhile. */
const LOOKS = 15;
const LOOK_MS = 100;
const BRIDGE = "br-bench";
const SUBNET = "10.80.0.0/16";
/** Longest wait for a state. */
const PATIENCE_MS = 120_000;

/** What a fleet of one size takes. Times in seconds from the order, memory in MiB. */
interface FleetSize {
  readonly deckies: number;
  /** Sockets that the decoys' process holds for them: services and passive data ports. */
  readonly sockets: number;
  readonly active_s: number;
  /** Until a neighbour had an answer from the web server of the last one. */
  readonly answered_s: number;
  readonly one_more_s: number;
  readonly teardown_s: number;
  readonly decky_rss_mib: number;
  readonly decky_pss_mib: number;
  readonly mutator_rss_mib: number;
  readonly all_pss_mib: number;
  /** Namespaces and links that teardown left. */
  readonly left: number;
}

/** The measurement. */
export interface FleetReport {
  readonly archetype: string;
  readonly driver: string;
  /** What each machine offers. */
  readonly services: readonly string[];
  readonly sizes: readonly FleetSize[];
}

interface Stage extends PlacedInstall {
  readonly internet: Internet;
  readonly neighbour: Place;
}

const seconds = (since: number): number => Math.round(performance.now() - since) / 1000;

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await Bun.sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`not within ${PATIENCE_MS} ms`);
}

function mib(pid: number, file: string, key: string): number {
  const text = readFileSync(`/proc/${pid}/${file}`, "utf8");
  return Math.round(Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 102.4) / 10;
}

async function pidsOf(stage: Stage) {
  const { workers } = JSON.parse(await stage.must("status", "--json")) as Status;
  const pid = (name: string): number =>
    Number(workers.find((worker) => worker.name === name)?.extra["pid"] ?? 0);
  return { workers, pid };
}

function heldNow(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:");
    } catch {
      // Closed between the two looks.
      return false;
    }
  }).length;
}

/** Sockets that the decoys' process holds while no client is there. */
async function socketsHeld(stage: Stage): Promise<number> {
  const { pid } = await pidsOf(stage);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < LOOKS; i++) {
    least = Math.min(least, heldNow(pid("decky")));
    await Bun.sleep(LOOK_MS);
  }
  return least;
}

/** Resident and proportional memory of the workers. */
async function memoryOf(stage: Stage) {
  const { workers, pid } = await pidsOf(stage);
  const pss = workers.map(({ name }) => mib(pid(name), "smaps_rollup", "Pss"));
  return {
    decky_rss_mib: mib(pid("decky"), "status", "VmRSS"),
    decky_pss_mib: mib(pid("decky"), "smaps_rollup", "Pss"),
    mutator_rss_mib: mib(pid("mutator"), "status", "VmRSS"),
    all_pss_mib: Math.round(pss.reduce((sum, each) => sum + each, 0)),
  };
}

/** Median seconds for one more decky, from the order to its change being applied. */
async function oneMore(stage: Stage): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < MORE; i++) {
    const { version } = await stage.api<TopologyDetail>("/topologies/fleet");
    const decky = {
      name: `more-${i}`,
      archetype: "linux-server",
      services: SERVICES,
      edges: [{ lan: "dmz" }],
    };
    const start = performance.now();
    const body = { expected_version: version, op: "add_decky", decky };
    const { id } = await stage.api<{ id: string }>("/topologies/fleet/mutations", body);
    await until(async () => {
      const { status } = await stage.api<{ status: string }>(`/topologies/fleet/mutations/${id}`);
      if (status === "failed") throw new Error("one more decky could not be added");
      return status === "applied" ? true : undefined;
    });
    times.push(seconds(start));
  }
  return times.toSorted((a, b) => a - b)[Math.floor(MORE / 2)] ?? 0;
}

async function leftovers({ internet }: Stage): Promise<number> {
  const { out } = await internet.host.run("ip", "-o", "link");
  return out.split("\n").filter((line) => /^\d+: dn/.test(line)).length;
}

async function measure(stage: Stage, deckies: number): Promise<FleetSize> {
  console.error(`${deckies} deckies`);
  const before = await socketsHeld(stage);
  const start = performance.now();
  const where = ["--driver", "bridge", "--interface", BRIDGE, "--subnet", SUBNET];
  const flags = ["--deckies", String(deckies), "--services", SERVICES.join(","), "--seed", "bench", ...where];
  const detail = JSON.parse(await stage.must("deploy", "--json", ...flags)) as TopologyDetail;
  const active_s = seconds(start);
  const last = detail.machines.at(-1)?.links[0]?.address.split("/")[0] ?? "";
  await until(async () => {
    const { code } = await stage.neighbour.run("curl", "-sI", "--max-time", "5", `http://${last}/`);
    return code === 0 ? true : undefined;
  });
  const answered_s = seconds(start);
  const memory = await memoryOf(stage);
  const sockets = (await socketsHeld(stage)) - before;
  const one_more_s = await oneMore(stage);
  const down = performance.now();
  await stage.must("teardown", "--all");
  const teardown_s = seconds(down);
  const left = await leftovers(stage);
  return { deckies, sockets, active_s, answered_s, one_more_s, teardown_s, ...memory, left };
}

/** Runs every size, or those of BENCH_DECKIES (numbers between commas). */
export async function benchFleet(): Promise<FleetReport> {
  if (process.getuid?.() !== 0) throw new Error("bench fleet makes networks and needs root");
  const asked = process.env["BENCH_DECKIES"]?.split(",").map(Number);
  await using internet = await createInternet();
  const neighbour = await internet.attach({ bridge: BRIDGE, address: "10.80.255.200/16" });
  const flags = ["--services", "telnet"];
  await using install = await startInstall({ prefix: internet.host.prefix, flags });
  const sizes: FleetSize[] = [];
  const stage = { internet, neighbour, ...installAt(internet.host, install) };
  for (const size of asked ?? SIZES) sizes.push(await measure(stage, size));
  return { archetype: "linux-server", driver: "bridge", services: SERVICES, sizes };
}
