// Frames of published events: the bytes that one made by itself has, one behind the other.

import { expect, test } from "bun:test";
import { DecnetError } from "../contract/errors.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { Frames } from "./outbox-run.ts";
import { encodeFrame, MAX_BODY } from "./wire.ts";

const bytesOf = ({ bytes, start, end }: Frames): Buffer => Buffer.from(bytes.subarray(start, end));

test("each is what encodeFrame makes of it, also after many others and more topics than are remembered", () => {
  const writer = new FrameWriter();
  const written = Array.from({ length: 1000 }, (_, i) => {
    const topic = `decky.web-${i % 400}.traffic`;
    const body = new Uint8Array((i * 37) % 3000).fill(i & 255);
    return { frame: writer.event(topic, body), expected: Buffer.from(encodeFrame("PUB", topic, body)) };
  });
  for (const { frame, expected } of written) expect(bytesOf(frame).equals(expected)).toBe(true);
  expect(new Set(written.map(({ frame }) => frame.frames))).toEqual(new Set([1]));
});

test("small ones lie right behind one another", () => {
  const writer = new FrameWriter();
  const first = writer.event("a.b", new Uint8Array(100));
  const second = writer.event("a.c", new Uint8Array(100));
  expect([second.bytes === first.bytes, second.start]).toEqual([true, first.end]);
});

test("beyond a limit it throws and is as good as before", () => {
  const writer = new FrameWriter();
  expect(() => writer.event("a", new Uint8Array(MAX_BODY + 1))).toThrow(DecnetError);
  expect(() => writer.event("a".repeat(4096), new Uint8Array(1))).toThrow(DecnetError);
  const body = new Uint8Array(MAX_BODY).fill(7);
  expect(bytesOf(writer.event("a", body)).equals(encodeFrame("PUB", "a", body))).toBe(true);
});
