// The whole way at a steady rate: bytes into a decoy's socket, the record out of the dashboard's event stream.
// The generator opens real connections, sends on a fixed schedule, and counts what it sent late.

import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import type { Status } from "../../src/api/types.ts";
import type { RunningInstall } from "../../test/support/install.ts";
import { startInstall } from "../../test/support/install.ts";

const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
const RATE = Number(process.env["BENCH_RATE"] ?? 1000);
const CLIENTS = 50;
/** The generator's own tick. */
const TICK_MS = 5;

interface Seen {
  readonly latencies: number[];
  readonly ids: Set<number>;
}

function percentile(sorted: readonly number[], p: number): number {
  return (
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0) * 10) / 10
  );
}

/** Reads the event stream and notes when each numbered command came out. */
async function watch(
  install: RunningInstall,
  sentAt: ReadonlyMap<number, number>,
  seen: Seen,
): Promise<void> {
  const { token } = JSON.parse(readFileSync(`${install.dataDir}/run/install.json`, "utf8")) as {
    token: string;
  };
  const response = await fetch(`${install.up.url}/api/v1/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    const now = performance.now();
    for (const block of blocks) {
      const number = /bench-(\d+)-/.exec(block)?.[1];
      const sent = number === undefined ? undefined : sentAt.get(Number(number));
      if (sent === undefined || !block.includes("event: evidence")) continue;
      seen.latencies.push(now - sent);
      seen.ids.add(Number(number));
    }
  }
}

async function openClients(port: number): Promise<Socket[]> {
  return Promise.all(
    Array.from(
      { length: CLIENTS },
      (_, i) =>
        new Promise<Socket>((resolve, reject) => {
          const socket = createConnection({ host: "127.0.0.1", port, localAddress: `127.100.0.${1 + i}` });
          socket.on("error", reject);
          socket.on("data", () => undefined);
          socket.on("connect", () => resolve(socket));
        }),
    ),
  );
}

/** Proportional memory of each worker in MiB, from /proc/<pid>/smaps_rollup. */
async function memory(install: RunningInstall): Promise<Record<string, number>> {
  const { workers } = await install.get<Status>("/status");
  const rows = workers.map((worker) => {
    const text = readFileSync(`/proc/${Number(worker.extra["pid"])}/smaps_rollup`, "utf8");
    return [worker.name, Math.round(Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 102.4) / 10] as const;
  });
  return Object.fromEntries(rows);
}

/** Sends `RATE` commands a second on a schedule; resolves to how many, and how many ticks came over 50 ms late. */
async function send(
  clients: readonly Socket[],
  sentAt: Map<number, number>,
): Promise<{ sent: number; lateTicks: number }> {
  const start = performance.now();
  let sent = 0;
  let lateTicks = 0;
  let last = start;
  while (sent < SECONDS * RATE) {
    await Bun.sleep(TICK_MS);
    const now = performance.now();
    if (now - last > 50) lateTicks++;
    last = now;
    const due = Math.min(SECONDS * RATE, Math.floor(((now - start) / 1000) * RATE));
    for (; sent < due; sent++) {
      sentAt.set(sent, performance.now());
      clients[sent % clients.length]?.write(`ECHO bench-${sent}-\r\n`);
    }
  }
  return { sent, lateTicks };
}

/** Runs the load and waits until all of it has come out, or 30 s. */
export async function benchPath(): Promise<unknown> {
  await using install = await startInstall({
    env: { DECNET_LIMITS_RECORDS: "1000000", DECNET_LOG_LEVEL: "warn" },
  });
  const sentAt = new Map<number, number>();
  const seen: Seen = { latencies: [], ids: new Set() };
  const idle = await memory(install);
  void watch(install, sentAt, seen);
  const clients = await openClients(install.port("redis"));
  const { sent, lateTicks } = await send(clients, sentAt);
  const deadline = performance.now() + 30_000;
  while (seen.ids.size < sent && performance.now() < deadline) await Bun.sleep(50);
  const busy = await memory(install);
  for (const client of clients) client.end();
  const stored = await install.evidence("kind=command.executed");
  const sorted = seen.latencies.toSorted((a, b) => a - b);
  const [p50, p90, p99, max] = [50, 90, 99, 100].map((p) => percentile(sorted, p));
  return {
    rate_per_s: RATE,
    seconds: SECONDS,
    sent,
    in_store: new Set(stored.map((item) => item.id)).size,
    in_stream: seen.ids.size,
    late_ticks: lateTicks,
    wire_to_dashboard_ms: { p50, p90, p99, max },
    pss_mib: { idle, after: busy },
  };
}
