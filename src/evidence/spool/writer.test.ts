import { describe, expect, test } from "bun:test";
import type { Operation } from "../../../test/support/fault-files.ts";
import { FaultFiles } from "../../../test/support/fault-files.ts";
import { systemClock } from "../../contract/clock.ts";
import { createLogger } from "../../kit/log.ts";
import { parseRecord, SEGMENT_HEADER_BYTES, scanSegment } from "./segment.ts";
import { SpoolWriter } from "./writer.ts";

const log = createLogger("test", "silent");
const bounds = { quotaBytes: 1_000_000, segmentBytes: 1000, flushMs: 1, flushBytes: 1_000_000 };

function open(files: FaultFiles, over: Partial<typeof bounds> = {}): Promise<SpoolWriter> {
  return SpoolWriter.open({ files, clock: systemClock, log, ...bounds, ...over });
}

const payload = (n: number, size = 100): Buffer => Buffer.from(String(n).padEnd(size, "."));

/** What the spool durably holds, by position. */
function contents(files: FaultFiles): Map<number, string> {
  const found = new Map<number, string>();
  const firsts = [...files.segments.keys()].sort((a, b) => a - b);
  firsts.forEach((first, i) => {
    const bytes = files.segments.get(first)?.durable ?? Buffer.alloc(0);
    const end = firsts[i + 1] ?? Number.POSITIVE_INFINITY;
    for (let at = SEGMENT_HEADER_BYTES, index = 0; first + index < end; index++) {
      const record = parseRecord(bytes, at, index, index + 1);
      if (!record) break;
      found.set(first + index, Buffer.from(record.payload).toString().replace(/\.+$/, ""));
      at = record.end;
    }
  });
  return found;
}

/** Fails the given operations `times` times each, one after the other. */
function failing(
  code: string,
  plan: Partial<Record<Operation, number>>,
): (operation: Operation) => string | null {
  const left = new Map(Object.entries(plan));
  return (operation) => {
    const count = left.get(operation) ?? 0;
    if (count === 0) return null;
    left.set(operation, count - 1);
    return code;
  };
}

describe("spool writer", () => {
  test("an acknowledged batch survives a power cut", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    expect(await writer.append([payload(0), payload(1)])).toEqual({ ok: true, position: 2 });
    expect(files.head).toBe(2);
    files.powerCut();
    expect([...contents(files).values()]).toEqual(["0", "1"]);
    const again = await open(files);
    expect(again.position).toBe(2);
  });

  test("many callers share one fdatasync", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    const before = files.syncs;
    const results = await Promise.all(Array.from({ length: 50 }, (_, n) => writer.append([payload(n, 8)])));
    expect(results.map((result) => result.ok && result.position)).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
    expect(files.syncs - before).toBe(1);
  });

  test("segments rotate, are named by their first position and go on after a restart", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    for (let n = 0; n < 30; n++) await writer.append([payload(n)]);
    const firsts = await files.list();
    expect(firsts.length).toBeGreaterThan(2);
    await writer.close();
    const again = await open(files);
    await again.append([payload(30)]);
    expect([...contents(files)].map(([at, text]) => `${at}=${text}`)).toEqual(
      Array.from({ length: 31 }, (_, n) => `${n}=${n}`),
    );
  });

  test("the position survives an emptied spool", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    await writer.append([payload(0), payload(1), payload(2)]);
    await writer.close();
    files.segments.clear();
    expect((await open(files)).position).toBe(3);
  });

  test("torn at every byte, recovery cuts what was never acknowledged and appends behind the rest", async () => {
    const whole = new FaultFiles();
    const writer = await open(whole, { segmentBytes: 100_000 });
    await writer.append([payload(0, 20), payload(1, 20)]);
    const acknowledged = whole.segments.get(0)?.bytes.length ?? 0;
    await writer.append([payload(2, 20), payload(3, 20)]);
    const bytes = whole.segments.get(0)?.bytes ?? Buffer.alloc(0);
    for (let cut = acknowledged; cut <= bytes.length; cut++) {
      const files = new FaultFiles();
      const torn = Buffer.from(bytes.subarray(0, cut));
      files.segments.set(0, { bytes: torn, durable: torn });
      files.head = 2;
      const { count } = scanSegment(torn);
      const recovered = await open(files);
      expect(recovered.position).toBe(count);
      await recovered.append([payload(9, 20)]);
      expect([...contents(files).values()]).toEqual([..."0123".slice(0, count), "9"]);
    }
  });

  test("damage within acknowledged records is not cut: a new segment begins behind them", async () => {
    const files = new FaultFiles();
    const writer = await open(files, { segmentBytes: 100_000 });
    await writer.append([payload(0), payload(1), payload(2)]);
    const stored = files.segments.get(0);
    if (!stored) throw new Error("no segment");
    stored.bytes.writeUInt8(0xff, stored.bytes.length - 5);
    const length = stored.bytes.length;
    const again = await open(files);
    expect(again.position).toBe(3);
    expect(await files.list()).toEqual([0, 3]);
    expect(stored.bytes.length).toBe(length);
  });

  test("a segment without its header is begun again", async () => {
    const files = new FaultFiles();
    files.segments.set(0, { bytes: Buffer.from("DCN"), durable: Buffer.alloc(0) });
    const writer = await open(files);
    expect(await writer.append([payload(0)])).toEqual({ ok: true, position: 1 });
    expect([...contents(files).values()]).toEqual(["0"]);
  });
});

describe("spool writer on a failing disk", () => {
  test("after a failed fsync the records go to a new segment and the old one ends where it was good", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    await writer.append([payload(0)]);
    files.fail = failing("EIO", { sync: 1 });
    expect(await writer.append([payload(1)])).toEqual({ ok: true, position: 2 });
    expect(await files.list()).toEqual([0, 1]);
    files.powerCut();
    expect([...contents(files).values()]).toEqual(["0", "1"]);
  });

  test("a failed fsync of the first records replaces the empty segment", async () => {
    const files = new FaultFiles();
    const writer = await open(files);
    files.fail = failing("EIO", { sync: 1 });
    expect(await writer.append([payload(0)])).toEqual({ ok: true, position: 1 });
    expect(await files.list()).toEqual([0]);
    files.powerCut();
    expect([...contents(files).values()]).toEqual(["0"]);
  });

  test.each(["ENOSPC", "EDQUOT", "EIO"])(
    "%s on write refuses, keeps what is stored, and goes on when it is over",
    async (code) => {
      const files = new FaultFiles();
      const writer = await open(files);
      await writer.append([payload(0)]);
      files.fail = failing(code, { write: 2 });
      expect(await writer.append([payload(1)])).toEqual({ ok: false, reason: "disk-full" });
      expect(await writer.append([payload(2)])).toEqual({ ok: false, reason: "disk-full" });
      expect(await writer.append([payload(3)])).toEqual({ ok: true, position: 2 });
      files.powerCut();
      expect([...contents(files).values()]).toEqual(["0", "3"]);
    },
  );

  test("whatever fails, nothing throws and exactly the acknowledged records are stored", async () => {
    const operations = ["write", "sync", "truncate", "create", "remove", "syncFolder", "writeHead"] as const;
    for (let mask = 1; mask < 1 << operations.length; mask++) {
      const files = new FaultFiles();
      const writer = await open(files, { flushMs: 0 });
      const kept: string[] = [];
      for (let n = 0; n < 12; n++) {
        const plan = operations
          .filter((_, bit) => (mask >> bit) & 1)
          .map((name) => [name, (n % 3) + 1] as const);
        files.fail = n % 4 === 1 ? failing("EIO", Object.fromEntries(plan)) : () => null;
        if ((await writer.append([payload(n)])).ok) kept.push(String(n));
      }
      expect(await writer.append([payload(99)])).toEqual({ ok: true, position: kept.length + 1 });
      files.powerCut();
      expect([...contents(files).values()]).toEqual([...kept, "99"]);
      const again = await open(files);
      expect(again.position).toBe(kept.length + 1);
    }
  });

  test("at the quota batches are refused until ingested segments are gone", async () => {
    const files = new FaultFiles();
    const writer = await open(files, { quotaBytes: 2000, segmentBytes: 100_000 });
    let taken = 0;
    let refused = 0;
    for (let n = 0; n < 40; n++) {
      const result = await writer.append([payload(n)]);
      if (result.ok) taken++;
      else refused += result.reason === "quota" ? 1 : 0;
    }
    expect(taken + refused).toBe(40);
    expect(refused).toBeGreaterThan(0);
    expect(await files.size()).toBeLessThanOrEqual(2000 + 2 * SEGMENT_HEADER_BYTES);
    const firsts = await files.list();
    for (const first of firsts.slice(0, -1)) files.segments.delete(first);
    expect(await writer.append([payload(50)])).toEqual({ ok: true, position: taken + 1 });
  });

  test("a closed writer refuses and closing stores what waits", async () => {
    const files = new FaultFiles();
    const writer = await open(files, { flushMs: 50 });
    const waiting = writer.append([payload(0)]);
    await writer.close();
    expect(await waiting).toEqual({ ok: true, position: 1 });
    expect((await writer.append([payload(1)])).ok).toBe(false);
  });
});
