// Writes the figures of docs/performance/ into docs/performance.md; `bench NAME --write-docs` measures anew first.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BusFile, type FleetFile, type FootprintFile, withFigures } from "./lib/performance-page.ts";

const docs = join(import.meta.dir, "..", "docs");
const page = join(docs, "performance.md");

async function writePage(): Promise<void> {
  const bus = (await Bun.file(join(docs, "performance", "bus.json")).json()) as BusFile;
  const footprint = (await Bun.file(join(docs, "performance", "footprint.json")).json()) as FootprintFile;
  const fleet = (await Bun.file(join(docs, "performance", "fleet.json")).json()) as FleetFile;
  await Bun.write(page, withFigures(await Bun.file(page).text(), { bus, footprint, fleet }));
}

/** Keeps what `bench` has just measured under docs/performance/, and the page true to it. */
export async function keepReport(report: { readonly bench: string }): Promise<void> {
  mkdirSync(join(docs, "performance"), { recursive: true });
  await Bun.write(join(docs, "performance", `${report.bench}.json`), `${JSON.stringify(report, null, 2)}\n`);
  await writePage();
}

if (import.meta.main) await writePage();
