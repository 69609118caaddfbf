// What the comparison should show, as ratios of ours to the peer's, and whether it does.

import type { CaseName } from "./cases.ts";
import type { CellResult } from "./cell.ts";

/** Medians of both sides, and ours in units of the peer's. */
export interface Compared {
  readonly decnet: CellResult;
  readonly nats: CellResult;
  readonly ratio: {
    readonly delivered: number;
    readonly broker_cpu: number;
    readonly p50: number;
    readonly p99: number;
    readonly pss: number;
  };
}

type Results = Readonly<Partial<Record<CaseName, Compared>>>;

/** An aim and what was measured for it; `value` is undefined where the case did not run. */
export interface Aim {
  readonly aim: string;
  readonly bound: string;
  readonly value: number | undefined;
  readonly met: boolean | undefined;
}

const compared = (results: Results, name: CaseName, key: keyof Compared["ratio"]) =>
  results[name]?.ratio[key];

/** Our rate in one case in units of our rate in another. */
function relative(
  results: Results,
  name: CaseName,
  to: CaseName,
  side: "decnet" | "nats",
): number | undefined {
  const [a, b] = [results[name]?.[side].delivered_per_s, results[to]?.[side].delivered_per_s];
  return a === undefined || b === undefined ? undefined : Math.round((a / b) * 1000) / 1000;
}

function atLeast(aim: string, bound: number, value: number | undefined): Aim {
  return { aim, bound: `≥ ${bound}`, value, met: value === undefined ? undefined : value >= bound };
}

function atMost(aim: string, bound: number, value: number | undefined): Aim {
  return { aim, bound: `≤ ${bound}`, value, met: value === undefined ? undefined : value <= bound };
}

/** Every aim of the comparison. */
export function aimsOf(results: Results, endToEnd: number): readonly Aim[] {
  const batched = ["1→1 batched", "1→4 batched", "4→4 batched", "1→100 batched"] as const;
  const rates = ["1→1 at 1000/s", "1→1 at 10000/s"] as const;
  const lost = Object.values(results).reduce(
    (sum, { decnet }) => sum + Math.max(0, decnet.lost) + decnet.misordered,
    0,
  );
  return [
    ...batched.map((name) => atLeast(`rate, ${name}`, 3, compared(results, name, "delivered"))),
    atLeast("rate, 4→4 single", 1.5, compared(results, "4→4 single", "delivered")),
    atLeast("rate, 4→1 single", 1.5, compared(results, "4→1 single", "delivered")),
    ...rates.map((name) => atMost(`p50, ${name}`, 0.6, compared(results, name, "p50"))),
    ...rates.map((name) => atMost(`p99, ${name}`, 1, compared(results, name, "p99"))),
    ...[...batched, "4→4 single" as const].map((name) =>
      atMost(`broker CPU a message, ${name}`, 0.333, compared(results, name, "broker_cpu")),
    ),
    atLeast(
      "our rate with 10000 idle subscriptions to without",
      0.9,
      relative(results, "1→1 batched, 10000 idle", "1→1 batched", "decnet"),
    ),
    atLeast(
      "our rate beside a stopped subscriber to without",
      0.9,
      relative(results, "1→3 batched, one more stopped", "1→3 batched", "decnet"),
    ),
    atLeast("end to end with the codec", 1.5, endToEnd),
    atMost("our events lost or out of order", 0, lost),
  ];
}
