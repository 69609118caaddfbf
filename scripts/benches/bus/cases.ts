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

const fan = {
  "1→1": { publishers: 1, subscribers: 1 },
  "1→4": { publishers: 1, subscribers: 4 },
  "4→4": { publishers: 4, subscribers: 4 },
  "1→100": { publishers: 1, subscribers: 100 },
} as const;
const single = { batch: 1 } as const;

/** Publishers → subscribers; `batched` many frames a write, `single` one; `at` a fixed rate; `idle` further subscriptions. */
export const cases = {
  "1→1 batched": one(fan["1→1"]),
  "1→4 batched": one(fan["1→4"]),
  "4→4 batched": one(fan["4→4"]),
  "1→100 batched": one(fan["1→100"]),
  "4→1 single": one({ ...single, publishers: 4 }),
  "4→4 single": one({ ...single, ...fan["4→4"] }),
  "1→100 single": long({ ...single, ...fan["1→100"] }),
  "1→1 batched, 100 idle": long({ ...fan["1→1"], idle: 100 }),
  "1→4 batched, 100 idle": long({ ...fan["1→4"], idle: 100 }),
  "4→4 batched, 100 idle": long({ ...fan["4→4"], idle: 100 }),
  "1→100 batched, 100 idle": long({ ...fan["1→100"], idle: 100 }),
  "1→1 batched, 10000 idle": one({ ...fan["1→1"], idle: 10_000 }),
  "1→4 batched, 10000 idle": long({ ...fan["1→4"], idle: 10_000 }),
  "4→4 batched, 10000 idle": long({ ...fan["4→4"], idle: 10_000 }),
  "1→100 batched, 10000 idle": long({ ...fan["1→100"], idle: 10_000 }),
  "4→4 single, 10000 idle": long({ ...single, ...fan["4→4"], idle: 10_000 }),
  "1→3 batched": one({ subscribers: 3 }),
  "1→3 batched, one more stopped": one({ subscribers: 3, stalled: true }),
  "1→1 at 1000/s": one({ ...single, ...fan["1→1"], rate: 1000 }),
  "1→1 at 10000/s": one({ ...single, ...fan["1→1"], rate: 10_000 }),
  "1→4 at 1000/s": long({ ...single, ...fan["1→4"], rate: 1000 }),
  "1→4 at 10000/s": long({ ...single, ...fan["1→4"], rate: 10_000 }),
  "4→4 at 1000/s": long({ ...single, ...fan["4→4"], rate: 1000 }),
  "4→4 at 10000/s": long({ ...single, ...fan["4→4"], rate: 10_000 }),
  "1→100 at 1000/s": long({ ...single, ...fan["1→100"], rate: 1000 }),
  "1→100 at 10000/s": long({ ...single, ...fan["1→100"], rate: 10_000 }),
  "1→1 without a broker": one({ direct: true }),
} as const satisfies Readonly<Record<string, Case>>;

/** Name of a case. */
export type CaseName = keyof typeof cases;

/** Every name, in order. */
export const caseNames = Object.keys(cases) as readonly CaseName[];

/** Cases of ours whose rates are set against one another; each pair is run side by side, both ways round. */
export const pairs: readonly { readonly aim: string; readonly of: CaseName; readonly to: CaseName }[] = [
  {
    aim: "our rate with 10000 idle subscriptions to without, batched",
    of: "1→1 batched, 10000 idle",
    to: "1→1 batched",
  },
  {
    aim: "our rate with 10000 idle subscriptions to without, single",
    of: "4→4 single, 10000 idle",
    to: "4→4 single",
  },
  {
    aim: "our rate beside a stopped subscriber to without",
    of: "1→3 batched, one more stopped",
    to: "1→3 batched",
  },
];
