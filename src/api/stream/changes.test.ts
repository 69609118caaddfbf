import { expect, test } from "bun:test";
import type { Touch } from "./changes.ts";
import { PendingChanges } from "./changes.ts";

const touch = (seq: number, more: Partial<Touch> = {}): Touch => ({
  seq,
  kind: "connection.opened",
  decky: "decky-01",
  session: "s1",
  srcIp: "192.0.2.1",
  ...more,
});

test("rows come when the correlator has passed them, each name once", () => {
  const pending = new PendingChanges();
  pending.add([
    touch(1),
    touch(2),
    touch(3, { session: null, srcIp: "192.0.2.2" }),
    touch(4, { session: "s4" }),
  ]);
  expect(pending.take(0, 100)).toEqual({ attackers: [], sessions: [], deckies: [] });
  expect(pending.take(3, 100)).toEqual({
    attackers: ["192.0.2.1", "192.0.2.2"],
    sessions: ["s1"],
    deckies: [],
  });
  expect(pending.size).toBe(1);
  expect(pending.take(9, 100).sessions).toEqual(["s4"]);
});

test("a decky's own evidence changes the decky and no attacker", () => {
  const pending = new PendingChanges();
  pending.add([touch(1, { kind: "decky.changed", session: null, srcIp: "10.0.0.1" })]);
  expect(pending.take(1, 100)).toEqual({ attackers: [], sessions: [], deckies: ["decky-01"] });
});

test("takes no more than asked for, forgets the oldest beyond its bound", () => {
  const pending = new PendingChanges(50);
  pending.add(Array.from({ length: 80 }, (_, i) => touch(i + 1, { srcIp: `ip${i + 1}` })));
  expect(pending.size).toBe(50);
  expect(pending.take(1000, 10).attackers[0]).toBe("ip31");
  expect(pending.size).toBe(40);
});
