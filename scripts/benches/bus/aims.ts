// What the comparison should show, as ratios of ours to the peer's, and whether it does.

import type { CaseName } from "./cases.ts";
import { cases } from "./cases.ts";
import type { CellResult } from "./cell.ts";

/** A relay that knows nothing in a broker's place, in units of the peer's: how far down one on the same runtime could get. */
export interface Floor extends CellResult {
  readonly ratio: { readonly broker_cpu: number; readonly p50: number; readonly p99: number };
}

/** Medians of both sides, and ours in units of the peer's. */
export interface Compared {
  readonly decnet: CellResult;
  readonly nats: CellResult;
  /** At fixed rates. */
  readonly relay?: Floor;
  readonly ratio: Floor["ratio"] & {
    readonly delivered: number;
    readonly pss: number;
    /** What `delivered` would be with a broker of ours that cost nothing, all cores being busy: the load's own limit. */
    readonly load_ceiling: number;
  };
}

/** Two cases of ours side by side: the median of the ratios of neighbours in time. */
export interface Pair {
  readonly aim: string;
  readonly of: CaseName;
  readonly to: CaseName;
  readonly delivered: number;
  readonly broker_cpu: number;
}

/** Everything that aims are held against. */
export interface Measured {
  readonly cases: Readonly<Partial<Record<CaseName, Compared>>>;
  readonly pairs: readonly Pair[];
  readonly endToEnd: number;
}

/** An aim and what was measured for it; `value` is undefined where the case did not run. */
export interface Aim {
  readonly aim: string;
  readonly bound: string;
  readonly value: number | undefined;
  readonly met: boolean | undefined;
}

function atLeast(aim: string, bound: number, value: number | undefined): Aim {
  return { aim, bound: `≥ ${bound}`, value, met: value === undefined ? undefined : value >= bound };
}

function atMost(aim: string, bound: number, value: number | undefined): Aim {
  return { aim, bound: `≤ ${bound}`, value, met: value === undefined ? undefined : value <= bound };
}

/** Names of the cases of a kind. */
const named = (fits: (shape: (typeof cases)[CaseName]["shape"]) => boolean): readonly CaseName[] =>
  (Object.keys(cases) as CaseName[]).filter((name) => !cases[name].shape.direct && fits(cases[name].shape));

/** Every aim of the comparison. */
export function aimsOf({ cases: results, pairs, endToEnd }: Measured): readonly Aim[] {
  const of = (name: CaseName, key: keyof Compared["ratio"]) => results[name]?.ratio[key];
  const plain = named(({ idle, stalled, rate }) => idle === 0 && !stalled && rate === 0);
  const batched = plain.filter((name) => cases[name].shape.batch > 1);
  const single = plain.filter((name) => cases[name].shape.batch === 1 && cases[name].shape.publishers > 1);
  const paced = named(({ rate }) => rate > 0);
  const lost = Object.values(results).reduce(
    (sum, { decnet }) => sum + Math.max(0, decnet.lost) + decnet.misordered,
    0,
  );
  return [
    ...batched.map((name) => atLeast(`rate, ${name}`, 3, of(name, "delivered"))),
    ...single.map((name) => atLeast(`rate, ${name}`, 1.5, of(name, "delivered"))),
    ...paced.map((name) => atMost(`p50, ${name}`, 0.6, of(name, "p50"))),
    ...paced.map((name) => atMost(`p99, ${name}`, 1, of(name, "p99"))),
    ...[...plain, ...paced].map((name) =>
      atMost(`broker CPU a message, ${name}`, 0.333, of(name, "broker_cpu")),
    ),
    ...pairs.map((pair) => atLeast(pair.aim, 0.9, pair.delivered)),
    atLeast("end to end with the codec", 1.5, endToEnd),
    atMost("our events lost or out of order", 0, lost),
  ];
}
