// The parts of docs/performance.md that are made from the files in docs/performance/. Pure.

import type { BusReport } from "../benches/bus/index.ts";
import type { FleetReport } from "../benches/fleet.ts";
import type { FootprintReport } from "../benches/footprint.ts";

/** What `scripts/bench bus` prints. */
export interface BusFile {
  readonly machine: { readonly cpu?: string; readonly cores: number; readonly bun: string };
  readonly result: BusReport;
}

/** What `scripts/bench footprint` prints. */
export interface FootprintFile {
  readonly machine: BusFile["machine"];
  readonly result: FootprintReport;
}

/** What `scripts/bench fleet` prints. */
export interface FleetFile {
  readonly machine: BusFile["machine"];
  readonly result: FleetReport;
}

const count = (value: number): string => value.toLocaleString("en-US");

/** The comparison with nats-server. */
function busFigures({ machine, result }: BusFile): string {
  const rows = Object.entries(result.cases).map(([name, { decnet, nats, ratio }]) => [
    name,
    count(decnet.delivered_per_s),
    count(nats.delivered_per_s),
    ratio.delivered,
    name.includes(" at ") ? "" : ratio.load_ceiling,
    `${decnet.broker_cpu_s_per_million} / ${nats.broker_cpu_s_per_million}`,
    `${decnet.p50_us} / ${nats.p50_us}`,
    `${decnet.p99_us} / ${nats.p99_us}`,
    `${decnet.p999_us} / ${nats.p999_us}`,
    `${decnet.pss_mib} / ${nats.pss_mib}`,
    `${decnet.lost} / ${nats.lost}`,
  ]);
  const aims = result.aims
    .filter(({ value }) => value !== undefined)
    .map(({ aim, bound, value, met }) => [aim, bound, value ?? "", met ? "yes" : "no"]);
  const floors = Object.entries(result.cases).flatMap(([name, { decnet, nats, relay }]) =>
    relay
      ? [
          [
            name,
            `${decnet.p50_us} / ${relay.p50_us} / ${nats.p50_us}`,
            relay.ratio.p50,
            `${decnet.p99_us} / ${relay.p99_us} / ${nats.p99_us}`,
            relay.ratio.p99,
            `${decnet.broker_cpu_s_per_million} / ${relay.broker_cpu_s_per_million} / ${nats.broker_cpu_s_per_million}`,
            relay.ratio.broker_cpu,
          ],
        ]
      : [],
  );
  const pairs = result.pairs.map(({ of, to, delivered, broker_cpu }) => [of, to, delivered, broker_cpu]);
  const { decnet, nats, nats_unchecked } = result.end_to_end;
  return [
    `Machine: ${machine.cpu ?? "unknown"}, ${machine.cores} cores, Bun ${machine.bun}; ${result.peer}. ${result.transport}. ` +
      `Body of ${result.body_bytes} bytes, ${result.rounds} rounds, medians. In each pair ours comes first.`,
    table(
      [
        "case",
        "ours/s",
        "nats/s",
        "ratio",
        "the load's ceiling",
        "broker CPU s per million",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "PSS MiB",
        "lost",
      ],
      rows,
    ),
    "At fixed rates a relay was measured between the two: it passes each read on to every subscriber as it came, without looking for frames, topics or " +
      "receivers. Ours, the relay, nats-server, and the relay in units of nats-server, which is about as far as a broker on this runtime with a write for each subscriber can come:",
    table(
      [
        "case",
        "p50 µs",
        "the relay's ratio",
        "p99 µs",
        "the relay's ratio",
        "CPU s per million",
        "the relay's ratio",
      ],
      floors,
    ),
    "Our broker in two cases run side by side, both ways round; medians of the ratios of neighbours:",
    table(["case", "to", "rate", "broker CPU a message"], pairs),
    `End to end with the codec: ${count(decnet.events_per_s)} events/s, the NATS client ${count(nats.events_per_s)} with the same checked envelope ` +
      `and ${count(nats_unchecked.events_per_s)} with the MessagePack library alone.`,
    table(["aim (ours in units of nats-server's, unless it says ours)", "bound", "measured", "met"], aims),
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Memory and start of the workers. */
function footprintFigures({ machine, result }: FootprintFile): string {
  const { idle, during, settled, last_half_growth_mib } = result.pss_mib;
  const rows = Object.keys(idle).map((name) => [
    name,
    result.started_ms[name] ?? "",
    idle[name] ?? "",
    ...during.map((stage) => stage[name] ?? ""),
    settled[name] ?? "",
    last_half_growth_mib[name] ?? "",
  ]);
  const parts = during.map((_, i) => `after ${i + 1}/${during.length}`);
  return [
    `Machine: ${machine.cpu ?? "unknown"}, ${machine.cores} cores, Bun ${machine.bun}. From \`decnet up\` to all rows ok: ${count(result.all_ok_ms)} ms. ` +
      `All workers together: ${result.total_pss_mib.idle} MiB idle (${Math.round(result.total_pss_mib.idle * 1.048576)} MB), ${result.total_pss_mib.settled} MiB after ${count(result.events)} events ` +
      `on the bus and ${count(result.records)} records of evidence beside them; \`decnet up\` itself ${result.supervisor_pss_mib.idle} and ${result.supervisor_pss_mib.settled}. PSS in MiB:`,
    table(
      ["process", "started after ms", "idle", ...parts, "at rest again", "growth in the second half"],
      rows,
    ),
  ].join("\n\n");
}

function replacePart(page: string, name: string, text: string): string {
  const [begin, end] = [
    `<!-- ${name} figures: bun scripts/docs-performance.ts -->`,
    `<!-- end of ${name} figures -->`,
  ];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for the ${name} figures`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

/** Deployed fleets by size. */
function fleetFigures({ machine, result }: FleetFile): string {
  const rows = result.sizes.map((size) => [
    count(size.deckies),
    count(size.sockets),
    size.active_s,
    size.answered_s,
    size.one_more_s,
    size.teardown_s,
    `${size.decky_rss_mib} (${size.decky_pss_mib})`,
    size.mutator_rss_mib,
    size.all_pss_mib,
    size.left,
  ]);
  const head = ["deckies", "sockets", "active s", "last one answers s", "one more s", "teardown s"];
  const memory = ["decky RSS (PSS) MiB", "mutator RSS MiB", "all workers PSS MiB", "left"];
  return [
    `Machine: ${machine.cpu ?? "unknown"}, ${machine.cores} cores, Bun ${machine.bun}. Archetype ${result.archetype}, driver ${result.driver}. Each offers ${result.services.join(", ")}.`,
    table([...head, ...memory], rows),
  ].join("\n\n");
}

/** The files of figures that the page is made from. */
export interface Figures {
  readonly bus: BusFile;
  readonly footprint: FootprintFile;
  readonly fleet: FleetFile;
}

/** The page with the figures of the files in their places. Throws when the page has no such place. */
export function withFigures(page: string, { bus, footprint, fleet }: Figures): string {
  const parts = {
    bus: busFigures(bus),
    footprint: footprintFigures(footprint),
    fleet: fleetFigures(fleet),
  };
  return Object.entries(parts).reduce((text, [name, figures]) => replacePart(text, name, figures), page);
}
