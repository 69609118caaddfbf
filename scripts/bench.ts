// Runs one benchmark of the registry below and prints its JSON.

import { commitOf } from "./lib/commit.ts";

const benches: Readonly<
  Record<
    string,
    {
      readonly summary: string;
      readonly load: () => Promise<() => Promise<unknown>>;
      /** Where --write-docs keeps its figures, if not with the others on performance. */
      readonly keep?: (report: unknown) => Promise<void>;
    }
  >
> = {
  path: {
    summary:
      "1,000 events/s through real sockets for 60 s: loss, wire to dashboard, memory (BENCH_SECONDS, BENCH_RATE)",
    load: async () => (await import("./benches/path.ts")).benchPath,
  },
  ingest: {
    summary: "records/s from spool to store (BENCH_RECORDS)",
    load: async () => (await import("./benches/ingest.ts")).benchIngest,
  },
  stream: {
    summary: "500 readers of the event stream at 100 events/s: CPU of the API (BENCH_SECONDS)",
    load: async () => (await import("./benches/stream.ts")).benchStream,
  },
  fleet: {
    summary:
      "1 to 1,000 deckies deployed by a whole install: time, memory, one more, teardown; needs root (BENCH_DECKIES; --write-docs keeps the figures)",
    load: async () => (await import("./benches/fleet.ts")).benchFleet,
  },
  ground: {
    summary:
      "the kernel's part alone: namespaces with 8 listeners each: up, one more, down; needs root (BENCH_DECKIES)",
    load: async () => (await import("./benches/ground.ts")).benchGround,
  },
  handover: {
    summary: "deckies of 8 sockets handed to the decoys' process: time, memory, first bytes (BENCH_DECKIES)",
    load: async () => (await import("./benches/handover.ts")).benchHandover,
  },
  bus: {
    summary:
      "the broker beside a stock nats-server: rate, latency, CPU, memory (--quick; --write-docs keeps the figures)",
    load: async () => (await import("./benches/bus/index.ts")).benchBus,
  },
  footprint: {
    summary:
      "memory and start of every worker, idle and after a million events (BENCH_EVENTS, BENCH_RECORDS)",
    load: async () => (await import("./benches/footprint.ts")).benchFootprint,
  },
  disguise: {
    summary:
      "what nmap -O and p0f say of a decky of each OS profile, from a neighbour's place; needs root (--write-docs keeps it)",
    load: async () => (await import("./benches/disguise.ts")).benchDisguise,
    keep: async (report) => (await import("./docs-archetypes.ts")).keepReport(report),
  },
  start: {
    summary: "start-up of --version, --help and of the whole install",
    load: async () => (await import("./benches/start.ts")).benchStart,
  },
};

const name = process.argv[2] ?? "";
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench) {
  console.error("usage: ./scripts/bench <name>\n");
  for (const [key, { summary }] of Object.entries(benches)) console.error(`  ${key.padEnd(10)} ${summary}`);
  process.exit(name === "" || name === "--help" ? 0 : 64);
}
const run = await bench.load();
const { cpus } = await import("node:os");
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, bun: Bun.version, commit: commitOf() };
const report = { bench: name, machine, result: await run() };
console.log(JSON.stringify(report, null, 2));
if (process.argv.includes("--write-docs")) {
  if (bench.keep) await bench.keep(report);
  else await (await import("./docs-performance.ts")).keepReport(report);
}
process.exit(0);
