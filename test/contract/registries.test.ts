// Each registry is the only list of its kind: what derives from it covers it exactly.

import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { topicCatalogue } from "../../src/bus/topics.ts";
import { commands } from "../../src/commands/index.ts";
import { decoys } from "../../src/decoys/index.ts";
import { hostArchetypes } from "../../src/decoys/personas/plan.ts";
import { flagOf, isKnownVariable, settingKeys, variableOf } from "../../src/kit/config.ts";
import { workers } from "../../src/workers/index.ts";

const src = join(import.meta.dir, "..", "..", "src");

function folders(path: string): string[] {
  return readdirSync(join(src, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

describe("registries", () => {
  test("every worker's folder is a worker of the registry, with the same four files", () => {
    expect(workers.map((worker) => worker.name).sort()).toEqual(folders("workers"));
    for (const name of folders("workers")) {
      const files = readdirSync(join(src, "workers", name));
      for (const file of ["index.ts", "core.ts", "io.ts", "run.ts"]) expect(files, name).toContain(file);
    }
  });

  test("every decoy's folder is a decoy of the registry", () => {
    const shared = ["personas", "shell"];
    const own = folders("decoys").filter((name) => !shared.includes(name));
    expect(decoys.map((decoy) => decoy.name).sort()).toEqual(own);
  });

  test("the machines of the host driver offer every decoy exactly once", () => {
    const offered = hostArchetypes.flatMap((archetype) => archetype.services as readonly string[]);
    expect(offered.toSorted()).toEqual(decoys.map((decoy) => decoy.name).toSorted());
  });

  test("every worker is a command with a summary and examples, and names are unique", () => {
    const names = commands.map((command) => command.name);
    expect(new Set(names).size).toBe(names.length);
    for (const worker of workers) expect(names).toContain(worker.name);
    for (const command of commands) {
      expect(command.summary.length, command.name).toBeGreaterThan(10);
      expect(command.examples.length, command.name).toBeGreaterThan(0);
    }
  });

  test("workers publish only what the catalogue lists, and read only what the config has", () => {
    const topics = Object.keys(topicCatalogue);
    const sections = new Set(settingKeys.flatMap((key) => [key, key.split(".")[0]]));
    for (const worker of workers) {
      for (const topic of worker.publishes) expect(topics, worker.name).toContain(topic);
      for (const section of worker.config) expect([...sections], worker.name).toContain(section);
    }
  });

  test("every variable that the program names is known to the config, so that none it reads is refused", async () => {
    const named = new Set<string>();
    for await (const file of new Bun.Glob("**/*.{ts,tsx}").scan(src)) {
      if (/\.test\.tsx?$/.test(file)) continue;
      const source = await Bun.file(join(src, file)).text();
      for (const [name] of source.matchAll(/\bDECNET_[A-Z][A-Z_]*[A-Z]\b/g)) named.add(name);
    }
    expect(named.size).toBeGreaterThan(8);
    expect([...named].filter((name) => !isKnownVariable(name))).toEqual([]);
  });

  test("flags and variables of settings are unique", () => {
    const flags = settingKeys.map(flagOf).filter((flag) => flag !== undefined);
    const variables = settingKeys.map(variableOf);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(variables).size).toBe(variables.length);
  });
});
