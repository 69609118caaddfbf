// The broker's connections stay below its descriptors.

import { expect, test } from "bun:test";
import { connectionLimit } from "./connection-limit.ts";

test("is below the soft limit, at least one, and bounded where there is none", () => {
  const line = (soft: string): string =>
    `Limit  Soft  Hard\nMax open files            ${soft}   524288   files\n`;
  expect(["64", "1024", "1000000", "8", "unlimited"].map((soft) => connectionLimit(line(soft)))).toEqual([
    24, 984, 4096, 1, 4096,
  ]);
});
