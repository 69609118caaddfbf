// What every bus must do, once; each implementation runs all of it.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { encode } from "@msgpack/msgpack";
import type { Bus, BusLifecycle } from "../../src/bus/bus.ts";
import type { BusLog } from "../../src/bus/bus-log.ts";
import { readEvent } from "../../src/bus/topic-of.ts";
import { topics } from "../../src/bus/topics.ts";
import { isDecnetError } from "../../src/contract/errors.ts";
import { createKeptLog, take, until } from "./bus-tools.ts";

/** One place where clients can meet. */
export interface BusHarness {
  connect(name: string, log?: BusLog): Bus & { readonly malformedEvents: number };
  /** Publishes bytes in place of an envelope. */
  publishRaw(topic: string, body: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const scored = { attacker_ip: "192.0.2.1", score: 5, previous: null, reasons: ["first"] };

function codeOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (isDecnetError(error)) return error.code;
    throw error;
  }
  return "nothing thrown";
}

/** Declares the cases for one implementation. */
export function describeBus(name: string, open: () => Promise<BusHarness>): void {
  describe(`bus cases: ${name}`, () => {
    let harness: BusHarness;
    let opened: Bus[] = [];
    const connect = (client: string, log?: BusLog): Bus & { readonly malformedEvents: number } => {
      const bus = harness.connect(client, log);
      opened.push(bus);
      return bus;
    };

    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await Promise.all(opened.map((bus) => bus.close()));
      opened = [];
      await harness.close();
    });

    describe("delivery", () => deliveryCases(connect, () => harness));
    describe("bounds and ends", () => endCases(connect));
    describe("what is refused", () => refusalCases(connect, () => harness));
  });
}

type Connect = (name: string, log?: BusLog) => Bus & { readonly malformedEvents: number };

function deliveryCases(connect: Connect, harness: () => BusHarness): void {
  test("an event arrives with its topic, id, type, time and payload", async () => {
    const sub = connect("reader").subscribe("attacker.*");
    await sub.ready;
    const before = Date.now() / 1000;
    connect("writer").publish(topics.attackerScored, {}, scored, { id: "one", type: "special" });
    const [event] = await take(sub, 1);
    expect(event).toMatchObject({ topic: "attacker.scored", id: "one", type: "special", payload: scored });
    expect(Math.abs((event?.ts ?? 0) - before)).toBeLessThan(60);
  });

  test("the type is the topic's name and the id fresh unless said otherwise", async () => {
    const sub = connect("reader").subscribe("decky.*.mutation");
    await sub.ready;
    const writer = connect("writer");
    const payload = { old_services: ["ssh"], new_services: ["ftp"], trigger: "schedule" };
    for (let i = 0; i < 2; i++) writer.publish(topics.deckyMutation, { id: "web-1" }, payload);
    const [a, b] = await take(sub, 2);
    expect(a?.type).toBe("deckyMutation");
    expect(a?.id).not.toBe(b?.id ?? "");
    if (!a) throw new Error("no event");
    expect(readEvent("deckyMutation", a)).toEqual({ params: { id: "web-1" }, payload });
    expect(readEvent("deckyState", a)).toBeUndefined();
  });

  test("nobody receives what they published", async () => {
    const both = connect("both");
    const own = both.subscribe("x.>");
    const other = connect("other").subscribe("x.>");
    await Promise.all([own.ready, other.ready]);
    both.publishTo("x.1", { from: "both" });
    await take(other, 1);
    const third = connect("third");
    third.publishTo("x.2", { from: "third" });
    expect((await take(own, 1))[0]?.payload).toEqual({ from: "third" });
  });

  test("`*` is exactly one token, `>` one or more", async () => {
    const reader = connect("reader");
    const star = reader.subscribe("a.*.c");
    const rest = reader.subscribe("a.>");
    await Promise.all([star.ready, rest.ready]);
    const writer = connect("writer");
    const sent = ["a", "a.b", "a.b.c", "a.b.c.d", "a.x.c", "b.b.c"];
    for (const topic of sent) writer.publishTo(topic, {});
    await writer.flush();
    expect((await take(star, 2)).map((event) => event.topic)).toEqual(["a.b.c", "a.x.c"]);
    expect((await take(rest, 4)).map((event) => event.topic)).toEqual(["a.b", "a.b.c", "a.b.c.d", "a.x.c"]);
  });

  test("each overlapping subscription gets an event once, and it is decoded once", async () => {
    const reader = connect("reader");
    const subs = ["a.*", "a.>", ">", "a.b", "a.b"].map((pattern) => reader.subscribe(pattern));
    await Promise.all(subs.map((sub) => sub.ready));
    const writer = connect("writer");
    for (const n of [1, 2]) writer.publishTo("a.b", { n });
    const seen = await Promise.all(subs.map((sub) => take(sub, 2)));
    for (const events of seen) expect(events.map((event) => event.payload)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(new Set(seen.map(([first]) => first)).size).toBe(1);
  });

  test("order is kept per publisher", async () => {
    const sub = connect("reader").subscribe("n.>");
    await sub.ready;
    const writer = connect("writer");
    const sent = Array.from({ length: 2000 }, (_, i) => i);
    for (const i of sent) writer.publishTo(`n.${i % 7}`, { i });
    expect((await take(sub, sent.length)).map((event) => event.payload["i"])).toEqual(sent);
  });

  test("what an envelope lacks is filled in, what it has besides is ignored", async () => {
    const sub = connect("reader").subscribe("y.z");
    await sub.ready;
    await harness().publishRaw("y.z", new Uint8Array(0));
    await harness().publishRaw("y.z", encode({ payload: { a: 1 }, later: true, topic: "spoofed" }));
    const [empty, partial] = await take(sub, 2);
    expect(empty).toMatchObject({ topic: "y.z", type: "y.z", payload: {} });
    expect(empty?.id).toMatch(/^[0-9A-Z]{26}$/);
    expect(partial).toMatchObject({ topic: "y.z", payload: { a: 1 } });
    expect(Object.keys(partial ?? {}).sort()).toEqual(["id", "payload", "topic", "ts", "type"]);
  });
}

function endCases(connect: Connect): void {
  test("a slow reader loses its oldest events, is told once, and loses nothing after it caught up", async () => {
    const reader = connect("reader");
    const lifecycle: BusLifecycle[] = [];
    reader.onLifecycle((event) => lifecycle.push(event));
    const slow = reader.subscribe("s", { maxEvents: 4 });
    const healthy = reader.subscribe("s");
    await Promise.all([slow.ready, healthy.ready]);
    const writer = connect("writer");
    for (let i = 0; i < 10; i++) writer.publishTo("s", { i });
    expect(await take(healthy, 10)).toHaveLength(10);
    expect(slow.dropped).toBe(6);
    expect(lifecycle.filter((event) => event.type === "slow")).toEqual([
      { type: "slow", pattern: "s", dropped: 1 },
    ]);
    expect((await take(slow, 4)).map((event) => event.payload["i"])).toEqual([6, 7, 8, 9]);
    writer.publishTo("s", { i: 10 });
    expect((await take(slow, 1))[0]?.payload).toEqual({ i: 10 });
    expect(slow.dropped).toBe(6);
    for (let i = 0; i < 6; i++) writer.publishTo("s", { i });
    await take(healthy, 7);
    expect(lifecycle.filter((event) => event.type === "slow").map((event) => event.dropped)).toEqual([1, 7]);
  });

  test("leaving the loop ends that subscription and no other", async () => {
    const reader = connect("reader");
    const first = reader.subscribe("e");
    const second = reader.subscribe("e");
    await Promise.all([first.ready, second.ready]);
    const writer = connect("writer");
    writer.publishTo("e", { n: 1 });
    for await (const event of first) {
      expect(event.payload).toEqual({ n: 1 });
      break;
    }
    writer.publishTo("e", { n: 2 });
    expect((await take(second, 2)).map((event) => event.payload["n"])).toEqual([1, 2]);
    expect(await take(first, 1)).toEqual([]);
  });

  test("a pattern that was given up can be taken again", async () => {
    const reader = connect("reader");
    const gone = reader.subscribe("again");
    await gone.ready;
    gone.close();
    const back = reader.subscribe("again");
    await back.ready;
    connect("writer").publishTo("again", {});
    expect(await take(back, 1)).toHaveLength(1);
  });

  test("close ends every subscription, resolves `ready` and is idempotent", async () => {
    const bus = connect("closing");
    const waiting = bus.subscribe("c");
    const next = waiting[Symbol.asyncIterator]().next();
    const closed = bus.close();
    await Promise.all([closed, bus.close(), waiting.ready]);
    expect(await next).toEqual({ done: true, value: undefined });
    const late = bus.subscribe("c");
    await late.ready;
    expect(await take(late, 1)).toEqual([]);
    expect(await bus.flush()).toBe(false);
    expect(bus.connected).toBe(false);
  });

  test("50 publications after close: one warning, 49 debug lines, no throw", async () => {
    const log = createKeptLog();
    const bus = connect("late", log);
    await bus.flush();
    await bus.close();
    for (let i = 0; i < 50; i++) bus.publish(topics.attackerScored, {}, scored);
    expect(log.count("warn", "after the bus was closed")).toBe(1);
    expect(log.count("debug", "after the bus was closed")).toBe(49);
    expect(bus.droppedPublishes).toBe(50);
    bus.publishTo("not a topic", {});
    expect(bus.droppedPublishes).toBe(51);
  });

  test("flush says that everything sent before has been fanned out", async () => {
    const reader = connect("reader");
    const sub = reader.subscribe("f.*");
    await sub.ready;
    const writer = connect("writer");
    for (let i = 0; i < 100; i++) writer.publishTo("f.x", { i });
    expect(await writer.flush()).toBe(true);
    expect(await reader.flush()).toBe(true);
    expect((await take(sub, 100)).at(-1)?.payload).toEqual({ i: 99 });
    expect(writer.connected).toBe(true);
    expect(writer.droppedPublishes).toBe(0);
  });
}

function refusalCases(connect: Connect, harness: () => BusHarness): void {
  test("topics, patterns, parameters and payloads that are none are refused", () => {
    const bus = connect("careless");
    for (const topic of [
      "",
      ".",
      "a.",
      ".a",
      "a..b",
      "a b",
      "a.*",
      ">",
      "a.\u00e9",
      "a\n",
      "x".repeat(5000),
    ]) {
      expect([topic, codeOf(() => bus.publishTo(topic, {}))]).toEqual([topic, "invalid"]);
    }
    for (const pattern of ["", ".", "a.", "a..b", ">.a", "a.>.b", "a b", "a*", "a.b>", "\t"]) {
      expect([pattern, codeOf(() => bus.subscribe(pattern))]).toEqual([pattern, "invalid"]);
    }
    const payload = { old_services: [], new_services: [], trigger: "t" };
    for (const id of ["", "a.b", "*", ">", "a b", "\u007f", "\u00fc"]) {
      expect([id, codeOf(() => bus.publish(topics.deckyMutation, { id }, payload))]).toEqual([id, "invalid"]);
    }
    expect(codeOf(() => bus.publishTo("a", { f: () => 1 }))).toBe("invalid");
    expect(codeOf(() => bus.publishTo("a", { big: "x".repeat(1_048_576) }))).toBe("too_large");
    expect(codeOf(() => bus.publishTo("a", {}, { id: "" }))).toBe("invalid");
  });

  test("malformed events are counted, logged at debug and skipped", async () => {
    const log = createKeptLog();
    const reader = connect("reader", log);
    const sub = reader.subscribe(">");
    await sub.ready;
    const bad = [
      Uint8Array.of(0xc1),
      Uint8Array.of(0x80, 0x80),
      encode([1, 2]),
      encode("text"),
      encode({ payload: 1 }),
      encode({ id: 7 }),
      encode({ id: "" }),
      encode({ ts: "now" }),
      encode({ type: "x".repeat(200) }),
      Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff),
      Uint8Array.of(0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff),
    ];
    for (const body of bad) await harness().publishRaw("m.x", body);
    await harness().publishRaw("system.prober.health", encode({ payload: { worker: "prober", ts: "soon" } }));
    await harness().publishRaw("m.x", encode({ payload: { good: true } }));
    expect((await take(sub, 1))[0]?.payload).toEqual({ good: true });
    expect(reader.malformedEvents).toBe(bad.length + 1);
    expect(log.count("debug", "malformed")).toBe(bad.length + 1);
  });

  test("a listener that throws costs nobody else theirs", async () => {
    const log = createKeptLog();
    const bus = connect("listening", log);
    const heard: string[] = [];
    bus.onLifecycle(() => {
      throw new Error("listener");
    });
    bus.onLifecycle((event) => heard.push(event.type));
    const stop = bus.onLifecycle(() => heard.push("stopped"));
    stop();
    await bus.flush();
    await until(() => heard.length > 0, "lifecycle");
    await bus.close();
    expect(heard).toEqual(["connected", "disconnected"]);
    expect(log.count("warn", "listener")).toBe(2);
  });
}
