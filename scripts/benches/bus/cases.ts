// What the comparison measures: the only list of its cases.

import type { Shape } from "./cell.ts";

/** Frames of one batched write: about 64 KiB. */
const BATCH = 230;

const base: Shape = {
  publishers: 1,
  subscribers: 1,
  batch: BATCH,
  rate: 0,
  idle: 0,
  stalled: false,
  direct: false,
};

/** One case. */
interface Case {
  readonly shape: Shape;
  /** Left out of `--quick`. */
  readonly long?: true;
}

const one = (shape: Partial<Shape>): Case => ({ shape: { ...base, ...shape } });
const long = (shape: Partial<Shape>): Case => ({ ...one(shape), long: true });

/** Publishers → subscribers; `batched` many frames a write, `single` one; `at` a fixed rate; `idle` further subscriptions. */
export const cases = {
  "1→1 batched": one({}),
  "1→4 batched": one({ subscribers: 4 }),
  "4→4 batched": one({ publishers: 4, subscribers: 4 }),
  "1→100 batched": one({ subscribers: 100 }),
  "4→1 single": one({ publishers: 4, batch: 1 }),
  "4→4 single": one({ publishers: 4, subscribers: 4, batch: 1 }),
  "1→100 single": long({ subscribers: 100, batch: 1 }),
  "1→1 batched, 100 idle": long({ idle: 100 }),
  "1→1 batched, 10000 idle": one({ idle: 10_000 }),
  "4→4 single, 10000 idle": long({ publishers: 4, subscribers: 4, batch: 1, idle: 10_000 }),
  "1→3 batched": one({ subscribers: 3 }),
  "1→3 batched, one more stopped": one({ subscribers: 3, stalled: true }),
  "1→1 at 1000/s": one({ batch: 1, rate: 1000 }),
  "1→1 at 10000/s": one({ batch: 1, rate: 10_000 }),
  "1→4 at 1000/s": long({ subscribers: 4, batch: 1, rate: 1000 }),
  "1→4 at 10000/s": long({ subscribers: 4, batch: 1, rate: 10_000 }),
  "4→4 at 1000/s": long({ publishers: 4, subscribers: 4, batch: 1, rate: 1000 }),
  "4→4 at 10000/s": long({ publishers: 4, subscribers: 4, batch: 1, rate: 10_000 }),
  "1→100 at 1000/s": long({ subscribers: 100, batch: 1, rate: 1000 }),
  "1→1 without a broker": one({ direct: true }),
} as const satisfies Readonly<Record<string, Case>>;

/** Name of a case. */
export type CaseName = keyof typeof cases;

/** Every name, in order. */
export const caseNames = Object.keys(cases) as readonly CaseName[];
