// Writes the table of service units into docs/operation.md, between its two marks, with systemd's own score of each.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, unitName } from "../src/commands/init/layout.ts";
import { renderUnit } from "../src/commands/init/units.ts";
import type { WorkerDefinition } from "../src/kit/worker.ts";
import { workers } from "../src/workers/index.ts";

const path = join(import.meta.dir, "..", "docs", "operation.md");
const BEGIN = "<!-- units: made by scripts/docs-units.ts -->";
const END = "<!-- end of units -->";

/** systemd-analyze(1): the exposure of a unit, 0 (closed) to 10 (open). */
export function exposureOf(worker: WorkerDefinition): string {
  const folder = mkdtempSync(join(tmpdir(), "decnet-units-"));
  try {
    const file = join(folder, unitName(worker.name));
    writeFileSync(file, renderUnit(worker, { binary: BINARY, loopback: true }));
    const ran = Bun.spawnSync([
      "timeout",
      "30",
      "systemd-analyze",
      "security",
      "--offline=true",
      "--no-pager",
      file,
    ]);
    const score = /Overall exposure level for [^:]+: ([0-9.]+)/.exec(ran.stdout.toString())?.[1];
    if (score === undefined) throw new Error(`no score for ${worker.name}: ${ran.stderr.toString()}`);
    return score;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The table, one row per worker of the registry. */
export function renderUnits(scores: ReadonlyMap<string, string>): string {
  const rows = workers.map(({ name, service, privileges }) => {
    const open = Object.entries(service.places).map(([place, how]) => `${place} (${how})`);
    const user = service.user === "workers" ? "`decnet`" : "`decnet-decky`";
    const given = service.user === "decoys" ? ", until its sockets are open" : "";
    const caps = privileges.length > 0 ? `${privileges.join(", ")}${given}` : "none";
    return `| \`${unitName(name)}\` | ${user} | ${caps} | ${service.network} | ${open.join(", ")} | ${scores.get(name) ?? ""} |`;
  });
  const head = [
    "| unit | user | capabilities | network | places | exposure |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  return [BEGIN, "", ...head, ...rows, "", END].join("\n");
}

if (import.meta.main) {
  const page = await Bun.file(path).text();
  const table = renderUnits(new Map(workers.map((worker) => [worker.name, exposureOf(worker)])));
  const [before, rest] = page.split(BEGIN);
  await Bun.write(path, `${before}${table}${rest?.split(END)[1] ?? ""}`);
}
