// The promise of the evidence path, kept under kill -9 of collector and ingester in mid-stream.

import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/contract/clock.ts";
import { createEvidenceClient } from "../../src/evidence/client.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { openStore } from "../../src/store/open.ts";
import { createDerivedStore } from "../../src/workers/correlator/io.ts";
import {
  command,
  newSessionId,
  password,
  silent,
  spawnWorker,
  temporaryFolder,
  until,
} from "../support/evidence-kit.ts";

const ROUNDS = 6;
/** Small segments, so that rotation and deletion happen under the kills too. */
const flags = { "spool.segment_bytes": 200_000, "ingester.batch": 300 };

const DERIVED = ["attacker", "session", "credential", "credential_reuse", "activity"];

/** What the killed correlator left is what one that was never killed makes of the same evidence. */
async function expectDerivedAgain(folder: DataFolder): Promise<void> {
  const store = openStore({ path: folder.database, log: silent });
  const dump = (): unknown =>
    DERIVED.map((table) => store.sqlite.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all());
  const before = dump();
  for (const table of [...DERIVED, "cursor"]) store.sqlite.run(`DELETE FROM ${table}`);
  const derived = createDerivedStore(store);
  while (derived.deriveNext(10_000) > 0);
  expect(dump()).toEqual(before);
  await store.close();
}

describe("kill -9 in mid-stream", () => {
  test("every acknowledged record is stored exactly once and seq has no gap", async () => {
    using folder = temporaryFolder();
    const metrics = createMetrics();
    const client = createEvidenceClient({
      socketPath: folder.collectorSocket,
      sensor: "test",
      clock: systemClock,
      log: silent,
      metrics,
      maxPending: 100_000,
    });
    const sent = new Set<string>();
    let sending = true;
    const produce = async (): Promise<void> => {
      while (sending) {
        const session = newSessionId();
        for (let i = 0; i < 150; i++) {
          const place = {
            session: i % 3 ? session : null,
            decky: `decky-${i % 5}`,
            src: { ip: `203.0.113.${i % 50}`, port: i },
          };
          const text = `${sent.size} ${"x".repeat(i)}`;
          const record = i % 4 ? command(text, place) : password(`p${i % 20}`, place);
          sent.add(record.id);
          client.send(record);
        }
        await systemClock.sleep(2);
      }
    };
    const producing = produce();
    let collector = await spawnWorker("collector", folder.root, flags);
    let ingester = await spawnWorker("ingester", folder.root, flags);
    let correlator = await spawnWorker("correlator", folder.root, flags);
    for (let round = 0; round < ROUNDS; round++) {
      const before = sent.size;
      await until(() => sent.size > before + 1500 + round * 377);
      if (round % 3 === 0) {
        await collector.kill();
        collector = await spawnWorker("collector", folder.root, flags);
      } else if (round % 3 === 1) {
        await ingester.kill();
        ingester = await spawnWorker("ingester", folder.root, flags);
      } else {
        await correlator.kill();
        correlator = await spawnWorker("correlator", folder.root, flags);
      }
    }
    sending = false;
    await producing;
    expect(await client.flush(20_000)).toBe(true);
    expect(client.lost).toBe(0);
    const store = openStore({ path: folder.database, log: silent, mode: "readonly" });
    const count = store.sqlite.prepare<{ n: number; top: number }, []>(
      "SELECT count(*) n, max(seq) top FROM evidence",
    );
    await until(() => count.get()?.n === sent.size);
    const ids = store.sqlite
      .query<{ id: string; seq: number }, []>("SELECT id, seq FROM evidence ORDER BY seq")
      .all();
    expect(ids.every((row, i) => row.seq === i + 1 && sent.delete(row.id))).toBe(true);
    expect(sent.size).toBe(0);
    const cursor = store.sqlite.prepare<{ seq: number }, []>(
      "SELECT seq FROM cursor WHERE worker = 'correlator'",
    );
    await until(() => cursor.get()?.seq === ids.length);
    await store.close();
    client.close();
    for (const worker of [collector, ingester, correlator]) expect(await worker.kill(true)).toBe(0);
    await expectDerivedAgain(folder);
  }, 60_000);
});
