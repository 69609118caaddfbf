// decnet's broker beside a stock nats-server: the same load in turn, in rounds, medians and ratios.
// Ours listens on a UNIX socket and theirs on TCP loopback, each as it is shipped; the server 2.9 has no UNIX socket.

import { type Aim, aimsOf, type Compared, type Floor, type Pair } from "./aims.ts";
import { type CaseName, caseNames, cases, pairs } from "./cases.ts";
import { type CellResult, runCell, type Shape, type Span } from "./cell.ts";
import { endAll } from "./children.ts";
import { type EndToEnd, runEndToEnd } from "./end-to-end.ts";
import { loadBody } from "./payload.ts";
import { natsVersion } from "./servers.ts";

const SIDES = ["decnet", "nats"] as const;
/** At fixed rates, where a broker could cost next to nothing, what does cost nothing runs between them. */
const PACED_SIDES = ["decnet", "relay", "nats"] as const;
const FULL = { rounds: 3, span: { warmMs: 800, measureMs: 1500 } } as const;
/** How many times as long a fixed rate warms up and is measured: few messages pass in a second of it. */
const PACED = { warm: 3, measure: 1.5 } as const;
const QUICK = { rounds: 1, span: { warmMs: 500, measureMs: 700 } } as const;

/** Two clients of each library, with the same codec. */
interface EndToEndReport {
  readonly decnet: EndToEnd;
  readonly nats: EndToEnd;
  /** The NATS client with the MessagePack library alone, without the checks that the bus makes of what comes in. */
  readonly nats_unchecked: EndToEnd;
  readonly ratio: number;
  readonly ratio_unchecked: number;
}

/** What the benchmark prints. */
export interface BusReport {
  readonly peer: string;
  readonly transport: string;
  readonly body_bytes: number;
  readonly rounds: number;
  readonly span: Span;
  readonly aims: readonly Aim[];
  readonly cases: Readonly<Partial<Record<CaseName, Compared>>>;
  readonly pairs: readonly Pair[];
  readonly end_to_end: EndToEndReport;
  /** Why the load is not the limit. */
  readonly load: Readonly<Record<string, unknown>>;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** The median of each field by itself. */
function medians<Row extends object>(rows: readonly Row[]): Row {
  const keys = Object.keys(rows[0] ?? {}) as (keyof Row)[];
  return Object.fromEntries(keys.map((key) => [key, median(rows.map((row) => Number(row[key])))])) as Row;
}

function ratio(ours: number, theirs: number): number {
  return theirs === 0 ? 0 : Math.round((ours / theirs) * 1000) / 1000;
}

/** Losses are not a matter of the median: the worst round counts. */
function merged(rows: readonly CellResult[]): CellResult {
  const worst = (key: "lost" | "misordered") => Math.max(...rows.map((row) => row[key]));
  return { ...medians(rows), lost: worst("lost"), misordered: worst("misordered") };
}

function compare(ours: CellResult, theirs: CellResult, relay: CellResult | undefined): Compared {
  const of = (key: keyof CellResult): number => ratio(ours[key], theirs[key]);
  const costs = (cell: CellResult): Floor["ratio"] => ({
    broker_cpu: ratio(cell.broker_cpu_s_per_million, theirs.broker_cpu_s_per_million),
    p50: ratio(cell.p50_us, theirs.p50_us),
    p99: ratio(cell.p99_us, theirs.p99_us),
  });
  return {
    decnet: ours,
    nats: theirs,
    ...(relay ? { relay: { ...relay, ratio: costs(relay) } } : {}),
    ratio: {
      ...costs(ours),
      delivered: of("delivered_per_s"),
      pss: of("pss_mib"),
      load_ceiling: ratio(
        theirs.broker_cpu_s_per_million + theirs.clients_cpu_s_per_million,
        ours.clients_cpu_s_per_million,
      ),
    },
  };
}

/** Interrupted, it leaves nothing behind that runs. */
function endWithUs(): void {
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      endAll();
      process.exit(130);
    });
}

function spanOf(shape: Shape, { warmMs, measureMs }: Span): Span {
  if (shape.rate === 0) return { warmMs, measureMs };
  return { warmMs: warmMs * PACED.warm, measureMs: measureMs * PACED.measure };
}

async function runCases(names: readonly CaseName[], rounds: number, span: Span) {
  const rows = new Map<string, CellResult[]>();
  for (let round = 0; round < rounds; round++)
    for (const name of names)
      for (const side of inTurn(cases[name].shape.rate > 0 ? PACED_SIDES : SIDES, round)) {
        console.error(`round ${round + 1}/${rounds}: ${name}, ${side}`);
        const key = `${side} ${name}`;
        rows.set(key, [
          ...(rows.get(key) ?? []),
          await runCell(side, cases[name].shape, spanOf(cases[name].shape, span)),
        ]);
      }
  const of = (side: string, name: string): CellResult => merged(rows.get(`${side} ${name}`) ?? []);
  const relayOf = (name: string) => (rows.has(`relay ${name}`) ? of("relay", name) : undefined);
  return Object.fromEntries(
    names.map((name) => [name, compare(of("decnet", name), of("nats", name), relayOf(name))]),
  ) as Partial<Record<CaseName, Compared>>;
}

/** One way round and then the other, so that what drifts meets all alike. */
function inTurn<Item>(items: readonly Item[], round: number): readonly Item[] {
  return round % 2 === 0 ? items : items.toReversed();
}

/** Our broker in both cases of each pair: one, the other, the other, the one, so that what drifts meets both alike. */
async function runPairs(rounds: number, span: Span): Promise<readonly Pair[]> {
  const results: Pair[] = [];
  for (const { aim, of, to } of pairs) {
    const delivered: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < 2 * rounds; round++) {
      console.error(`round ${round + 1}/${2 * rounds}: ${of} beside ${to}`);
      const cells = new Map<CaseName, CellResult>();
      for (const name of inTurn([to, of], round))
        cells.set(name, await runCell("decnet", cases[name].shape, span));
      const [a, b] = [cells.get(to), cells.get(of)];
      if (!a || !b) continue;
      delivered.push(ratio(b.delivered_per_s, a.delivered_per_s));
      cpu.push(ratio(b.broker_cpu_s_per_million, a.broker_cpu_s_per_million));
    }
    results.push({ aim, of, to, delivered: median(delivered), broker_cpu: median(cpu) });
  }
  return results;
}

async function runClients(rounds: number, span: Span): Promise<EndToEndReport> {
  const rows = { decnet: [] as EndToEnd[], nats: [] as EndToEnd[], bare: [] as EndToEnd[] };
  const longer = { warmMs: span.warmMs * 2, measureMs: span.measureMs };
  for (let round = 0; round < rounds; round++) {
    console.error(`round ${round + 1}/${rounds}: end to end`);
    rows.decnet.push(await runEndToEnd("decnet", false, longer));
    rows.nats.push(await runEndToEnd("nats", false, longer));
    rows.bare.push(await runEndToEnd("nats", true, longer));
  }
  const [decnet, nats, nats_unchecked] = [medians(rows.decnet), medians(rows.nats), medians(rows.bare)];
  return {
    decnet,
    nats,
    nats_unchecked,
    ratio: ratio(decnet.events_per_s, nats.events_per_s),
    ratio_unchecked: ratio(decnet.events_per_s, nats_unchecked.events_per_s),
  };
}

function loadEvidence(results: BusReport["cases"]): BusReport["load"] {
  const direct = results["1→1 without a broker"];
  return {
    meaning:
      "without a broker the same publisher and subscriber pass this many messages a second; in each case, clients_cores is what the load used of all cores, and load_ceiling the ratio that a broker of ours which cost nothing would reach",
    decnet_without_broker_per_s: direct?.decnet.delivered_per_s,
    nats_without_broker_per_s: direct?.nats.delivered_per_s,
  };
}

/** Runs every case on both sides; `--quick` one short round of the main ones. */
export async function benchBus(): Promise<BusReport> {
  endWithUs();
  const quick = process.argv.includes("--quick");
  const { rounds, span } = quick ? QUICK : FULL;
  const names = caseNames.filter((name) => !(quick && "long" in cases[name]));
  const results = await runCases(names, rounds, span);
  const beside = await runPairs(rounds, span);
  const end_to_end = await runClients(rounds, span);
  return {
    peer: natsVersion(),
    transport: "decnet: UNIX socket; nats-server: TCP on 127.0.0.1",
    body_bytes: loadBody.bytes.length,
    rounds,
    span,
    aims: aimsOf({ cases: results, pairs: beside, endToEnd: end_to_end.ratio }),
    cases: results,
    pairs: beside,
    end_to_end,
    load: loadEvidence(results),
  };
}
