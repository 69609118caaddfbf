// The whole way at a steady rate: bytes into a decoy's socket, the record out of the dashboard's event stream.
// The generator opens real connections, sends on a fixed schedule, and counts what it sent late.

import type { RunningInstall } from "../../test/support/install.ts";
import { startInstall } from "../../test/support/install.ts";
import { memory, openClients, sendLoad } from "./measure.ts";

const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
const RATE = Number(process.env["BENCH_RATE"] ?? 1000);
const CLIENTS = 50;

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
  const headers = { authorization: `Bearer ${install.token}` };
  const response = await fetch(`${install.up.url}/api/v1/stream`, { headers });
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

/** Runs the load and waits until all of it has come out, or 30 s. */
export async function benchPath(): Promise<unknown> {
  await using install = await startInstall({
    env: { DECNET_LIMITS_RECORDS: "1000000", DECNET_LOG_LEVEL: "warn" },
  });
  const sentAt = new Map<number, number>();
  const seen: Seen = { latencies: [], ids: new Set() };
  const idle = await memory(install);
  // Ends with the install, which cuts the stream.
  watch(install, sentAt, seen).catch(() => undefined);
  const clients = await openClients(install.port("redis"), CLIENTS);
  const onSent = (number: number): void => void sentAt.set(number, performance.now());
  const { sent, lateTicks } = await sendLoad({ clients, rate: RATE, seconds: SECONDS, onSent });
  const deadline = performance.now() + 30_000;
  while (seen.ids.size < sent && performance.now() < deadline) await Bun.sleep(50);
  const after = await memory(install);
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
    pss_mib: { idle, after },
  };
}
