// The environment chooses the bus; the bus that is off.

import { describe, expect, test } from "bun:test";
import { createKeptLog, take } from "../../test/support/bus-tools.ts";
import { systemClock } from "../contract/clock.ts";
import { isDecnetError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";
import { UnixBus } from "./client.ts";
import { FakeBus } from "./fake.ts";
import { getBus } from "./get-bus.ts";

function open(env: NodeJS.ProcessEnv, name = "test"): Bus {
  return getBus({ name, log: createKeptLog(), clock: systemClock, env });
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return isDecnetError(error) ? error.code : "other";
  }
  return undefined;
}

describe("getBus", () => {
  test("is UNIX by default and connects only when used", () => {
    for (const type of [undefined, "", "unix"]) {
      const bus = open({
        DECNET_BUS_SOCKET: "/nowhere/bus.sock",
        ...(type === undefined ? {} : { DECNET_BUS_TYPE: type }),
      });
      expect(bus).toBeInstanceOf(UnixBus);
      expect(bus.connected).toBe(false);
    }
  });

  test("`fake` buses of one process meet", async () => {
    const env = { DECNET_BUS_TYPE: "fake" };
    const [a, b] = [open(env, "a"), open(env, "b")];
    expect(a).toBeInstanceOf(FakeBus);
    const sub = a.subscribe("met");
    b.publishTo("met", {});
    expect(await take(sub, 1)).toHaveLength(1);
    await Promise.all([a.close(), b.close()]);
  });

  test("is off by its switch, whatever the type", () => {
    for (const off of ["false", "FALSE", "0", "no", "off"]) {
      const bus = open({ DECNET_BUS_ENABLED: off, DECNET_BUS_TYPE: "nats" });
      expect(bus).not.toBeInstanceOf(UnixBus);
      bus.publishTo("a", {});
      expect(bus.connected).toBe(false);
    }
    expect(open({ DECNET_BUS_ENABLED: "true", DECNET_BUS_TYPE: "fake" })).toBeInstanceOf(FakeBus);
  });

  test("says what is not available, what is unknown and what is no name", () => {
    expect(codeOf(() => open({ DECNET_BUS_TYPE: "mqtt" }))).toBe("config");
    expect(codeOf(() => open({ DECNET_BUS_TYPE: "nats", DECNET_NATS_URL: "http://x" }))).toBe("config");
    expect(codeOf(() => open({ DECNET_BUS_TYPE: "__proto__" }))).toBe("config");
    expect(codeOf(() => open({ DECNET_BUS_TYPE: "fake" }, "two words"))).toBe("invalid");
  });
});

describe("the bus that is off", () => {
  test("delivers nothing, is ready at once, ends well and still refuses what is wrong", async () => {
    const bus = open({ DECNET_BUS_TYPE: "null" });
    const sub = bus.subscribe(">");
    await sub.ready;
    const next = sub[Symbol.asyncIterator]().next();
    bus.publish("attackerScored", {}, { attacker_ip: "192.0.2.1", score: 1, previous: null, reasons: [] });
    expect(codeOf(() => bus.publishTo("a b", {}))).toBe("invalid");
    expect(codeOf(() => bus.subscribe("a..b"))).toBe("invalid");
    expect(await bus.flush()).toBe(false);
    expect(bus.droppedPublishes).toBe(1);
    await bus.close();
    expect(await next).toEqual({ done: true, value: undefined });
    bus.publishTo("a b", {});
  });
});
