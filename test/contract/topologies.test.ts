// The documents on topologies hold to the code: the examples can be deployed, the table lists every fault.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { machineCatalogue } from "../../src/decoys/personas/catalogue.ts";
import { parseTopology } from "../../src/topology/file.ts";
import { commonness } from "../../src/topology/fleet.ts";
import { faultCodes, validateTopology } from "../../src/topology/validate.ts";

const docs = join(import.meta.dir, "..", "..", "docs");
const examples = readdirSync(join(docs, "examples")).filter((file) => file.endsWith(".toml"));

describe("topologies", () => {
  test.each(examples)("the example %s is valid", (file) => {
    const topology = parseTopology(readFileSync(join(docs, "examples", file), "utf8"), file);
    expect(validateTopology(topology, machineCatalogue())).toEqual([]);
  });

  test("what says how common a kind of machine is names none that is not there", () => {
    expect(Object.keys(commonness).filter((name) => !machineCatalogue().archetypes.has(name))).toEqual([]);
  });

  test("the table of faults is the catalogue", () => {
    const text = readFileSync(join(docs, "topologies.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows.slice(-Object.keys(faultCodes).length)).toEqual(Object.entries(faultCodes));
  });
});
