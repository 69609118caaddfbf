// The bus of a server that must run without one.

import { describe, expect, test } from "bun:test";
import { TestClock } from "../contract/clock.ts";
import { isDecnetError } from "../contract/errors.ts";
import { connectNow, createAppBus, RETRY_MS } from "./app-bus.ts";
import type { Bus } from "./bus.ts";
import { FakeHub } from "./fake.ts";
import { createNullBus } from "./null.ts";

/** A connect that does what the test says, and counts. */
function setUp() {
  const clock = new TestClock();
  const hub = new FakeHub();
  const state = { tries: 0, isAway: true };
  const connect = async (): Promise<Bus> => {
    state.tries++;
    await Promise.resolve();
    if (state.isAway) throw new Error("away");
    return hub.connect({ name: "api" });
  };
  const failures: unknown[] = [];
  const app = createAppBus({ connect, clock, onFailure: (error) => failures.push(error) });
  return { clock, state, app, failures, hub };
}

describe("createAppBus", () => {
  test("a failure is not retried for 2 s, then it is", async () => {
    const { clock, state, app, failures } = setUp();
    expect(await app.get()).toBeNull();
    clock.advance(RETRY_MS - 1);
    expect(await app.get()).toBeNull();
    expect(state.tries).toBe(1);
    clock.advance(1);
    expect(await app.get()).toBeNull();
    expect([state.tries, failures.length]).toEqual([2, 2]);
  });

  test("where there is no bus as far as is known, nothing is tried; once there is, the next caller need not wait", async () => {
    const { state, clock, hub } = setUp();
    let there = false;
    const connect = async (): Promise<Bus> => {
      state.tries++;
      return hub.connect({ name: "api" });
    };
    const app = createAppBus({ connect, clock, mayConnect: async () => there });
    expect([await app.get(), state.tries]).toEqual([null, 0]);
    there = true;
    expect((await app.get())?.name).toBe("api");
    expect(state.tries).toBe(1);
  });

  test("callers share one connect, and its success sticks", async () => {
    const { state, app } = setUp();
    state.isAway = false;
    const buses = await Promise.all(Array.from({ length: 10 }, () => app.get()));
    expect(new Set(buses).size).toBe(1);
    expect(buses[0]?.name).toBe("api");
    state.isAway = true;
    expect(await app.get()).toBe(buses[0] as Bus);
    expect(state.tries).toBe(1);
  });

  test("what depends on the bus comes alive with it, once", async () => {
    const { clock, state, app } = setUp();
    const alive: string[] = [];
    app.onBus((bus) => alive.push(`early ${bus.name}`));
    app.onBus(() => alive.push("gone"))();
    await app.get();
    expect(alive).toEqual([]);
    state.isAway = false;
    clock.advance(RETRY_MS);
    await app.get();
    app.onBus((bus) => alive.push(`late ${bus.name}`));
    await app.get();
    expect(alive).toEqual(["early api", "late api"]);
  });

  test("keeps trying by itself until the bus is there", async () => {
    const { state } = setUp();
    const sleeps: number[] = [];
    let now = 0;
    const clock = Object.assign(new TestClock(), {
      monotonic: () => now,
      sleep: async (ms: number) => {
        sleeps.push(ms);
        now += ms;
        if (sleeps.length === 3) state.isAway = false;
      },
    });
    const hub = new FakeHub();
    const connect = async (): Promise<Bus> => {
      if (state.isAway) throw new Error("away");
      return hub.connect({ name: "api" });
    };
    const app = createAppBus({ connect, clock });
    await app.keepTrying(new AbortController().signal);
    expect(sleeps).toEqual([RETRY_MS, RETRY_MS, RETRY_MS]);
    expect((await app.get())?.connected).toBe(false);
  });

  test("after close there is no bus, also for a connect that was under way", async () => {
    const { state, app } = setUp();
    state.isAway = false;
    const waiting = app.get();
    const closed = app.close();
    expect(await waiting).toBeNull();
    await closed;
    expect(await app.get()).toBeNull();
    expect(state.tries).toBe(1);
  });
});

describe("connectNow", () => {
  test("gives a bus whose broker answers", async () => {
    const bus = await connectNow(() => new FakeHub().connect({ name: "a" }));
    expect(bus.connected).toBe(true);
  });

  test("rejects where none does", async () => {
    const thrown = await connectNow(() => createNullBus("a"), 1).catch((error: unknown) => error);
    expect(isDecnetError(thrown, "unavailable")).toBe(true);
  });
});
