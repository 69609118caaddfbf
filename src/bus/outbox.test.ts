// What waits for a socket: order, bounds, and that no frame is ever cut.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../contract/random.ts";
import { Outbox } from "./outbox.ts";
import type { Frames } from "./outbox-run.ts";
import { Slab } from "./slab.ts";
import { bodyOf, encodeFrame, FrameParser } from "./wire.ts";

const LIMITS = { maxBytes: 1000, maxFrames: 10, maxControlBytes: 100 };

/** A socket that takes as much as it is told to, and keeps it. */
function createSink() {
  const taken: Buffer[] = [];
  const sink = {
    room: 0,
    writes: 0,
    write(bytes: Uint8Array, offset: number, length: number): number {
      const count = Math.min(sink.room, length);
      sink.writes++;
      sink.room -= count;
      taken.push(Buffer.from(bytes.subarray(offset, offset + count)));
      return count;
    },
    frames(): string[] {
      const frames: string[] = [];
      const parser = new FrameParser((frame) =>
        frames.push(`${frame.verb} ${frame.args} ${bodyOf(frame).length}`),
      );
      parser.feed(Buffer.concat(taken));
      parser.end();
      return frames;
    },
  };
  return sink;
}

const event = (name: string | number, size = 1): Uint8Array =>
  encodeFrame("EVT", `${name}`, new Uint8Array(size));

/** All of `bytes`, which hold so many frames. */
const spanOf = (bytes: Uint8Array, frames: number, slab?: Slab): Frames => ({
  bytes,
  start: 0,
  end: bytes.length,
  frames,
  slab,
});

describe("Outbox", () => {
  test("frames that lie one behind the other are written in place, and dropped one by one all the same", () => {
    const bytes = Buffer.concat([0, 1, 2, 3, 4].map((n) => event(n)));
    const size = bytes.length / 5;
    const frame = (n: number): Frames => ({ bytes, start: n * size, end: (n + 1) * size, frames: 1 });
    const outbox = new Outbox({ ...LIMITS, maxFrames: 3 });
    for (let n = 0; n < 5; n++) outbox.pushEvents(frame(n));
    expect([outbox.dropped, outbox.pendingFrames]).toEqual([2, 3]);
    const places: unknown[] = [];
    outbox.flush((from, offset, length) => {
      places.push([from === bytes, offset, length]);
      return length;
    });
    expect(places).toEqual([[true, 2 * size, 3 * size]]);
    expect(outbox.delivered).toBe(3);
  });

  test("writes all that came in one turn at once, in order", () => {
    const outbox = new Outbox(LIMITS);
    const sink = createSink();
    outbox.pushControl(encodeFrame("HELLO"));
    for (let i = 0; i < 3; i++) outbox.pushEvents(spanOf(event(i), 1));
    outbox.pushControl(encodeFrame("PONG"));
    sink.room = 1000;
    expect(outbox.flush(sink.write)).toBe(true);
    expect(sink.writes).toBe(1);
    expect(sink.frames()).toEqual(["HELLO  0", "EVT 0 1", "EVT 1 1", "EVT 2 1", "PONG  0"]);
    expect(outbox.delivered).toBe(3);
    expect(outbox.isEmpty).toBe(true);
  });

  test("drops the oldest beyond a number of frames, exactly", () => {
    const outbox = new Outbox(LIMITS);
    const sink = createSink();
    outbox.pushEvents(spanOf(Buffer.concat(Array.from({ length: 14 }, (_, i) => event(i))), 14));
    expect([outbox.dropped, outbox.pendingFrames]).toEqual([4, 10]);
    sink.room = 1000;
    outbox.flush(sink.write);
    expect(sink.frames()).toEqual(Array.from({ length: 10 }, (_, i) => `EVT ${i + 4} 1`));
  });

  test("drops the oldest beyond a number of bytes, exactly at the limit and one past it", () => {
    const size = event("a").length;
    const outbox = new Outbox({ ...LIMITS, maxBytes: size * 2 });
    outbox.pushEvents(spanOf(event("a"), 1));
    outbox.pushEvents(spanOf(event("b"), 1));
    expect([outbox.dropped, outbox.pendingBytes]).toEqual([0, size * 2]);
    outbox.pushEvents(spanOf(event("c", 2), 1));
    expect([outbox.dropped, outbox.pendingBytes]).toEqual([2, size + 1]);
  });

  test("an event larger than the bound is dropped and the rest goes on", () => {
    const outbox = new Outbox(LIMITS);
    outbox.pushEvents(spanOf(event("huge", 2000), 1));
    expect([outbox.dropped, outbox.isEmpty]).toEqual([1, true]);
    outbox.pushEvents(spanOf(event("small"), 1));
    expect(outbox.pendingFrames).toBe(1);
  });

  test("never cuts a frame that is partly written", () => {
    for (let room = 1; room < event(0).length * 3; room++) {
      const outbox = new Outbox(LIMITS);
      const sink = createSink();
      outbox.pushEvents(spanOf(Buffer.concat([event(0), event(1), event(2)]), 3));
      sink.room = room;
      outbox.flush(sink.write);
      for (let i = 3; i < 40; i++) outbox.pushEvents(spanOf(event(i), 1));
      sink.room = 10_000;
      expect(outbox.flush(sink.write)).toBe(true);
      const begun = Math.ceil(room / event(0).length);
      const expected = [
        ...Array.from({ length: begun }, (_, i) => i),
        ...Array.from({ length: 10 }, (_, i) => i + 30),
      ];
      expect(sink.frames()).toEqual(expected.map((i) => `EVT ${i} 1`));
      expect(outbox.dropped + outbox.delivered).toBe(40);
      expect(outbox.delivered).toBe(expected.length);
    }
  });

  test("control frames are never dropped, keep their order, and have a bound of their own", () => {
    const outbox = new Outbox(LIMITS);
    const sink = createSink();
    for (let i = 0; i < 30; i++) {
      outbox.pushEvents(spanOf(event(i), 1));
      if (i === 0 || i === 20 || i === 25)
        expect(outbox.pushControl(encodeFrame("PONG", `p${i}`))).toBe(true);
    }
    expect(outbox.pushControl(encodeFrame("PONG", "x".repeat(90)))).toBe(false);
    sink.room = 10_000;
    outbox.flush(sink.write);
    const names = sink.frames().map((frame) => frame.split(" ")[1]);
    expect(names).toEqual(["p0", "20", "p20", "21", "22", "23", "24", "25", "p25", "26", "27", "28", "29"]);
  });

  test("what waits does not keep a large read alive", () => {
    const read = Buffer.concat([event("small"), new Uint8Array(100_000)]);
    const outbox = new Outbox(LIMITS);
    outbox.pushEvents(spanOf(read.subarray(0, event("small").length), 1));
    let kept = 0;
    const sizes = (bytes: Uint8Array): number => {
      kept = bytes.buffer.byteLength;
      return 0;
    };
    outbox.flush(sizes);
    outbox.flush(sizes);
    expect(kept).toBe(event("small").length);
    const blocked = new Outbox({ ...LIMITS, maxFrames: 1 });
    blocked.pushControl(encodeFrame("PONG"));
    blocked.flush(() => 0);
    blocked.pushEvents(spanOf(read.subarray(0, event("small").length), 1));
    blocked.flush((_, __, length) => Math.min(length, 9));
    blocked.flush(sizes);
    expect(kept).toBe(event("small").length);
  });

  test("events that pass by an empty queue: what is taken counts at once, the rest waits, and no frame is cut", () => {
    const size = event(10).length;
    for (let room = 0; room <= size * 12; room++) {
      const outbox = new Outbox(LIMITS);
      const sink = createSink();
      sink.room = room;
      const all = spanOf(Buffer.concat(Array.from({ length: 12 }, (_, i) => event(i + 10))), 12);
      const whole = room >= all.end;
      expect(outbox.writeEvents(all, sink.write)).toBe(whole);
      expect(outbox.isEmpty).toBe(whole);
      expect(outbox.delivered).toBe(Math.floor(room / size));
      expect(outbox.pendingFrames).toBeLessThanOrEqual(LIMITS.maxFrames);
      sink.room = 1e6;
      expect(outbox.flush(sink.write)).toBe(true);
      const got = sink.frames().map((frame) => Number(frame.split(" ")[1]));
      expect(got).toEqual(got.toSorted((a, b) => a - b));
      expect([got.length, outbox.delivered + outbox.dropped]).toEqual([outbox.delivered, 12]);
    }
  });

  test("events that pass by keep their slab only while they wait", () => {
    const chunk = Buffer.from(new ArrayBuffer(32 * 1024));
    const frame = event("a", 1000);
    chunk.set(frame);
    const slab = Slab.of(chunk);
    const outbox = new Outbox();
    const events = { ...spanOf(chunk, 1, slab), end: frame.length };
    expect(outbox.writeEvents(events, (_, __, length) => length)).toBe(true);
    const sink = createSink();
    sink.room = 0;
    expect(outbox.writeEvents(events, sink.write)).toBe(false);
    slab?.release();
    sink.room = 1e6;
    expect(outbox.flush(sink.write)).toBe(true);
    expect(sink.frames()).toEqual(["EVT a 1000"]);
    expect(chunk.length).toBe(0);
  });

  test("random pushes and writes: whole frames in order, nothing lost from the count", () => {
    const random = createSeededRandom("outbox");
    const outbox = new Outbox(LIMITS);
    const sink = createSink();
    let pushed = 0;
    for (let step = 0; step < 4000; step++) {
      const frames = 1 + random.below(4);
      const bytes = Array.from({ length: frames }, () => event(pushed++, random.below(60)));
      const events = spanOf(Buffer.concat(bytes), frames);
      sink.room = random.below(200);
      if (outbox.isEmpty && random.below(2) === 0) outbox.writeEvents(events, sink.write);
      else outbox.pushEvents(events);
      if (random.below(5) === 0) outbox.pushControl(encodeFrame("PONG", `${pushed}`));
      sink.room = random.below(200);
      outbox.flush(sink.write);
      expect(outbox.pendingBytes).toBeLessThanOrEqual(LIMITS.maxBytes);
      expect(outbox.pendingFrames).toBeLessThanOrEqual(LIMITS.maxFrames);
    }
    sink.room = 1e6;
    expect(outbox.flush(sink.write)).toBe(true);
    const got = sink.frames().filter((frame) => frame.startsWith("EVT"));
    const order = got.map((frame) => Number(frame.split(" ")[1]));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(outbox.delivered).toBe(got.length);
    expect(outbox.delivered + outbox.dropped).toBe(pushed);
    expect(outbox.dropped).toBeGreaterThan(0);
  });

  test("gives a slab back once no byte of it waits any more, and not before", () => {
    const chunk = Buffer.from(new ArrayBuffer(32 * 1024));
    const frame = event("a", 1000);
    const frames = Math.floor(chunk.length / frame.length);
    for (let i = 0; i < frames; i++) chunk.set(frame, i * frame.length);
    const slab = Slab.of(chunk);
    const bytes = chunk.subarray(0, frames * frame.length);
    const outboxes = [new Outbox(), new Outbox({ ...LIMITS, maxBytes: 5 * frame.length })];
    for (const outbox of outboxes) outbox.pushEvents(spanOf(bytes, frames, slab));
    slab?.release();
    const sinks = outboxes.map(() => createSink());
    expect(chunk.length).toBeGreaterThan(0);
    for (const [i, outbox] of outboxes.entries()) {
      const sink = sinks[i] as ReturnType<typeof createSink>;
      for (let round = 0; !outbox.isEmpty && round < 100; round++) {
        sink.room = 1500;
        outbox.flush(sink.write);
      }
    }
    expect(chunk.length).toBe(0);
    const [whole, bounded] = sinks.map((sink) => sink.frames());
    expect(whole).toEqual(Array.from({ length: frames }, () => "EVT a 1000"));
    // A read's worth of frames beyond the bound goes as a whole.
    expect(bounded).toEqual([]);
    expect(outboxes.map((outbox) => outbox.dropped)).toEqual([0, frames]);
  });

  test("a read that is small or shares its memory is no slab", () => {
    expect(Slab.of(Buffer.from(new ArrayBuffer(1000)))).toBeUndefined();
    expect(Slab.of(new Uint8Array(new ArrayBuffer(64 * 1024), 0, 32 * 1024))).toBeUndefined();
  });
});
