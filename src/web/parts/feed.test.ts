import { expect, test } from "bun:test";
import type { EvidenceItem } from "../../api/types.ts";
import { createFeed, FEED_LIMIT, mergeNewestFirst } from "./feed.ts";

const item = (seq: number): EvidenceItem => ({
  seq,
  id: String(seq),
  ts: seq,
  sensor: "local",
  decky: "d",
  service: "ssh",
  kind: "connection.opened",
  session: null,
  src: { ip: "192.0.2.1", port: 1 },
  dst: { ip: "192.0.2.2", port: 22 },
  transport: "tcp",
  data: {},
  drill: false,
});

function manual() {
  const tasks: (() => void)[] = [];
  return {
    schedule: (task: () => void) => void tasks.push(task),
    tick: () => tasks.splice(0).map((task) => task()).length,
  };
}

test("many records in one frame wake the page once", () => {
  const frame = manual();
  const feed = createFeed(frame.schedule);
  let wakes = 0;
  feed.store.subscribe(() => wakes++);
  for (let seq = 1; seq <= 300; seq++) feed.add([item(seq)]);
  expect(wakes).toBe(0);
  expect(frame.tick()).toBe(1);
  expect(wakes).toBe(1);
  expect(
    feed.store
      .get()
      .items.slice(0, 2)
      .map(({ seq }) => seq),
  ).toEqual([300, 299]);
});

test("a flood stays bounded and keeps the newest", () => {
  const frame = manual();
  const feed = createFeed(frame.schedule);
  for (let seq = 1; seq <= 5000; seq++) feed.add([item(seq)]);
  frame.tick();
  expect(feed.store.get().items.length).toBe(FEED_LIMIT);
  expect(feed.store.get().items[0]?.seq).toBe(5000);
});

test("while paused nothing moves, what waits is counted once, and resuming shows it", () => {
  const frame = manual();
  const feed = createFeed(frame.schedule);
  feed.add([item(1)]);
  frame.tick();
  feed.pause();
  feed.add([item(1), item(2)]);
  feed.add([item(2), item(3)]);
  frame.tick();
  expect(feed.store.get().items.map(({ seq }) => seq)).toEqual([1]);
  expect(feed.store.get().waiting).toBe(2);
  feed.resume();
  expect(feed.store.get().items.map(({ seq }) => seq)).toEqual([3, 2, 1]);
  expect(feed.store.get().waiting).toBe(0);
});

test("what comes twice, live and from a page read afterwards, is shown once and in order", () => {
  expect(mergeNewestFirst([item(5), item(3)], [item(4), item(3)]).map(({ seq }) => seq)).toEqual([5, 4, 3]);
});
