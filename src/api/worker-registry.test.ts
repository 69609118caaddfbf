import { describe, expect, test } from "bun:test";
import { TestClock } from "../contract/clock.ts";
import { createSeededRandom } from "../contract/random.ts";
import type { ServiceNote } from "./service-view.ts";
import { OK_MS, WorkerRegistry } from "./worker-registry.ts";

const HEALTH = "system.collector.health";

function make() {
  const clock = new TestClock();
  const notes = new Map<string, ServiceNote>();
  const down = new Map<string, number>();
  const registry = new WorkerRegistry({
    names: ["bus", "collector"],
    clock,
    services: {
      isInstalled: (name) => name === "bus",
      noteOf: (name) => notes.get(name),
      downSince: (name) => down.get(name),
    },
  });
  const beat = (change: Record<string, unknown> = {}) =>
    registry.record(HEALTH, {
      worker: "collector",
      ts: clock.now() / 1000,
      pid: 42,
      uptime_sec: 1.5,
      ...change,
    });
  const row = () => registry.rows().find((entry) => entry.name === "collector");
  return { clock, registry, beat, row, notes, down };
}

describe("status", () => {
  test("unknown until the first beat, ok for 90 s, stale from then on, ok again with the next", () => {
    const { clock, beat, row } = make();
    expect(row()).toEqual({
      name: "collector",
      status: "unknown",
      last_heartbeat_ts: null,
      seconds_since: null,
      pid: null,
      extra: {},
      installed: false,
    });
    beat();
    expect(row()).toMatchObject({
      status: "ok",
      seconds_since: 0,
      installed: true,
      last_heartbeat_ts: clock.now() / 1000,
    });
    clock.advance(OK_MS - 1);
    expect(row()?.status).toBe("ok");
    clock.advance(1);
    expect(row()).toMatchObject({ status: "stale", seconds_since: 90 });
    beat();
    expect(row()?.status).toBe("ok");
  });

  test("a beat that says it was sent long ago is as old as it says", () => {
    const { clock, beat, row } = make();
    beat({ ts: clock.now() / 1000 - 89 });
    expect(row()?.status).toBe("ok");
    clock.advance(1000);
    expect(row()?.status).toBe("stale");
  });

  test("a clock in the future holds nothing at ok and keeps no later beat out", () => {
    const { clock, beat, row } = make();
    beat({ ts: clock.now() / 1000 + 1e6 });
    expect(row()).toMatchObject({ status: "ok", last_heartbeat_ts: clock.now() / 1000 });
    clock.advance(OK_MS);
    expect(row()?.status).toBe("stale");
    expect(beat()).toMatchObject({ status: "ok" });
  });

  test("the process of the last beat is in the row, and nothing else that stands in its place", () => {
    const { beat, row } = make();
    beat({ pid: 4711 });
    expect(row()).toMatchObject({ pid: 4711, extra: { pid: 4711 } });
    for (const pid of ["4711", -1, 0, 1.5, Number.NaN, null, { a: 1 }]) {
      beat({ pid });
      expect([pid, row()?.pid]).toEqual([pid, null]);
    }
  });

  test("a beat older than the last one changes nothing", () => {
    const { clock, beat, row, registry } = make();
    beat();
    expect(beat({ ts: clock.now() / 1000 - 60, pid: 1 })).toBeUndefined();
    expect(row()).toMatchObject({ seconds_since: 0, extra: { pid: 42 } });
    expect(registry.ignored).toBe(1);
  });

  test("a word of the service manager is told once, beside the heartbeat and not in its place", () => {
    const { beat, registry, notes } = make();
    beat();
    notes.set("collector", { phase: "stopped", reason: null, last_lines: [] });
    expect(registry.takeChanges()).toMatchObject([
      { name: "collector", status: "ok", service: { phase: "stopped" } },
    ]);
    expect(registry.takeChanges()).toEqual([]);
    notes.delete("collector");
    expect(registry.takeChanges()[0]?.service).toBeUndefined();
  });

  test("one that its manager knows to be down is stale at once, until a beat that came later", () => {
    const { beat, clock, registry, row, down } = make();
    beat();
    clock.advance(10);
    down.set("collector", clock.monotonic());
    expect(row()).toMatchObject({ status: "stale", seconds_since: 0.01 });
    expect(registry.takeChanges()).toMatchObject([{ name: "collector", status: "stale" }]);
    clock.advance(10);
    expect(beat()).toMatchObject({ status: "ok" });
    down.delete("collector");
    expect(row()?.status).toBe("ok");
  });

  test("changes by the passing of time are told once", () => {
    const { clock, beat, registry } = make();
    beat();
    expect(registry.takeChanges()).toEqual([]);
    clock.advance(OK_MS);
    expect(registry.takeChanges().map((entry) => [entry.name, entry.status])).toEqual([
      ["collector", "stale"],
    ]);
    expect(registry.takeChanges()).toEqual([]);
  });
});

describe("rows without a heartbeat say why", () => {
  test("one that the settings leave out is no part of the install; where nothing can be heard, all say so", () => {
    const clock = new TestClock();
    const services = { isInstalled: () => true, noteOf: () => undefined, downSince: () => undefined };
    const registry = new WorkerRegistry({
      names: ["bus", "collector"],
      clock,
      services,
      absent: new Map([["bus", "left out"]]),
      silent: "no bus",
    });
    expect(registry.present).toEqual(["collector"]);
    expect(registry.rows().map(({ installed, extra }) => [installed, extra["reason"]])).toEqual([
      [false, "left out"],
      [true, "no bus"],
    ]);
  });
});

describe("other signs of life", () => {
  test("make a row ok and keep what the last beat said", () => {
    const { clock, beat, registry, row } = make();
    expect(registry.touch("collector")).toMatchObject({ status: "ok", extra: {} });
    beat();
    clock.advance(OK_MS);
    registry.touch("collector");
    expect(row()).toMatchObject({ status: "ok", extra: { pid: 42, uptime_sec: 1.5 } });
    expect(registry.touch("evil")).toBeUndefined();
  });
});

describe("what is no beat", () => {
  test("strangers add no row, whatever the payload says", () => {
    const { registry, clock } = make();
    const payload = { worker: "collector", ts: clock.now() / 1000, pid: 1, uptime_sec: 1 };
    for (const topic of [
      "system.evil.health",
      "system.__proto__.health",
      "system.health",
      "system.collector.control",
      "x",
    ]) {
      expect(registry.record(topic, payload)).toBeUndefined();
    }
    expect(registry.rows().map((entry) => [entry.name, entry.status])).toEqual([
      ["bus", "unknown"],
      ["collector", "unknown"],
    ]);
  });

  test("the topic names the worker, not the payload", () => {
    const { beat, registry } = make();
    beat({ worker: "bus" });
    expect(registry.rows().map((entry) => entry.status)).toEqual(["unknown", "ok"]);
  });

  test("malformed ones are counted and change nothing", () => {
    const { registry, row } = make();
    const bad = [
      undefined,
      null,
      1,
      "x",
      [],
      {},
      { ts: "1" },
      { ts: Number.NaN },
      { ts: -1 },
      { ts: Number.POSITIVE_INFINITY },
    ];
    for (const payload of bad) expect(registry.record(HEALTH, payload)).toBeUndefined();
    expect(row()?.status).toBe("unknown");
    expect(registry.ignored).toBe(bad.length);
  });
});

describe("extra", () => {
  test("keeps pid, uptime and what the worker adds, not its name and time", () => {
    const { beat, row } = make();
    beat({ url: "http://127.0.0.1:8000", metrics: { records_total: 3 } });
    expect(row()?.extra).toEqual({
      pid: 42,
      uptime_sec: 1.5,
      url: "http://127.0.0.1:8000",
      metrics: { records_total: 3 },
    });
  });

  test("is bounded and never a prototype, for whatever is thrown at it", () => {
    const random = createSeededRandom("extra");
    const { beat, row } = make();
    const value = (depth: number): unknown => {
      const kind = random.below(depth > 4 ? 5 : 8);
      if (kind === 0) return "x".repeat(random.below(5000));
      if (kind === 1) return random.fraction() * 10 ** random.below(300);
      if (kind === 2) return BigInt(random.below(1000)) ** 40n;
      if (kind === 3)
        return random.pick([
          null,
          undefined,
          true,
          Number.NaN,
          Number.NEGATIVE_INFINITY,
          () => 1,
          Symbol("s"),
        ]);
      if (kind === 4) return random.bytes(random.below(100));
      if (kind === 5)
        return Array.from({ length: random.below(depth > 0 ? 8 : 400) }, () => value(depth + 2));
      const keys = ["a", "__proto__", "constructor", "bad key", "", "k".repeat(70), `k${random.below(1000)}`];
      return Object.fromEntries(
        Array.from({ length: random.below(8) }, () => [random.pick(keys), value(depth + 1)]),
      );
    };
    for (let i = 0; i < 300; i++) {
      beat({ load: value(0), [`k${i}`]: value(0), ["__proto__"]: value(3) });
      const extra = row()?.extra ?? {};
      expect(Object.getPrototypeOf(extra)).toBe(Object.prototype);
      const text = JSON.stringify(extra);
      expect(text.length).toBeLessThan(400_000);
      expect(text).not.toMatch(/"(__proto__|constructor|bad key)":/);
    }
  });
});
