// The collector's door over its real socket: honest clients, hostile bytes, a collector that goes and comes back.

import { describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { encode } from "@msgpack/msgpack";
import { systemClock } from "../../src/contract/clock.ts";
import { EVIDENCE_BYTES } from "../../src/contract/evidence.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import type { EvidenceClient } from "../../src/evidence/client.ts";
import { createEvidenceClient } from "../../src/evidence/client.ts";
import { FrameReader, toFrame } from "../../src/evidence/door/frames.ts";
import { formatMessage, parseServerMessage } from "../../src/evidence/door/messages.ts";
import type { RecordRow } from "../../src/evidence/record.ts";
import { decodeRecord } from "../../src/evidence/record.ts";
import { SpoolReader } from "../../src/evidence/spool/reader.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import { run as runCollector } from "../../src/workers/collector/run.ts";
import { command, silent as log, startWorker, temporaryFolder, until } from "../support/evidence-kit.ts";

function newClient(folder: DataFolder, maxPending = 10_000): EvidenceClient {
  return createEvidenceClient({
    socketPath: folder.collectorSocket,
    sensor: "test",
    clock: systemClock,
    log,
    metrics: createMetrics(),
    maxPending,
  });
}

function spooled(folder: DataFolder): RecordRow[] {
  using reader = new SpoolReader(folder.spool, 0);
  const rows: RecordRow[] = [];
  for (let batch = reader.read(1000); batch.payloads.length > 0; batch = reader.read(1000)) {
    rows.push(...batch.payloads.map(decodeRecord).filter((row) => row !== null));
  }
  return rows;
}

/** A bare connection: what the collector said, and when it ended. */
function dial(folder: DataFolder): { socket: Socket; said: unknown[]; closed: Promise<void> } {
  const socket = connect(folder.collectorSocket);
  const frames = new FrameReader();
  const said: unknown[] = [];
  socket.on("data", (chunk: Buffer) => said.push(...frames.push(chunk).map(parseServerMessage)));
  socket.on("error", () => undefined);
  return { socket, said, closed: new Promise((resolve) => socket.once("close", () => resolve())) };
}

const hello = formatMessage(["hello", 1, "test"]);

describe("the door", () => {
  test("is for its owner and group alone", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    expect(statSync(folder.collectorSocket).mode & 0o777).toBe(0o660);
    await collector.stop();
  });

  test("takes what is evidence, rejects what is not, and asks for neither again", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    const { socket, said } = dial(folder);
    const good = command("id");
    const bad = [
      { ...good, kind: "nonsense" },
      { ...good, extra: 1 },
      { ...good, data: { command: "id" } },
      { ...good, src: { ip: "::1", port: 70_000 } },
      { ...good, src: { ip: "../../x", port: 7 } },
      null,
      [],
    ].map((value) => Buffer.from(JSON.stringify(value)));
    const noJson = [
      Buffer.from("{"),
      Buffer.from(""),
      Buffer.from("[".repeat(100_000)),
      Buffer.from([0xff, 0xfe]),
    ];
    const large = Buffer.alloc(EVIDENCE_BYTES + 1, 0x20);
    socket.write(hello);
    socket.write(formatMessage(["put", 5, [...bad, ...noJson, large, Buffer.from(JSON.stringify(good))]]));
    await until(() => said.length === 2);
    expect(said).toEqual([
      ["welcome", 1],
      ["ack", 5, 1, 11, 1],
    ]);
    socket.destroy();
    await collector.stop();
    expect(spooled(folder).map((row) => row.kind)).toEqual(["command.executed", "evidence.lost"]);
    expect(collector.metrics.snapshot()).toMatchObject({
      evidence_rejected_total: 11,
      evidence_lost_total: 1,
    });
  });

  test("a peer that breaks the protocol loses its own connection alone", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    const honest = newClient(folder);
    honest.send(command("before"));
    const put = formatMessage(["put", 1, []]);
    const hostile: Uint8Array[] = [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0, 0, 0, 0]),
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
      put,
      Buffer.concat([hello, hello]),
      formatMessage(["hello", 2, "test"]),
      Buffer.concat([hello, toFrame(Buffer.alloc(1000, 0x91))]),
      Buffer.concat([hello, toFrame(encode(["put", 1, ["text"]]))]),
      Buffer.concat([hello, toFrame(Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]))]),
    ];
    for (const bytes of hostile) {
      const { socket, said, closed } = dial(folder);
      socket.write(bytes);
      await closed;
      expect(said.at(-1)).toEqual(["error", expect.any(String)]);
    }
    const random = createSeededRandom("hostile");
    for (let round = 0; round < 60; round++) {
      const { socket, closed } = dial(folder);
      socket.end(Buffer.concat([round % 2 ? hello : Buffer.alloc(0), random.bytes(random.below(300))]));
      await closed;
    }
    honest.send(command("after"));
    expect(await honest.flush(5000)).toBe(true);
    honest.close();
    await collector.stop();
    expect(spooled(folder).length).toBe(2);
    expect(collector.metrics.snapshot()["door_violations_total"]).toBeGreaterThanOrEqual(hostile.length);
  });

  test("a peer that hangs up in mid-frame leaves nothing behind", async () => {
    using folder = temporaryFolder();
    const collector = await startWorker(runCollector, folder);
    const { socket, closed } = dial(folder);
    const frame = formatMessage(["put", 1, [Buffer.from(JSON.stringify(command("half")))]]);
    socket.end(Buffer.concat([hello, frame.subarray(0, frame.length - 3)]));
    await closed;
    await collector.stop();
    expect(spooled(folder)).toEqual([]);
  });

  test("a second collector is refused, a dead socket is replaced", async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.collectorSocket, "");
    const collector = await startWorker(runCollector, folder);
    expect(startWorker(runCollector, folder)).rejects.toMatchObject({ code: "conflict" });
    const client = newClient(folder);
    client.send(command("still there"));
    expect(await client.flush(5000)).toBe(true);
    client.close();
    await collector.stop();
  });
});

describe("the client", () => {
  test("holds evidence while the collector is away and delivers it in order", async () => {
    using folder = temporaryFolder();
    const client = newClient(folder);
    const records = Array.from({ length: 2500 }, (_, i) => command(`${i}`));
    for (const record of records.slice(0, 1000)) client.send(record);
    expect(await client.flush(20)).toBe(false);
    expect(client.pending).toBe(1000);
    const first = await startWorker(runCollector, folder);
    expect(await client.flush(10_000)).toBe(true);
    await first.stop();
    for (const record of records.slice(1000)) client.send(record);
    const second = await startWorker(runCollector, folder);
    expect(await client.flush(10_000)).toBe(true);
    expect(client.lost).toBe(0);
    client.close();
    await second.stop();
    const ids = [...new Set(spooled(folder).map((row) => row.id))];
    expect(ids).toEqual(records.map((record) => record.id));
  });

  test("drops the newest when it is full, counts them, and tells it once there is room", async () => {
    using folder = temporaryFolder();
    const client = newClient(folder, 50);
    const records = Array.from({ length: 80 }, (_, i) => command(`${i}`));
    for (const record of records) client.send(record);
    expect([client.pending, client.lost]).toEqual([50, 30]);
    const collector = await startWorker(runCollector, folder);
    expect(await client.flush(10_000)).toBe(true);
    client.close();
    await collector.stop();
    const rows = spooled(folder);
    expect(rows.slice(0, 50).map((row) => row.id)).toEqual(records.slice(0, 50).map((record) => record.id));
    expect(rows.slice(50).map((row) => [row.kind, row.data])).toEqual([
      ["evidence.lost", '{"count":30,"reason":"buffer-full"}'],
    ]);
  });

  test("never throws, closed or not, and gives up what is too large", async () => {
    using folder = temporaryFolder();
    const client = newClient(folder);
    const huge = command("x");
    client.send({
      ...huge,
      data: { ...huge.data, command: { enc: "utf8", val: "y".repeat(EVIDENCE_BYTES), len: 1 } },
    } as never);
    expect([client.pending, client.lost]).toEqual([0, 1]);
    client.send(command("waits"));
    const flushing = client.flush(10_000);
    client.close();
    client.close();
    expect(await flushing).toBe(false);
    client.send(command("late"));
    expect(client.lost).toBe(2);
  });
});
