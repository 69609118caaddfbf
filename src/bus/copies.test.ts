// Copies of one event share it; two events never become one, whatever their bytes.

import { expect, test } from "bun:test";
import { Copies, type Copy } from "./copies.ts";
import type { Incoming } from "./subscription.ts";

function setUp(): { come(pattern: string, copy?: Partial<Copy>): number } {
  const copies = new Copies();
  const made: Incoming[] = [];
  return {
    come(pattern, copy = {}) {
      const event = copies.share(
        { pattern, topic: "a.b", body: Uint8Array.of(1), patterns: 2, ...copy },
        () => {
          const event = { size: 1, read: () => null };
          made.push(event);
          return event;
        },
      );
      return made.indexOf(event);
    },
  };
}

test("each pattern's copy of an event is that event; the same bytes again are the next one", () => {
  const { come } = setUp();
  expect([come("a.*"), come("a.>"), come("a.*"), come("a.*"), come("a.>"), come("a.>")]).toEqual([
    0, 0, 1, 2, 1, 2,
  ]);
});

test("other topics, other bytes and events for one pattern alone are events of their own", () => {
  const { come } = setUp();
  expect(come("a.*")).toBe(0);
  expect(come("a.>", { topic: "a.c" })).toBe(1);
  expect(come("a.>", { body: Uint8Array.of(2) })).toBe(2);
  expect([come("x", { patterns: 1 }), come("x", { patterns: 1 })]).toEqual([3, 4]);
});

test("what waits is bounded in events and in bytes: a copy that comes too late is its own event", () => {
  const { come } = setUp();
  for (let i = 0; i < 65; i++) come("a.*", { body: Uint8Array.of(9, i) });
  expect(come("a.>", { body: Uint8Array.of(9, 0) })).toBe(65);
  expect(come("a.>", { body: Uint8Array.of(9, 2) })).toBe(2);
  const big = new Uint8Array(1024 * 1024 + 1);
  expect([come("a.*", { body: big }), come("a.>", { body: big })]).toEqual([66, 67]);
});
