// The catalogue of evidence kinds, held to the code that emits and reads them and to the docs.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { renderKinds } from "../../scripts/docs-evidence.ts";
import { evidenceKinds, isEvidenceKind, parseEvidence } from "../../src/contract/evidence.ts";

const root = join(import.meta.dir, "..", "..");
const kinds = Object.keys(evidenceKinds);

async function sources(pattern: string): Promise<{ file: string; text: string }[]> {
  const files = await Array.fromAsync(new Bun.Glob(pattern).scan(root));
  const own = files.filter(
    (file) => !/\.(test|generated)\.tsx?$/.test(file) && !file.endsWith("contract/evidence.ts"),
  );
  return Promise.all(own.map(async (file) => ({ file, text: await Bun.file(join(root, file)).text() })));
}

describe("evidence kinds", () => {
  test("every kind is emitted or read somewhere", async () => {
    const text = (await sources("src/**/*.{ts,tsx}")).map((source) => source.text).join("\n");
    expect(kinds.filter((kind) => !text.includes(`"${kind}"`))).toEqual([]);
  });

  test("no source names a kind that is not listed", async () => {
    const families = new Set(kinds.map((kind) => kind.split(".")[0]));
    const shape = /(?:kind:|kind ===|record\()\s*"([a-z]+\.[a-z]+)"/g;
    const strangers = (await sources("src/**/*.{ts,tsx}")).flatMap(({ file, text }) =>
      [...text.matchAll(shape)]
        .map((match) => match[1] ?? "")
        .filter((name) => families.has(name.split(".")[0]) && !isEvidenceKind(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(strangers).toEqual([]);
  });

  test("the docs hold exactly the catalogue", async () => {
    const page = await Bun.file(join(root, "docs/evidence.md")).text();
    expect(page).toContain(renderKinds());
  });

  test("names that JavaScript objects inherit are no kinds", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(isEvidenceKind(name)).toBe(false);
      expect(parseEvidence({ kind: name }).ok).toBe(false);
    }
  });
});
