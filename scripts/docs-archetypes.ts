// Writes the registries of archetypes and OS profiles and the measured disguise into docs/archetypes.md.

import { join } from "node:path";
import type { DisguiseReport } from "../src/commands/fleet/disguise.ts";
import { archetypes } from "../src/decoys/personas/archetypes/index.ts";
import { osProfiles } from "../src/decoys/personas/os-profiles/index.ts";
import { withArchetypes } from "./lib/archetypes-page.ts";

const docs = join(import.meta.dir, "..", "docs");
const page = join(docs, "archetypes.md");
const figures = join(docs, "archetypes", "disguise.json");

async function writePage(): Promise<void> {
  const report = (await Bun.file(figures).json()) as DisguiseReport;
  const text = await Bun.file(page).text();
  await Bun.write(page, withArchetypes(text, { archetypes, profiles: osProfiles, report }));
}

/** Keeps a measurement, and the page true to it. */
export async function keepReport(report: unknown): Promise<void> {
  await Bun.write(figures, `${JSON.stringify(report, null, 2)}\n`);
  await writePage();
}

if (import.meta.main) await writePage();
