// Which turns fit which rate.

import { expect, test } from "bun:test";
import { turnsFor } from "./turns.ts";

test.each([
  [0, "short", 0],
  [1_000, "short", 0],
  [5_000, "short", 0],
  [5_001, "short", 100_000],
  [50_000, "short", 100_000],
  [50_001, "usual", 0],
  [4_000_000, "usual", 0],
] as const)("%d messages a second: %s turns of its own, %d ns of the scheduler's", (rate, own, scheduler) => {
  expect(turnsFor(rate)).toEqual({ own, scheduler });
});
