// The page on archetypes says what the registries and the measurement say, and every kind asked for is there.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { withArchetypes } from "../../scripts/lib/archetypes-page.ts";
import type { DisguiseReport } from "../../src/commands/fleet/disguise.ts";
import { archetypeFacts } from "../../src/commands/fleet/machines.ts";
import { decoys } from "../../src/decoys/index.ts";
import { archetypes } from "../../src/decoys/personas/archetypes/index.ts";
import { osProfiles } from "../../src/decoys/personas/os-profiles/index.ts";

const docs = join(import.meta.dir, "..", "..", "docs");

test("docs/archetypes.md agrees with the registries and with docs/archetypes/disguise.json", async () => {
  const page = await Bun.file(join(docs, "archetypes.md")).text();
  const report = (await Bun.file(join(docs, "archetypes", "disguise.json")).json()) as DisguiseReport;
  expect(withArchetypes(page, { archetypes, profiles: osProfiles, report })).toBe(page);
  expect(report.result.profiles.map(({ profile }) => profile)).toEqual(osProfiles.map(({ name }) => name));
});

test("every card's maker has a name, and every system was measured", () => {
  for (const { name, mac_vendors, seen_as, profiles } of archetypeFacts()) {
    expect([name, mac_vendors.length > 0 && !mac_vendors.includes("unknown")]).toEqual([name, true]);
    expect(seen_as.map(({ profile }) => profile)).toEqual([...profiles]);
  }
});

test("names are unique, every service is a decoy's, and each says what it is and what it is not", () => {
  expect(new Set(archetypes.map(({ name }) => name)).size).toBe(archetypes.length);
  expect(archetypes.length).toBeGreaterThanOrEqual(15);
  expect(osProfiles.length).toBeGreaterThanOrEqual(10);
  const known = decoys.map(({ name }) => name);
  for (const { name, services, summary, limits, files } of archetypes) {
    expect(services.length, name).toBeGreaterThan(0);
    for (const service of services) expect(known, name).toContain(service);
    for (const text of [summary, limits, files]) expect(text.length, name).toBeGreaterThan(3);
  }
});
