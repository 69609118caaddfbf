// The UNIX client against brokers that come and go, and against what is no broker.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startBroker } from "../../src/bus/broker.ts";
import type { BusLifecycle, Subscription } from "../../src/bus/bus.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { runHealthHeartbeat } from "../../src/bus/heartbeat.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { runBroker } from "../../src/workers/bus/run.ts";
import { createKeptLog, freshSocketPath, take, until } from "../support/bus-tools.ts";

let place: { readonly path: string; remove(): void };
let opened: UnixBus[];

function client(name: string, log = createKeptLog()): UnixBus {
  const bus = new UnixBus({ name, path: place.path, log, clock: systemClock });
  opened.push(bus);
  return bus;
}

function broker(log = createKeptLog()) {
  return startBroker({ path: place.path, group: "none", log, clock: systemClock });
}

beforeEach(() => {
  place = freshSocketPath();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((bus) => bus.close()));
  place.remove();
});

describe("connecting", () => {
  test("happens once however many callers race", async () => {
    const running = await broker();
    const bus = client("racer");
    const subs = Array.from({ length: 20 }, (_, i) => bus.subscribe(`r.${i % 5}`));
    const flushed = await Promise.all([
      bus.flush(),
      bus.flush(),
      ...subs.map((sub) => sub.ready.then(() => true)),
    ]);
    expect(flushed.every(Boolean)).toBe(true);
    expect(running.stats()).toMatchObject({ connections: 1, subscriptions: 5 });
    await running.close();
  });

  test("nothing happens before the first use", async () => {
    const running = await broker();
    const idle = client("idle");
    const other = client("other");
    await other.flush();
    expect(idle.connected).toBe(false);
    expect(running.stats().connections).toBe(1);
    await running.close();
  });

  test("what is published while the first connection is being made arrives", async () => {
    const running = await broker();
    const reader = client("reader");
    const sub = reader.subscribe("first");
    await sub.ready;
    client("writer").publishTo("first", { n: 1 });
    expect((await take(sub, 1))[0]?.payload).toEqual({ n: 1 });
    await running.close();
  });

  test("what a client has published goes out before it closes", async () => {
    const running = await broker();
    const sub = client("reader").subscribe("last.>");
    await sub.ready;
    const writer = client("writer");
    for (let i = 0; i < 500; i++) writer.publishTo("last.words", { i });
    await writer.close();
    expect(await take(sub, 500)).toHaveLength(500);
    await running.close();
  });
});

describe("without a broker", () => {
  test("publications are dropped and counted, and nothing throws", async () => {
    const log = createKeptLog();
    const bus = client("alone", log);
    const lifecycle: BusLifecycle[] = [];
    bus.onLifecycle((event) => lifecycle.push(event));
    bus.publishTo("a", {});
    await until(() => bus.droppedPublishes === 1, "first drop");
    bus.publishTo("a", {});
    expect(bus.droppedPublishes).toBe(2);
    expect(await bus.flush()).toBe(false);
    const [first] = lifecycle;
    expect(first).toMatchObject({ type: "reconnecting", attempt: 1 });
    if (first?.type === "reconnecting") expect(first.delayMs >= 100 && first.delayMs <= 200).toBe(true);
    expect(log.count("warn", "not reachable")).toBe(1);
  });

  test("delays between tries grow with jitter up to 2 s", async () => {
    const delays: number[] = [];
    const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const bus = new UnixBus({ name: "patient", path: place.path, log: createKeptLog(), clock });
    opened.push(bus);
    bus.onLifecycle((event) => {
      if (event.type === "reconnecting") delays.push(event.delayMs);
    });
    bus.publishTo("a", {});
    await until(() => delays.length >= 8, "eight tries");
    await bus.close();
    for (const [i, limit] of [200, 400, 800, 1600, 2000, 2000, 2000, 2000].entries()) {
      expect(delays[i]).toBeGreaterThanOrEqual(limit / 2);
      expect(delays[i]).toBeLessThanOrEqual(limit);
    }
    expect(new Set(delays).size).toBeGreaterThan(6);
  });

  test("a client that waits is served once a broker comes", async () => {
    const bus = client("early");
    const sub = bus.subscribe("later");
    await until(() => !bus.connected, "no connection");
    const running = await broker();
    await sub.ready;
    client("writer").publishTo("later", { n: 1 });
    expect(await take(sub, 1)).toHaveLength(1);
    await running.close();
  });

  test("closing while it waits ends at once, and `ready` resolves", async () => {
    const bus = client("giving-up");
    const sub = bus.subscribe("never");
    bus.publishTo("a", {});
    await until(() => bus.droppedPublishes === 1, "drop");
    await bus.close();
    await sub.ready;
    expect(await take(sub, 1)).toEqual([]);
  });
});

describe("a broker that is restarted under live clients", () => {
  test("subscriptions are restored, the loss is counted, the life is told", async () => {
    let running = await broker();
    const log = createKeptLog();
    const reader = client("reader", log);
    const writer = client("writer");
    const lifecycle: string[] = [];
    reader.onLifecycle((event) => lifecycle.push(event.type));
    const [kept, given] = [reader.subscribe("k.*"), reader.subscribe("g.*")];
    await Promise.all([kept.ready, given.ready, writer.flush()]);
    given.close();
    writer.publishTo("k.1", {});
    await take(kept, 1);

    await running.close();
    await until(() => !reader.connected && !writer.connected, "both disconnected");
    writer.publishTo("k.lost", {});
    expect(writer.droppedPublishes).toBe(1);
    const during = reader.subscribe("d.*");

    running = await broker();
    await until(() => reader.connected && writer.connected, "both back");
    await during.ready;
    expect(running.stats()).toMatchObject({ connections: 2, subscriptions: 2 });
    writer.publishTo("k.2", {});
    writer.publishTo("d.1", {});
    expect((await take(kept, 1))[0]?.topic).toBe("k.2");
    expect((await take(during, 1))[0]?.topic).toBe("d.1");
    expect(lifecycle.filter((type) => type !== "reconnecting")).toEqual([
      "connected",
      "disconnected",
      "connected",
    ]);
    expect(lifecycle).toContain("reconnecting");
    expect(log.count("warn", "not reachable")).toBe(1);
    expect(log.count("info", "reachable again")).toBe(1);
    await running.close();
  });

  test("a heartbeat goes out again as soon as the bus is back", async () => {
    let running = await broker();
    const beating = client("beating");
    const stop = new AbortController();
    const options = {
      bus: beating,
      worker: "prober",
      log: createKeptLog(),
      clock: systemClock,
      signal: stop.signal,
    };
    const heartbeat = runHealthHeartbeat(options);
    await beating.flush();
    let sub: Subscription;
    // The reader connects at once, while the other one still waits for its next try: on a busy machine perhaps not the first time.
    do {
      await running.close();
      await until(() => !beating.connected, "disconnected");
      running = await broker();
      sub = client("reader").subscribe("system.prober.health");
      await sub.ready;
    } while (beating.connected);
    expect((await take(sub, 1))[0]?.payload).toMatchObject({ worker: "prober", pid: process.pid });
    stop.abort();
    await heartbeat;
    await running.close();
  });
});

test("a worker that used the bus before its heartbeat began, and before any broker, beats when one comes", async () => {
  const log = createKeptLog();
  const early = client("early", log);
  // Fails within the call, so that nobody who listens from now on hears of it.
  early.subscribe("system.prober.control");
  const stop = new AbortController();
  const common = { bus: early, worker: "prober", log, clock: systemClock, signal: stop.signal };
  const heartbeat = runHealthHeartbeat(common);
  const running = await broker();
  const sub = client("reader").subscribe("system.prober.health");
  await sub.ready;
  await until(() => early.connected, "connected");
  expect((await take(sub, 1))[0]?.payload).toMatchObject({ worker: "prober", pid: process.pid });
  stop.abort();
  await heartbeat;
  await running.close();
});

describe("a broker that is killed", () => {
  async function brokerProcess() {
    const script = join(import.meta.dir, "..", "support", "bus-broker-process.ts");
    const child = Bun.spawn([process.execPath, script, place.path], { stdout: "pipe", stderr: "inherit" });
    await child.stdout.getReader().read();
    return child;
  }

  test("leaves a dead socket, which the next one replaces; its clients find the new one", async () => {
    const first = await brokerProcess();
    const [reader, writer] = [client("reader"), client("writer")];
    const sub = reader.subscribe("k");
    await Promise.all([sub.ready, writer.flush()]);
    first.kill("SIGKILL");
    await first.exited;
    await until(() => !reader.connected && !writer.connected, "both disconnected");
    const second = await brokerProcess();
    await until(() => reader.connected && writer.connected, "both back");
    expect(await reader.flush()).toBe(true);
    writer.publishTo("k", { n: 2 });
    expect((await take(sub, 1))[0]?.payload).toEqual({ n: 2 });
    second.kill("SIGTERM");
    expect(await second.exited).toBe(0);
    expect(existsSync(place.path)).toBe(false);
  });
});

describe("what is no broker", () => {
  const answers: readonly (readonly [string, string])[] = [
    ["another protocol", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
    ["another version", "HELLO decnet 2\n\0\0\0\0"],
    ["a verb of clients", "SUB a\n\0\0\0\0"],
    ["a frame beyond the limit", "EVT a\n\x7f\0\0\0"],
    ["a refusal", "ERR too_many too many connections\n\0\0\0\0"],
  ];

  test.each(answers)("%s: the client does not count as connected and tries again", async (_, answer) => {
    let accepted = 0;
    const server = Bun.listen({
      unix: place.path,
      socket: {
        open(socket) {
          accepted++;
          socket.write(answer);
          if (answer.startsWith("ERR")) socket.end();
        },
        data: () => undefined,
      },
    });
    const bus = client("misled");
    expect(await bus.flush()).toBe(false);
    expect(bus.connected).toBe(false);
    await until(() => accepted >= 2, "second try");
    await bus.close();
    server.stop(true);
  });
});

describe("runBroker", () => {
  test("ends on a stop for `bus`, not on one for another worker, and leaves no socket", async () => {
    const log = createKeptLog();
    const never = new AbortController();
    const ended = runBroker({
      socketPath: place.path,
      group: "none",
      log,
      clock: systemClock,
      signal: never.signal,
    });
    const api = client("api");
    // Its own ear and this client's subscription.
    const sub = api.subscribe("system.*.control");
    await sub.ready;
    const order = { requested_by: "admin", ts: 0 } as const;
    api.publish("systemControl", { worker: "prober" }, { ...order, action: "stop" });
    api.publish("systemControl", { worker: "bus" }, { ...order, action: "start" });
    expect(await api.flush()).toBe(true);
    const stopSent = until(() => {
      api.publish("systemControl", { worker: "bus" }, { ...order, action: "stop" });
      return !api.connected;
    }, "broker gone");
    await Promise.all([stopSent, ended]);
    expect(log.count("info", "broker ended")).toBe(1);
    expect(existsSync(place.path)).toBe(false);
  });

  test("refuses a taken path", async () => {
    const running = await broker();
    const options = { socketPath: place.path, group: "none", log: createKeptLog(), clock: systemClock };
    const refused = runBroker({ ...options, signal: new AbortController().signal });
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
    await running.close();
  });
});
