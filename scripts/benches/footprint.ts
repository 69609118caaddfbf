// Memory and start of every worker: when all are ok, idle, and along a million events over the bus with evidence beside them.

import { readFileSync } from "node:fs";
import { silentLog } from "../../src/bus/bus-log.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { RunningInstall } from "../../test/support/install.ts";
import { startInstall } from "../../test/support/install.ts";
import { memory, openClients, pidsOf, pssOf, sendLoad } from "./measure.ts";

const EVENTS = Number(process.env["BENCH_EVENTS"] ?? 1_000_000);
const RECORDS = Number(process.env["BENCH_RECORDS"] ?? 60_000);
const RECORDS_PER_S = 1000;
const SETTLE_MS = 10_000;
const STAGES = 4;
const BURST = 500;

/** Seconds since boot at which a process began (proc(5): field 22 of stat, in ticks of 10 ms). */
function startOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[19]) / 100;
}

function bootSeconds(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

/** Publishes scores of many sources, which the API reads, through the install's own broker; each burst is awaited. */
async function publish(bus: UnixBus, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += BURST) {
    for (let i = n; i < Math.min(to, n + BURST); i++) {
      const attacker_ip = `203.0.113.${i % 250}`;
      bus.publish("attackerScored", {}, { attacker_ip, score: i % 100, previous: null, reasons: ["bench"] });
    }
    await bus.flush(5000);
  }
}

/** 200 MB in MiB, as memory is measured here. */
const IDLE_MIB = 200e6 / 2 ** 20;
/** What a worker may have grown by between the middle and the end of the load, MiB: what its collector leaves lying. */
const GROWTH_MIB = 5;

const total = (rows: Readonly<Record<string, number>>): number =>
  Math.round(Object.values(rows).reduce((sum, value) => sum + value, 0) * 10) / 10;

async function load(install: RunningInstall): Promise<Record<string, number>[]> {
  const bus = new UnixBus({ name: "bench", path: install.up.bus_socket, log: silentLog, clock: systemClock });
  const clients = await openClients(install.port("redis"), 20);
  const samples: Record<string, number>[] = [];
  for (let stage = 0; stage < STAGES; stage++) {
    console.error(`load ${stage + 1}/${STAGES}`);
    const seconds = RECORDS / STAGES / RECORDS_PER_S;
    await Promise.all([
      publish(bus, (EVENTS / STAGES) * stage, (EVENTS / STAGES) * (stage + 1)),
      sendLoad({ clients, rate: RECORDS_PER_S, seconds }),
    ]);
    await Bun.sleep(SETTLE_MS / 2);
    samples.push(await memory(install));
  }
  for (const client of clients) client.end();
  await bus.close();
  return samples;
}

type PerWorker = Readonly<Record<string, number>>;

/** What the benchmark prints; memory as PSS in MiB. */
export interface FootprintReport {
  readonly all_ok_ms: number;
  readonly started_ms: PerWorker;
  readonly events: number;
  readonly records: number;
  readonly pss_mib: {
    readonly idle: PerWorker;
    readonly during: readonly PerWorker[];
    readonly settled: PerWorker;
    readonly last_half_growth_mib: PerWorker;
  };
  readonly total_pss_mib: { readonly idle: number; readonly settled: number };
  /** `decnet up` itself, which is no worker. */
  readonly supervisor_pss_mib: { readonly idle: number; readonly settled: number };
  readonly aims: {
    readonly idle_below_200_mb: boolean;
    readonly no_worker_grows: boolean;
    readonly all_ok_below_3_s: boolean;
  };
}

/** BENCH_EVENTS events (1,000,000) and BENCH_RECORDS records of evidence (60,000), in four parts. */
export async function benchFootprint(): Promise<FootprintReport> {
  const spawned = bootSeconds();
  const begin = performance.now();
  await using install = await startInstall({ env: { DECNET_LOG_LEVEL: "warn" } });
  await install.eventually(async () => {
    const { workers } = await install.get<{ workers: readonly { status: string }[] }>("/status");
    return workers.length > 0 && workers.every((worker) => worker.status === "ok");
  });
  const all_ok_ms = Math.round(performance.now() - begin);
  const started_ms = Object.fromEntries(
    [...(await pidsOf(install))].map(([name, pid]) => [name, Math.round((startOf(pid) - spawned) * 1000)]),
  );
  await Bun.sleep(SETTLE_MS);
  const idle = await memory(install);
  const supervisor = { idle: pssOf(install.up.pid), settled: 0 };
  const samples = await load(install);
  await Bun.sleep(SETTLE_MS);
  const settled = await memory(install);
  supervisor.settled = pssOf(install.up.pid);
  const last_half_growth_mib = Object.fromEntries(
    Object.keys(settled).map((name) => [
      name,
      Math.round(((samples[STAGES - 1]?.[name] ?? 0) - (samples[STAGES / 2 - 1]?.[name] ?? 0)) * 10) / 10,
    ]),
  );
  return {
    all_ok_ms,
    started_ms,
    events: EVENTS,
    records: RECORDS,
    pss_mib: { idle, during: samples, settled, last_half_growth_mib },
    total_pss_mib: { idle: total(idle), settled: total(settled) },
    supervisor_pss_mib: supervisor,
    aims: {
      idle_below_200_mb: total(idle) < IDLE_MIB,
      no_worker_grows: Object.values(last_half_growth_mib).every((mib) => mib < GROWTH_MIB),
      all_ok_below_3_s: all_ok_ms < 3000,
    },
  };
}
