// Heartbeats and orders, well formed and hostile.

import { describe, expect, test } from "bun:test";
import { encode } from "@msgpack/msgpack";
import { createKeptLog, take, until } from "../../test/support/bus-tools.ts";
import { TestClock } from "../contract/clock.ts";
import { runControlListener } from "./control.ts";
import { FakeHub } from "./fake.ts";
import { HEARTBEAT_MS, runHealthHeartbeat } from "./heartbeat.ts";

function setUp() {
  const clock = new TestClock();
  const hub = new FakeHub();
  const log = createKeptLog();
  const stop = new AbortController();
  const bus = hub.connect({ name: "prober", log, clock });
  const watcher = hub.connect({ name: "watcher" });
  return {
    clock,
    hub,
    log,
    stop,
    bus,
    watcher,
    common: { bus, worker: "prober", log, clock, signal: stop.signal },
  };
}

/** Lets a heartbeat that just fell due go to sleep again. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("runHealthHeartbeat", () => {
  test("beats at once and every 30 s, and ends with its signal", async () => {
    const { clock, stop, watcher, common } = setUp();
    const beats = watcher.subscribe("system.*.health");
    const running = runHealthHeartbeat({ ...common, extra: () => ({ queue: 3, metrics: { a_total: 1 } }) });
    const [first] = await take(beats, 1);
    expect(first?.topic).toBe("system.prober.health");
    expect(first?.payload).toEqual({
      worker: "prober",
      ts: clock.now() / 1000,
      pid: process.pid,
      uptime_sec: 0,
      queue: 3,
      metrics: { a_total: 1 },
    });
    clock.advance(HEARTBEAT_MS - 1);
    await turn();
    clock.advance(1);
    const [second] = await take(beats, 1);
    expect(second?.payload["uptime_sec"]).toBe(30);
    stop.abort();
    await running;
    expect(beats.dropped).toBe(0);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["can't be sent", () => ({ f: () => 1 })],
    ["passes for the worker's own", () => ({ worker: "api", pid: -1, ts: "never", uptime_sec: Number.NaN })],
  ])("an extra that %s does not cost the beat", async (_, extra) => {
    const { stop, watcher, common } = setUp();
    const beats = watcher.subscribe("system.*.health");
    const running = runHealthHeartbeat({ ...common, extra: extra as () => Record<string, unknown> });
    expect((await take(beats, 1))[0]?.payload).toMatchObject({
      worker: "prober",
      pid: process.pid,
      uptime_sec: 0,
    });
    stop.abort();
    await running;
  });

  test("on a closed bus it goes on without a word to its worker", async () => {
    const { stop, bus, common, clock } = setUp();
    await bus.close();
    const running = runHealthHeartbeat(common);
    clock.advance(HEARTBEAT_MS);
    await turn();
    stop.abort();
    await running;
    expect(bus.droppedPublishes).toBeGreaterThan(0);
  });
});

describe("runControlListener", () => {
  test("`stop` ends this worker and no other; everything else is ignored", async () => {
    const { hub, stop, watcher, common, log } = setUp();
    const stops: string[] = [];
    const running = runControlListener({ ...common, onStop: (who) => stops.push(who) });
    const order = { requested_by: "admin", ts: 1 } as const;
    watcher.publish("systemControl", { worker: "mutator" }, { ...order, action: "stop" });
    watcher.publish("systemControl", { worker: "prober" }, { ...order, action: "start" });
    const hostile: unknown[] = [
      {},
      { action: "halt", requested_by: "x", ts: 1 },
      { action: ["stop"], requested_by: "x", ts: 1 },
      { action: "stop" },
      { action: "stop", requested_by: 7, ts: 1 },
      { action: "stop", requested_by: "x", ts: "now" },
      { action: "stop", requested_by: "x".repeat(5000), ts: 1 },
    ];
    for (const payload of hostile) hub.publishRaw("system.prober.control", encode({ payload }));
    hub.publishRaw("system.prober.control", Uint8Array.of(0xc1, 0xff));
    await hub.settled();
    await until(() => log.count("debug", "malformed") === hostile.length + 1, "all read");
    expect(stops).toEqual([]);
    watcher.publish(
      "systemControl",
      { worker: "prober" },
      { ...order, action: "stop", requested_by: "ad\u202emin\n" },
    );
    await until(() => stops.length === 1, "stop");
    expect(stops).toEqual(["ad\\u{202e}min\\u{a}"]);
    stop.abort();
    await running;
  });

  test("ends when the bus closes, and at once when it was aborted before", async () => {
    const { bus, common } = setUp();
    const running = runControlListener({ ...common, onStop: () => undefined });
    await bus.close();
    await running;
    await runControlListener({ ...common, signal: AbortSignal.abort(), onStop: () => undefined });
  });

  test("malformed heartbeats reach no reader", async () => {
    const { watcher, hub } = setUp();
    const beats = watcher.subscribe("system.*.health");
    const good = { worker: "prober", ts: 1, pid: 1, uptime_sec: 1 };
    for (const change of [
      { ts: "1" },
      { ts: -1 },
      { pid: 1.5 },
      { worker: "a b" },
      { uptime_sec: null },
      { ts: Number.NaN },
    ]) {
      hub.publishRaw("system.prober.health", encode({ payload: { ...good, ...change } }));
    }
    hub.publishRaw("system.prober.health", encode({ payload: { ...good, own: true } }));
    expect((await take(beats, 1))[0]?.payload).toEqual({ ...good, own: true });
    expect(watcher.malformedEvents).toBe(6);
  });
});
