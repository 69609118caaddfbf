import { describe, expect, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/evidence-kit.ts";
import { systemClock } from "../../contract/clock.ts";
import { createLogger } from "../../kit/log.ts";
import { createSpoolFiles, formatHead } from "./files.ts";
import { SpoolReader } from "./reader.ts";
import { segmentName } from "./segment.ts";
import { SpoolWriter } from "./writer.ts";

const log = createLogger("test", "silent");

function open(dir: string, segmentBytes = 1_000_000): Promise<SpoolWriter> {
  const bounds = { quotaBytes: 100_000_000, segmentBytes, flushMs: 0, flushBytes: 1 };
  return SpoolWriter.open({ files: createSpoolFiles(dir), clock: systemClock, log, ...bounds });
}

const payload = (n: number): Buffer => Buffer.from(`record ${n}`);
const batch = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, i) => payload(from + i));

/** Reads until nothing comes any more: the texts and how many were given up. */
function drain(reader: SpoolReader, max = 7): { texts: string[]; damaged: number } {
  const texts: string[] = [];
  let damaged = 0;
  for (let turn = 0; turn < 10_000; turn++) {
    const read = reader.read(max);
    if (read.payloads.length === 0 && read.damaged === 0) return { texts, damaged };
    texts.push(...read.payloads.map((bytes) => Buffer.from(bytes).toString()));
    damaged += read.damaged;
  }
  throw new Error("the reader does not come to an end");
}

describe("spool reader", () => {
  test("reads in order over segments, from any position, and follows the writer", async () => {
    using folder = temporaryFolder();
    await using writer = await open(folder.spool, 100);
    for (let n = 0; n < 50; n += 5) await writer.append(batch(n, n + 5));
    expect(readdirSync(folder.spool).length).toBeGreaterThan(3);
    for (const from of [0, 1, 17, 49, 50]) {
      using reader = new SpoolReader(folder.spool, from);
      expect(drain(reader).texts).toEqual(batch(from, 50).map(String));
    }
    using reader = new SpoolReader(folder.spool, 0);
    drain(reader);
    await writer.append(batch(50, 60));
    expect(drain(reader)).toEqual({ texts: batch(50, 60).map(String), damaged: 0 });
  });

  test("reads nothing beyond the head: what is not durable may be taken back", async () => {
    using folder = temporaryFolder();
    const writer = await open(folder.spool);
    await writer.append(batch(0, 10));
    await writer.close();
    writeFileSync(join(folder.spool, "head"), formatHead(4));
    using reader = new SpoolReader(folder.spool, 0);
    expect(drain(reader).texts).toEqual(batch(0, 4).map(String));
    rmSync(join(folder.spool, "head"));
    expect(drain(reader).texts).toEqual([]);
  });

  test("only segments that are read and left are consumed", async () => {
    using folder = temporaryFolder();
    await using writer = await open(folder.spool, 100);
    for (let n = 0; n < 30; n += 5) await writer.append(batch(n, n + 5));
    using reader = new SpoolReader(folder.spool, 0);
    expect(reader.consumed(0)).toEqual([]);
    const firsts = reader.segments().map((segment) => segment.first);
    expect(reader.consumed(30)).toEqual(firsts.slice(0, -1));
    drain(reader);
    for (const first of reader.consumed(reader.position)) reader.remove(first);
    await writer.append(batch(30, 35));
    expect(drain(reader).texts).toEqual(batch(30, 35).map(String));
  });

  test("a flipped bit anywhere costs one record, wherever reading begins", async () => {
    using folder = temporaryFolder();
    const writer = await open(folder.spool);
    await writer.append(batch(0, 6));
    await writer.close();
    const path = join(folder.spool, segmentName(0));
    const sound = readFileSync(path);
    for (let at = 24; at < sound.length; at++) {
      const bytes = Buffer.from(sound);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      writeFileSync(path, bytes);
      const hit = Math.floor((at - 24) / 20);
      const expected = batch(0, 6).map(String);
      expected.splice(hit, 1);
      using reader = new SpoolReader(folder.spool, 0);
      expect(drain(reader)).toEqual({ texts: expected, damaged: 1 });
      using late = new SpoolReader(folder.spool, 5);
      expect(drain(late).texts).toEqual(hit === 5 ? [] : ["record 5"]);
    }
  });

  test("a truncated, a headerless and a missing segment are given up and the next is read", async () => {
    for (const harm of ["truncate", "header", "remove"] as const) {
      using folder = temporaryFolder();
      await using writer = await open(folder.spool, 100);
      for (let n = 0; n < 30; n += 10) await writer.append(batch(n, n + 10));
      const path = join(folder.spool, segmentName(10));
      if (harm === "truncate") truncateSync(path, 24 + 21 * 3 + 5);
      if (harm === "header") writeFileSync(path, Buffer.alloc(500));
      if (harm === "remove") rmSync(path);
      using reader = new SpoolReader(folder.spool, 0);
      const kept = harm === "truncate" ? 3 : 0;
      expect(drain(reader)).toEqual({
        texts: [...batch(0, 10 + kept), ...batch(20, 30)].map(String),
        damaged: 10 - kept,
      });
    }
  });

  test("goes on in the newest segment behind its damaged end", async () => {
    using folder = temporaryFolder();
    await using writer = await open(folder.spool);
    await writer.append(batch(0, 5));
    const path = join(folder.spool, segmentName(0));
    const bytes = readFileSync(path);
    bytes.writeUInt8(0, bytes.length - 1);
    writeFileSync(path, bytes);
    using reader = new SpoolReader(folder.spool, 0);
    expect(drain(reader)).toEqual({ texts: batch(0, 4).map(String), damaged: 1 });
    await writer.append(batch(5, 8));
    expect(drain(reader)).toEqual({ texts: batch(5, 8).map(String), damaged: 0 });
  });

  test("bytes behind the head are no records", async () => {
    using folder = temporaryFolder();
    await using writer = await open(folder.spool);
    await writer.append(batch(0, 3));
    appendFileSync(join(folder.spool, segmentName(0)), Buffer.alloc(300, 0xaa));
    using reader = new SpoolReader(folder.spool, 0);
    expect(drain(reader)).toEqual({ texts: batch(0, 3).map(String), damaged: 0 });
  });

  test("records of the largest size pass through", async () => {
    using folder = temporaryFolder();
    await using writer = await open(folder.spool);
    const large = Buffer.alloc(500_000, 0x61);
    await writer.append([large, payload(1), large, large, large, large, payload(6)]);
    using reader = new SpoolReader(folder.spool, 0);
    expect(drain(reader, 100).texts.map((text) => text.length)).toEqual([
      500_000, 8, 500_000, 500_000, 500_000, 500_000, 8,
    ]);
  });
});
