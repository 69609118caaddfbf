// Publishing where nothing may go wrong by it, and from a real worker thread.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createKeptLog, take, until } from "../../test/support/bus-tools.ts";
import { FakeHub } from "./fake.ts";
import { publishSafely } from "./publish-safely.ts";
import { relayPublication } from "./worker-publisher.ts";

const payload = { old_services: [], new_services: [], trigger: "t" };

describe("publishSafely", () => {
  test("publishes, and turns what would be thrown into a line at debug", async () => {
    const hub = new FakeHub();
    const sub = hub.connect({ name: "reader" }).subscribe("decky.>");
    const [bus, log] = [hub.connect({ name: "writer" }), createKeptLog()];
    expect(publishSafely(bus, "deckyMutation", { id: "a b" }, payload, log)).toBe(false);
    expect(publishSafely(bus, "deckyMutation", { id: "ok" }, payload, log)).toBe(true);
    expect((await take(sub, 1))[0]?.topic).toBe("decky.ok.mutation");
    expect(log.count("debug", "could not be published")).toBe(1);
    await bus.close();
    expect(publishSafely(bus, "deckyMutation", { id: "a b" }, payload)).toBe(true);
  });
});

describe("a publisher in a worker thread", () => {
  test("publishes through its owner; a closed bus or publisher makes it a no-op", async () => {
    const hub = new FakeHub();
    const sub = hub.connect({ name: "reader" }).subscribe("decky.>");
    const [owner, closed] = [hub.connect({ name: "owner" }), hub.connect({ name: "closed" })];
    await closed.close();
    const others: unknown[] = [];
    const thread = new Worker(join(import.meta.dir, "..", "..", "test", "support", "bus-thread.ts"));
    thread.on("message", (data: unknown) => {
      relayPublication(closed, data);
      if (!relayPublication(owner, data)) others.push(data);
    });
    await until(() => others.includes("done"), "thread done");
    await thread.terminate();
    expect(others).toEqual(["refused", "done"]);
    const [event] = await take(sub, 1);
    expect(event).toMatchObject({
      topic: "decky.web-1.mutation",
      id: "from-thread",
      payload: { trigger: "thread" },
    });
    expect(closed.droppedPublishes).toBe(1);
    owner.publishTo("decky.end", {});
    expect((await take(sub, 1))[0]?.topic).toBe("decky.end");
  });

  test("what only looks like a publication is the caller's, or goes nowhere", () => {
    const log = createKeptLog();
    const bus = new FakeHub().connect({ name: "owner" });
    const mark = "decnet.bus.publish";
    for (const data of [
      null,
      1,
      "x",
      {},
      { mark },
      { mark, topic: 1, payload: {}, options: {} },
      { mark, topic: "a", payload: [], options: {} },
    ]) {
      expect(relayPublication(bus, data, log)).toBe(false);
    }
    expect(relayPublication(bus, { mark, topic: "a..b", payload: {}, options: {} }, log)).toBe(true);
    expect(log.count("debug", "could not be published")).toBe(1);
  });
});
