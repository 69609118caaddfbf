// Deckies handed to a decoys' process of their own: time to hand over and announce, its memory and its CPU at rest.
// Loopback only; every service is then touched once, which is when its decoy is made.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import type { HandedSocket } from "../../src/fleet/handover.ts";
import { temporaryFolder, until } from "../../test/support/evidence-kit.ts";
import { collect, MakerLink, socketFor, specOf, startDecky } from "../../test/support/fleet-maker.ts";

const FIRST_PORT = 24_000;
const SERVICES = ["ssh", "http", "ftp", "redis", "mysql"] as const;
/** What each decky offers: each service once, two of them on a port more. */
const OFFERED = [...SERVICES, "http", "ssh"] as const;
/** What makes a server speak that waits for its client. */
const OPENING: Readonly<Record<string, string>> = { http: "GET / HTTP/1.0\r\n\r\n", redis: "PING\r\n" };
const REST_MS = 5_000;
/** Clock ticks of /proc/PID/stat in ms (sysconf(3), _SC_CLK_TCK is 100 on Linux). */
const TICK_MS = 10;

const SOCKETS: readonly HandedSocket[] = [
  ...OFFERED.map((service, i) => socketFor(service, FIRST_PORT + i)),
  socketFor("ftp", FIRST_PORT + OFFERED.length, "data"),
];
const OFFERS = OFFERED.map((service, i) => `${service}:${FIRST_PORT + i}`);

const addressOf = (i: number): string => `127.40.${1 + (i >> 7)}.${1 + (i & 127)}`;
const round = (value: number): number => Math.round(value * 10) / 10;

function measure(pid: number): { rss_mib: number; pss_mib: number; cpu_ms: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mib = (field: string): number =>
    round(Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(rollup)?.[1]) / 1024);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return {
    rss_mib: mib("Rss"),
    pss_mib: mib("Pss"),
    cpu_ms: TICK_MS * (Number(stat[11]) + Number(stat[12])),
  };
}

/** Milliseconds until the server's first bytes. */
async function touch(address: string, service: string, port: number): Promise<number> {
  const start = performance.now();
  const socket = createConnection({ host: address, port });
  socket.write(OPENING[service] ?? "");
  await once(socket, "data");
  socket.destroy();
  return performance.now() - start;
}

async function touchAll(deckies: number): Promise<Record<string, number>> {
  const slowest: Record<string, number> = {};
  for (const [i, service] of SERVICES.entries()) {
    for (let decky = 0; decky < deckies; decky++) {
      const ms = await touch(addressOf(decky), service, FIRST_PORT + i);
      slowest[service] = round(Math.max(slowest[service] ?? 0, ms));
    }
  }
  return slowest;
}

/** BENCH_DECKIES deckies (250) of eight sockets each. */
export async function benchHandover(): Promise<unknown> {
  const deckies = Number(process.env["BENCH_DECKIES"] ?? 250);
  using folder = temporaryFolder();
  const collector = await collect(folder);
  await using decky = await startDecky(folder);
  using link = new MakerLink(folder);
  const empty = measure(decky.pid);
  const start = performance.now();
  for (let i = 0; i < deckies; i++) {
    const answer = await link.serve(specOf(`d-${i}`, addressOf(i), { services: OFFERS }), SOCKETS);
    if (answer === "end" || answer.answer !== "done") throw new Error(JSON.stringify(answer));
  }
  const handed = performance.now();
  await until(() => collector.changes.length === deckies);
  const announced = performance.now();
  const full = measure(decky.pid);
  await Bun.sleep(REST_MS);
  const rested = measure(decky.pid);
  const slowest = await touchAll(deckies);
  const touched = measure(decky.pid);
  await collector.close();
  return {
    deckies,
    sockets: deckies * SOCKETS.length,
    handed_over_ms: round(handed - start),
    announced_ms: round(announced - start),
    empty_rss_mib: empty.rss_mib,
    full_rss_mib: full.rss_mib,
    rested_rss_mib: rested.rss_mib,
    rested_cpu_percent: round((100 * (rested.cpu_ms - full.cpu_ms)) / REST_MS),
    touched_rss_mib: touched.rss_mib,
    first_bytes_slowest_ms: slowest,
  };
}
