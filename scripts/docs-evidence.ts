// Writes the table of evidence kinds into docs/evidence.md, between its two marks.

import { join } from "node:path";
import { evidenceKinds } from "../src/contract/evidence.ts";

const path = join(import.meta.dir, "..", "docs", "evidence.md");
const BEGIN = "<!-- kinds: made by scripts/docs-evidence.ts -->";
const END = "<!-- end of kinds -->";

/** The table, one row per kind of the catalogue. */
export function renderKinds(): string {
  const rows = Object.entries(evidenceKinds).map(([kind, { summary, data }]) => {
    const fields = Object.keys(data.shape).map((field) => `\`${field}\``);
    return `| \`${kind}\` | ${summary} | ${fields.join(" ") || "none"} |`;
  });
  return [BEGIN, "", "| kind | when | data |", "| --- | --- | --- |", ...rows, "", END].join("\n");
}

if (import.meta.main) {
  const page = await Bun.file(path).text();
  const end = page.indexOf(END);
  const begin = page.indexOf(BEGIN);
  const head = begin === -1 ? `${page.trimEnd()}\n\n## Kinds of evidence\n\n` : page.slice(0, begin);
  const tail = end === -1 ? "\n" : page.slice(end + END.length);
  await Bun.write(path, `${head}${renderKinds()}${tail}`);
}
