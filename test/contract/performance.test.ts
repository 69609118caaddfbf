// The page of measured figures says what the files of measurements say.

import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  type BusFile,
  type FleetFile,
  type FootprintFile,
  withFigures,
} from "../../scripts/lib/performance-page.ts";

const docs = join(import.meta.dir, "..", "..", "docs");

async function read<T>(name: string): Promise<T> {
  return (await Bun.file(join(docs, "performance", name)).json()) as T;
}

test("docs/performance.md agrees with the files in docs/performance/", async () => {
  const page = await Bun.file(join(docs, "performance.md")).text();
  const [bus, footprint] = [await read<BusFile>("bus.json"), await read<FootprintFile>("footprint.json")];
  const fleet = await read<FleetFile>("fleet.json");
  expect(withFigures(page, { bus, footprint, fleet })).toBe(page);
  expect(page).toContain(bus.result.peer);
  expect(page).toContain(`${footprint.result.total_pss_mib.idle} MiB idle`);
});
