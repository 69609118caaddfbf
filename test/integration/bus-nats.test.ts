// The bus over a real nats-server: the shared cases, and what is NATS's own. Skips where there is no nats-server.

import { afterEach, describe, expect, test } from "bun:test";
import { connectNow, createAppBus } from "../../src/bus/app-bus.ts";
import type { BusLifecycle } from "../../src/bus/bus.ts";
import { silentLog } from "../../src/bus/bus-log.ts";
import { NatsBus } from "../../src/bus/nats.ts";
import { connectNats } from "../../src/bus/nats-connect.ts";
import { natsSettings } from "../../src/bus/nats-settings.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { describeBus } from "../support/bus-cases.ts";
import { createKeptLog, take, until } from "../support/bus-tools.ts";
import { freePort, hasNatsServer, type NatsServerProcess, startNats } from "../support/nats-server.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(options?: Parameters<typeof startNats>[0]): Promise<NatsServerProcess> {
  const running = await startNats(options);
  closing.push(() => running.close());
  return running;
}

function client(name: string, env: NodeJS.ProcessEnv, log = createKeptLog()): NatsBus {
  const bus = new NatsBus({ name, settings: natsSettings(env), log, clock: systemClock });
  closing.push(() => bus.close());
  return bus;
}

if (hasNatsServer) {
  describeBus("nats", async () => {
    const running = await startNats();
    const settings = natsSettings({ DECNET_NATS_URL: running.url });
    const [first] = settings.servers;
    if (!first) throw new Error("no server");
    const raw = await connectNats({ name: "raw", server: first, files: {}, timeoutMs: 5000 });
    return {
      connect: (name, log = silentLog) => new NatsBus({ name, settings, log, clock: systemClock }),
      async publishRaw(topic, body) {
        raw.publish(`decnet.${topic}`, body);
        await raw.flush();
      },
      async close() {
        await raw.close();
        await running.close();
      },
    };
  });
}

describe.skipIf(!hasNatsServer)("a NATS server", () => {
  test("that comes and goes: subscriptions are restored, the loss is counted, the life is told", async () => {
    const port = await freePort();
    const env = { DECNET_NATS_URL: `nats://127.0.0.1:${port}` };
    const log = createKeptLog();
    const [reader, writer] = [client("reader", env, log), client("writer", env)];
    const life: BusLifecycle["type"][] = [];
    reader.onLifecycle((event) => life.push(event.type));
    const sub = reader.subscribe("a.*");
    writer.publishTo("a.lost", {});
    await until(() => writer.droppedPublishes === 1 && life.includes("reconnecting"), "the drop");

    const first = await server({ port });
    await sub.ready;
    await until(() => writer.connected, "the writer is there too");
    expect(await writer.flush(5000)).toBe(true);
    writer.publishTo("a.1", {});
    expect((await take(sub, 1))[0]?.topic).toBe("a.1");

    await first.kill();
    await until(() => !reader.connected && !writer.connected, "both disconnected");
    writer.publishTo("a.lost", {});
    expect(writer.droppedPublishes).toBe(2);
    await server({ port });
    await until(() => reader.connected && writer.connected, "both back");
    expect([await reader.flush(), await writer.flush()]).toEqual([true, true]);
    writer.publishTo("a.2", {});
    expect((await take(sub, 1))[0]?.topic).toBe("a.2");
    expect(life.filter((type) => type !== "reconnecting")).toEqual([
      "connected",
      "disconnected",
      "connected",
    ]);
    expect(log.count("warn", "not reachable")).toBe(2);
  });

  test("of which the first named is away: the next one is taken", async () => {
    const running = await server();
    const bus = client("either", {
      DECNET_NATS_URL: `nats://127.0.0.1:${await freePort()},${running.url}`,
    });
    bus.subscribe("x");
    await until(() => bus.connected, "connected");
  });

  test("that takes smaller events than ours: dropped, counted, said once", async () => {
    const running = await server({ config: "max_payload: 1000" });
    const log = createKeptLog();
    const writer = client("writer", { DECNET_NATS_URL: running.url }, log);
    const sub = client("reader", { DECNET_NATS_URL: running.url }).subscribe(">");
    await sub.ready;
    for (let i = 0; i < 3; i++) writer.publishTo("big", { text: "x".repeat(2000) });
    writer.publishTo("small", {});
    expect((await take(sub, 1))[0]?.topic).toBe("small");
    expect(writer.droppedPublishes).toBe(3);
    expect(log.count("warn", "larger than the NATS server takes")).toBe(1);
    expect(writer.connected).toBe(true);
  });

  test("that hangs: what waits is bounded, and it is found again", async () => {
    const running = await server();
    const env = { DECNET_NATS_URL: running.url };
    const writer = client("writer", env);
    expect(await writer.flush(5000)).toBe(true);
    running.signal("SIGSTOP");
    const text = "x".repeat(100_000);
    for (let i = 0; i < 400; i++) writer.publishTo("flood", { text });
    expect(writer.droppedPublishes).toBeGreaterThan(200);
    expect(await writer.flush(50)).toBe(false);
    running.signal("SIGCONT");
    await until(() => writer.connected, "connected");
    expect(await writer.flush(5000)).toBe(true);
  });

  test("of a cluster: hosts on different servers share one bus, and a host whose server dies goes on over another", async () => {
    const [a, b] = [await freePort(), await freePort()];
    const member = (own: number, other: number) =>
      server({
        config: `cluster { name: c, listen: "127.0.0.1:${own}", routes: ["nats://127.0.0.1:${other}"] }`,
      });
    const [first, second] = [await member(a, b), await member(b, a)];
    const here = client("here", { DECNET_NATS_URL: `${first.url},${second.url}` });
    const there = client("there", { DECNET_NATS_URL: second.url });
    const heard = there.subscribe("cluster.>");
    await heard.ready;
    const topics = new Set<string>();
    void (async () => {
      for await (const event of heard) topics.add(event.topic);
    })();
    // What one server knows of the other's readers comes to it in its own time.
    const arrives = (topic: string): Promise<void> =>
      until(() => {
        if (!topics.has(topic)) here.publishTo(topic, {});
        return topics.has(topic);
      }, topic);
    await arrives("cluster.whole");
    await first.kill();
    await until(() => here.connected, "the other server");
    await arrives("cluster.half");
  }, 20_000);

  test("prefixes keep installs apart, and what is no topic of ours is counted and skipped", async () => {
    const running = await server();
    const one = { DECNET_NATS_URL: running.url, DECNET_NATS_PREFIX: "lab.one" };
    const reader = client("reader", one);
    const sub = reader.subscribe(">");
    await sub.ready;
    client("stranger", { DECNET_NATS_URL: running.url }).publishTo("x", {});
    const [target] = natsSettings(one).servers;
    if (!target) throw new Error("no server");
    const raw = await connectNats({ name: "raw", server: target, files: {}, timeoutMs: 5000 });
    closing.push(() => raw.close());
    raw.publish("lab.one.\u00fcber", new Uint8Array(0));
    raw.publish("lab.one.big", new Uint8Array(1_048_576));
    raw.publish("lab.one.good", new Uint8Array(0));
    expect((await take(sub, 1))[0]?.topic).toBe("good");
    expect(reader.malformedEvents).toBe(2);
  });

  test("a topic too long for a line of its protocol is refused, and the longest that fits arrives", async () => {
    const running = await server();
    const env = { DECNET_NATS_URL: running.url };
    const [reader, writer] = [client("reader", env), client("writer", env)];
    const longest = "x".repeat(4096 - 64 - "decnet".length);
    const sub = reader.subscribe(longest);
    await sub.ready;
    writer.publishTo(longest, {});
    expect(await take(sub, 1)).toHaveLength(1);
    expect(() => writer.publishTo(`${longest}x`, {})).toThrow("too long");
    expect(() => reader.subscribe(`${longest}x`)).toThrow("too long");
  });

  test("getAppBus: callers share one connect, and closing ends it", async () => {
    const running = await server();
    let made = 0;
    const app = createAppBus({
      clock: systemClock,
      connect: () =>
        connectNow(() => {
          made++;
          return client("api", { DECNET_NATS_URL: running.url });
        }, 5000),
    });
    const buses = await Promise.all([app.get(), app.get(), app.get()]);
    expect(made).toBe(1);
    expect(buses[0]?.connected).toBe(true);
    await app.close();
    expect(buses[0]?.connected).toBe(false);
  });
});
