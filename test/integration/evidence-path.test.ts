// The whole path in one process: client, collector, ingester, correlator, and what the bus is told.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BusEvent } from "../../src/bus/bus.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { Evidence } from "../../src/contract/evidence.ts";
import { createEvidenceClient } from "../../src/evidence/client.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { insertDrillSources } from "../../src/store/drills.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import { run as runCollector } from "../../src/workers/collector/run.ts";
import { run as runCorrelator } from "../../src/workers/correlator/run.ts";
import { run as runIngester } from "../../src/workers/ingester/run.ts";
import {
  command,
  evidence,
  silent as log,
  newSessionId,
  password,
  startWorker,
  temporaryFolder,
  until,
} from "../support/evidence-kit.ts";

/** Sends records through a client of their own; resolves once they are acknowledged. */
async function deliver(folder: DataFolder, records: readonly Evidence[]): Promise<void> {
  const client = createEvidenceClient({
    socketPath: folder.collectorSocket,
    sensor: "test",
    clock: systemClock,
    log,
    metrics: createMetrics(),
    maxPending: 100_000,
  });
  for (const record of records) client.send(record);
  expect(await client.flush(20_000)).toBe(true);
  client.close();
}

function countOf(store: Store, from: string): number {
  return store.sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${from}`).get()?.n ?? 0;
}

function conversation(ip: string, decky: string): Evidence[] {
  const at = { session: newSessionId(), src: { ip, port: 5 }, decky };
  return [
    evidence("connection.opened", {}, at),
    password("hunter2", at),
    command("id", at),
    evidence("connection.closed", { reason: "client", duration_ms: 1500, bytes_in: 1, bytes_out: 2 }, at),
  ];
}

describe("the evidence path", () => {
  test("tells the bus after the commit: batches, credentials, each source and session exactly once", async () => {
    using folder = temporaryFolder();
    const hub = new FakeHub();
    const heard: BusEvent[] = [];
    const listener = hub.connect({ name: "listener" });
    const subscription = listener.subscribe(">");
    await subscription.ready;
    void (async () => {
      for await (const event of subscription) heard.push(event);
    })();
    const of = (topic: string) => heard.filter((event) => event.topic === topic);
    const workers = await Promise.all([
      startWorker(runCollector, folder, { bus: hub.connect({ name: "collector" }) }),
      startWorker(runIngester, folder, { bus: hub.connect({ name: "ingester" }) }),
    ]);
    const startCorrelator = () =>
      startWorker(runCorrelator, folder, { bus: hub.connect({ name: "correlator" }) });
    let correlator = await startCorrelator();
    await deliver(folder, [...conversation("203.0.113.1", "web-1"), ...conversation("203.0.113.2", "web-1")]);
    await until(() => of("attacker.session.ended").length === 2);
    await correlator.stop();
    await deliver(folder, conversation("203.0.113.1", "db-1"));
    correlator = await startCorrelator();
    await until(() => of("attacker.session.ended").length === 3);
    await until(() => of("credential.reuse.detected").length === 1);

    expect(of("attacker.observed").map((event) => event.payload["attacker_ip"])).toEqual([
      "203.0.113.1",
      "203.0.113.2",
    ]);
    expect(of("attacker.observed")[0]?.payload).toMatchObject({
      decky: "web-1",
      service: "ssh",
      first_seen: expect.any(Number),
    });
    expect(of("attacker.session.started").length).toBe(3);
    expect(of("attacker.session.ended")[0]?.payload).toMatchObject({
      duration_s: 1.5,
      counts: { evidence: 4, credentials: 1, commands: 1, files: 0 },
    });
    expect(of("credential.captured").length).toBe(3);
    expect(of("credential.reuse.detected")[0]?.payload).toMatchObject({
      kind: "password",
      attackers: ["203.0.113.1", "203.0.113.2"],
    });
    for (const topic of ["attacker.observed", "attacker.session.ended", "credential.captured"])
      expect(of(topic)[0]?.payload).toMatchObject({ drill: false });
    expect(of("credential.reuse.detected")[0]?.payload).toMatchObject({ drill: false });
    expect(JSON.stringify(heard.map((event) => event.payload))).not.toContain("hunter2");
    const log1 = of("system.log").filter((event) => event.payload["worker"] === "ingester");
    expect(log1.reduce((sum, event) => sum + Number(event.payload["count"]), 0)).toBe(12);
    expect(log1.at(-1)?.payload["position"]).toBe(12);
    expect(new Set(of("attacker.session.ended").map((event) => event.id)).size).toBe(3);
    await correlator.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }, 30_000);

  test("what a drill does is marked in every payload that names its source", async () => {
    using folder = temporaryFolder();
    const store = openStore({ path: folder.database, log });
    await insertDrillSources(store.db, { run: "r1", ips: ["127.9.9.8", "127.9.9.9"], startedAt: 1 });
    await store.close();
    const hub = new FakeHub();
    const heard: BusEvent[] = [];
    const subscription = hub.connect({ name: "listener" }).subscribe(">");
    await subscription.ready;
    void (async () => {
      for await (const event of subscription) heard.push(event);
    })();
    const workers = await Promise.all([
      startWorker(runCollector, folder),
      startWorker(runIngester, folder, { bus: hub.connect({ name: "ingester" }) }),
      startWorker(runCorrelator, folder, { bus: hub.connect({ name: "correlator" }) }),
    ]);
    await deliver(folder, [...conversation("127.9.9.8", "web-1"), ...conversation("127.9.9.9", "web-1")]);
    const ofDrills = () => heard.filter(({ topic }) => /^(attacker|credential)\./.test(topic));
    await until(() => ofDrills().length === 9);
    expect(ofDrills().filter(({ payload }) => payload["drill"] !== true)).toEqual([]);
    await Promise.all(workers.map((worker) => worker.stop()));
  }, 30_000);

  test("an event that was sent and not marked comes again under the same id", async () => {
    using folder = temporaryFolder();
    const hub = new FakeHub();
    const listener = hub.connect({ name: "listener" });
    const subscription = listener.subscribe("attacker.observed");
    const ids: string[] = [];
    void (async () => {
      for await (const event of subscription) ids.push(event.id);
    })();
    const collector = await startWorker(runCollector, folder);
    const ingester = await startWorker(runIngester, folder);
    await deliver(folder, conversation("203.0.113.1", "web-1"));
    for (let round = 1; round <= 2; round++) {
      const correlator = await startWorker(runCorrelator, folder, {
        bus: hub.connect({ name: "correlator" }),
      });
      await until(() => ids.length === round);
      await correlator.stop();
      const store = openStore({ path: folder.database, log });
      // As if the process had been killed between the publication and the mark.
      store.sqlite.run("UPDATE attacker SET announced = 0");
      await store.close();
    }
    expect(new Set(ids).size).toBe(1);
    await collector.stop();
    await ingester.stop();
  }, 30_000);

  test("without any bus everything is stored and derived, and consumed segments go", async () => {
    using folder = temporaryFolder();
    const flags = { "spool.segment_bytes": 20_000, "ingester.batch": 100 };
    const workers = await Promise.all(
      [runCollector, runIngester, runCorrelator].map((run) => startWorker(run, folder, { flags })),
    );
    const records = Array.from({ length: 400 }, (_, i) => conversation(`203.0.113.${i % 9}`, "web-1")).flat();
    await deliver(folder, records.slice(0, 800));
    await deliver(folder, records.slice(800));
    const store = openStore({ path: folder.database, log, mode: "readonly" });
    await until(() => countOf(store, "session WHERE ended_at IS NOT NULL") === 400);
    expect(countOf(store, "evidence")).toBe(1600);
    expect(countOf(store, "attacker")).toBe(9);
    await until(() => readdirSync(folder.spool).filter((name) => name.endsWith(".seg")).length === 1);
    await store.close();
    for (const worker of workers) await worker.stop();
  }, 30_000);

  test("a store that is locked for a while delays evidence and loses none", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    const store = openStore({ path: folder.database, log });
    store.sqlite.run("BEGIN IMMEDIATE");
    const ingester = await startWorker(runIngester, folder, { flags: { "ingester.batch": 10 } });
    const delivering = deliver(
      folder,
      Array.from({ length: 50 }, (_, i) => command(`${i}`)),
    );
    await delivering;
    expect(countOf(store, "evidence")).toBe(0);
    store.sqlite.run("ROLLBACK");
    await until(() => countOf(store, "evidence") === 50);
    await ingester.stop();
    await collector.stop();
    await store.close();
  }, 30_000);

  test("a damaged spool record costs itself: the rest is stored and the loss is counted", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    await deliver(
      folder,
      Array.from({ length: 20 }, (_, i) => command(`${i}`)),
    );
    await collector.stop();
    const path = join(folder.spool, readdirSync(folder.spool).find((name) => name.endsWith(".seg")) ?? "");
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(path, bytes);
    const ingester = await startWorker(runIngester, folder);
    const store = openStore({ path: folder.database, log, mode: "readonly" });
    await until(() => countOf(store, "evidence") === 19);
    expect(ingester.metrics.snapshot()).toMatchObject({ spool_damaged_total: 1, evidence_stored_total: 19 });
    await ingester.stop();
    await store.close();
  });

  test("a spool that was replaced is read from its start and known records are passed over", async () => {
    using folder = temporaryFolder();
    const records = Array.from({ length: 30 }, (_, i) => command(`${i}`));
    let collector = await startWorker(runCollector, folder);
    let ingester = await startWorker(runIngester, folder);
    await deliver(folder, records.slice(0, 20));
    const store = openStore({ path: folder.database, log, mode: "readonly" });
    await until(() => countOf(store, "evidence") === 20);
    await ingester.stop();
    await collector.stop();
    for (const name of readdirSync(folder.spool)) writeFileSync(join(folder.spool, name), "");
    collector = await startWorker(runCollector, folder);
    await deliver(folder, records.slice(15, 30));
    ingester = await startWorker(runIngester, folder);
    await until(() => countOf(store, "evidence") === 30);
    expect(store.sqlite.query<{ top: number }, []>("SELECT max(seq) AS top FROM evidence").get()?.top).toBe(
      30,
    );
    await ingester.stop();
    await collector.stop();
    await store.close();
  });
});
