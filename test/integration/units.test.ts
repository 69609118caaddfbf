// Generated units before systemd's own eyes: nothing to complain of, and an exposure below the bound.

import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exposureOf } from "../../scripts/docs-units.ts";
import { TARGET, unitName } from "../../src/commands/init/layout.ts";
import { renderTarget, renderUnit } from "../../src/commands/init/units.ts";
import { workers } from "../../src/workers/index.ts";

const ready = Bun.which("systemd-analyze") !== null;
const operation = readFileSync(join(import.meta.dir, "../../docs/operation.md"), "utf8");

/** Why the scores in the documents can't be compared with those of this host; undefined where they can. */
function whyNoScores(): string | undefined {
  const documented = /of systemd (\d+) says/.exec(operation)?.[1];
  if (!ready) return `needs systemd ${documented}`;
  const said = Bun.spawnSync(["systemd-analyze", "--version"]).stdout.toString();
  return said.startsWith(`systemd ${documented} `) ? undefined : `needs systemd ${documented}`;
}

const noScores = whyNoScores();

test.skipIf(!ready)("systemd-analyze verify says nothing (needs systemd)", () => {
  const folder = mkdtempSync(join(tmpdir(), "decnet-verify-"));
  try {
    const options = { binary: "/bin/true", loopback: true };
    for (const worker of workers)
      writeFileSync(join(folder, unitName(worker.name)), renderUnit(worker, options));
    writeFileSync(join(folder, TARGET), renderTarget());
    const files = [...workers.map(({ name }) => unitName(name)), TARGET].map((name) => join(folder, name));
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` };
    const ran = Bun.spawnSync(["timeout", "60", "systemd-analyze", "verify", ...files], { env });
    expect([ran.exitCode, ran.stdout.toString(), ran.stderr.toString()]).toEqual([0, "", ""]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(!ready).each(workers.map((worker) => [worker.name, worker] as const))(
  "%s is exposed less than its bound (needs systemd)",
  (_, worker) => {
    // A unit that begins as root and one that listens are open by that much more.
    const bound = { none: 1, management: 2, decoys: 3, fleet: 7 }[worker.service.network];
    expect(Number(exposureOf(worker))).toBeLessThan(bound);
  },
);

test.skipIf(noScores !== undefined).each(workers.map((worker) => [worker.name, worker] as const))(
  `%s has the exposure that docs/operation.md tells (run \`bun scripts/docs-units.ts\`)${noScores ? ` (${noScores})` : ""}`,
  (_, worker) => {
    const row = new RegExp(`^\\| \`${unitName(worker.name)}\` .* \\| ([0-9.]+) \\|$`, "m");
    expect(row.exec(operation)?.[1]).toBe(exposureOf(worker));
  },
);
