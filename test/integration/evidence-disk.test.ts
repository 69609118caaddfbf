// A disk that is really full: a small tmpfs under the spool, filled while evidence comes in.

import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/contract/clock.ts";
import { createEvidenceClient } from "../../src/evidence/client.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { openStore } from "../../src/store/open.ts";
import { run as runCollector } from "../../src/workers/collector/run.ts";
import { run as runIngester } from "../../src/workers/ingester/run.ts";
import { command, silent as log, startWorker, temporaryFolder, until } from "../support/evidence-kit.ts";

function mountAt(path: string, options: string): boolean {
  return Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], { stderr: "ignore" }).success;
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  using folder = temporaryFolder();
  if (!mountAt(folder.spool, "size=64k")) return false;
  return Bun.spawnSync(["umount", folder.spool]).success;
}

/** Sends `count` records and waits for their acknowledgement; returns how many were lost. */
async function offer(folder: DataFolder, count: number): Promise<number> {
  const client = createEvidenceClient({
    socketPath: folder.collectorSocket,
    sensor: "test",
    clock: systemClock,
    log,
    metrics: createMetrics(),
    maxPending: 100_000,
  });
  for (let i = 0; i < count; i++) client.send(command("x".repeat(500)));
  expect(await client.flush(20_000)).toBe(true);
  client.close();
  return client.lost;
}

const mountable = canMount();

describe.skipIf(!mountable)(`a full disk${mountable ? "" : " (skipped: needs root and mount)"}`, () => {
  test("the collector refuses and counts, goes on when there is room, and tells what was lost", async () => {
    using folder = temporaryFolder();
    expect(mountAt(folder.spool, "size=1m")).toBe(true);
    try {
      const collector = await startWorker(runCollector, folder, {
        flags: { "spool.segment_bytes": 100_000 },
      });
      expect(await offer(folder, 100)).toBe(0);
      const ballast = join(folder.spool, "ballast");
      writeFileSync(ballast, Buffer.alloc(800_000));
      let lost = 0;
      for (let round = 0; round < 5; round++) lost += await offer(folder, 150);
      expect(lost).toBeGreaterThan(0);
      rmSync(ballast);
      expect(await offer(folder, 50)).toBe(0);
      const accepted = 100 + 750 - lost + 50;
      const ingester = await startWorker(runIngester, folder);
      const store = openStore({ path: folder.database, log, mode: "readonly" });
      const of = (kind: string): { n: number; lost: number } | null =>
        store.sqlite
          .query<{ n: number; lost: number }, [string]>(
            "SELECT count(*) AS n, sum(json_extract(data, '$.count')) AS lost FROM evidence WHERE kind = ?",
          )
          .get(kind);
      await until(() => of("command.executed")?.n === accepted && of("evidence.lost")?.lost === lost);
      expect(collector.metrics.snapshot()["evidence_lost_total"]).toBe(lost);
      await ingester.stop();
      await collector.stop();
      await store.close();
    } finally {
      Bun.spawnSync(["umount", folder.spool]);
    }
  }, 60_000);

  test("a store without room waits, and stores everything once there is", async () => {
    using folder = temporaryFolder();
    expect(mountAt(folder.root, "size=3m")).toBe(true);
    using spool = temporaryFolder();
    const split: DataFolder = {
      ...folder,
      spool: spool.spool,
      run: spool.run,
      collectorSocket: spool.collectorSocket,
    };
    try {
      const collector = await startWorker(runCollector, split);
      const ingester = await startWorker(runIngester, split, { flags: { "ingester.batch": 200 } });
      const ballast = join(folder.root, "ballast");
      writeFileSync(ballast, Buffer.alloc(2_200_000));
      expect(await offer(split, 600)).toBe(0);
      const store = openStore({ path: folder.database, log, mode: "readonly" });
      const count = (): number =>
        store.sqlite.query<{ n: number }, []>("SELECT count(*) AS n FROM evidence").get()?.n ?? 0;
      expect(count()).toBeLessThan(600);
      rmSync(ballast);
      await until(() => count() === 600);
      await ingester.stop();
      await collector.stop();
      await store.close();
    } finally {
      Bun.spawnSync(["umount", "-l", folder.root]);
    }
  }, 60_000);
});
