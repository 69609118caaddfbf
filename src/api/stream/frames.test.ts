import { expect, test } from "bun:test";
import { encodeFrame, encodeSnapshot, FrameRing, joinFrames } from "./frames.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const frame = (length: number) => ({ bytes: new Uint8Array(length) });

test("frames as the wire has them", () => {
  expect(text(encodeFrame("evidence", 7, '{"seq":7}'))).toBe('id: 7\nevent: evidence\ndata: {"seq":7}\n\n');
  expect(text(encodeSnapshot(5, 2, '"workers":[]}'))).toBe(
    'retry: 2000\nid: 5\nevent: snapshot\ndata: {"seq":5,"missed":2,"workers":[]}\n\n',
  );
  expect(text(joinFrames([encodeFrame("worker", 1, "1"), encodeFrame("worker", 1, "2")]))).toBe(
    "id: 1\nevent: worker\ndata: 1\n\nid: 1\nevent: worker\ndata: 2\n\n",
  );
});

test("JSON of hostile text cannot end a line of a frame", () => {
  const hostile = "a\r\nb\n\nevent: x\u2028\u2029\u0000\ud800";
  expect(text(encodeFrame("evidence", 1, JSON.stringify(hostile))).split(/\r|\n/).length).toBe(5);
});

test("the ring gives what came after a number, or says that it is gone", () => {
  const ring = new FrameRing(1000, 3);
  expect(ring.after(0)).toEqual([]);
  const frames = Array.from({ length: 5 }, (_, i) => frame(i + 1));
  for (const entry of frames) ring.push(entry);
  expect(ring.last).toBe(5);
  expect(ring.after(5)).toEqual([]);
  expect(ring.after(3)).toEqual(frames.slice(3));
  expect(ring.after(2)).toEqual(frames.slice(2));
  expect(ring.after(1)).toBeUndefined();
});

test("the ring holds no more bytes than its bound", () => {
  const ring = new FrameRing(100, 1000);
  for (let i = 0; i < 50; i++) ring.push(frame(30));
  expect(ring.after(47)?.length).toBe(3);
  expect(ring.after(46)).toBeUndefined();
  ring.push(frame(500));
  expect(ring.after(50)).toBeUndefined();
  expect(ring.after(51)).toEqual([]);
  ring.clear();
  ring.push(frame(1));
  expect(ring.after(51)?.length).toBe(1);
});
