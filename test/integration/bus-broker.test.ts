// The broker over real sockets: exact bytes, hostile frames, stalled readers, its socket file.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, renameSync, statSync, writeFileSync } from "node:fs";
import { decode, encode } from "@msgpack/msgpack";
import { startBroker } from "../../src/bus/broker.ts";
import { OUTBOX_LIMITS } from "../../src/bus/outbox.ts";
import { setTurns } from "../../src/bus/turn.ts";
import { encodeFrame, MAX_BODY, MAX_HEADER } from "../../src/bus/wire.ts";
import { systemClock, TestClock } from "../../src/contract/clock.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import {
  createKeptLog,
  freshSocketPath,
  type RawClient,
  rawClient,
  type TestBroker,
  testBroker,
  until,
} from "../support/bus-tools.ts";

let running: TestBroker;
let clients: RawClient[];

async function client(): Promise<RawClient> {
  const made = await rawClient(running.path);
  clients.push(made);
  return made;
}

function eventsOf(raw: RawClient): string[] {
  return raw.frames.filter((frame) => frame.verb === "EVT").map((frame) => frame.args);
}

beforeEach(async () => {
  clients = [];
  running = await testBroker();
});
afterEach(async () => {
  for (const raw of clients) raw.destroy();
  await running.close();
});

describe.each(["usual", "short"] as const)("with %s turns", (turns) => {
  beforeEach(() => setTurns(turns));
  afterEach(() => setTurns("usual"));

  describe("bytes on the wire", () => {
    test("greeting, subscription, ping, delivery and farewell are these bytes", async () => {
      const reader = await client();
      reader.send("HELLO reader\n\0\0\0\0", "SUB a.*\n\0\0\0\0", "PING 7\n\0\0\0\0");
      await until(() => reader.frames.length === 2, "HELLO and PONG");
      const limits = encode({
        v: 1,
        max_header: 4096,
        max_body: 1_048_576,
        max_pending_bytes: OUTBOX_LIMITS.maxBytes,
      });
      const greeting = Buffer.concat([
        Buffer.from(`HELLO decnet 1\n\0\0\0${String.fromCharCode(limits.length)}`),
        limits,
      ]);
      expect(reader.bytes()).toEqual(Buffer.concat([greeting, Buffer.from("PONG 7\n\0\0\0\0")]));

      const writer = await client();
      const before = reader.bytes().length;
      writer.send("PUB a.b\r\n\0\0\0\x03\n\0", Buffer.from([0xff]), "PUB a.c\n\0\0\0\0");
      await writer.sync();
      await until(() => eventsOf(reader).length === 2, "two events");
      expect(reader.bytes().subarray(before)).toEqual(
        Buffer.concat([
          Buffer.from("EVT a.b\n\0\0\0\x03\n\0"),
          Buffer.from([0xff]),
          Buffer.from("EVT a.c\n\0\0\0\0"),
        ]),
      );

      const seen = reader.bytes().length;
      reader.send("BYE\n\0\0\0\0PING late\n\0\0\0\0");
      await until(() => reader.isEnded(), "end");
      expect(reader.bytes().subarray(seen).toString("latin1")).toBe("BYE\n\0\0\0\0");
    });

    test("frames may come one byte at a time, and the body is handed on byte for byte", async () => {
      const reader = await client();
      for (const byte of encodeFrame("SUB", "slow.>")) reader.send(Uint8Array.of(byte));
      await reader.sync();
      const writer = await client();
      const body = createSeededRandom("body").bytes(300);
      for (const byte of encodeFrame("PUB", "slow.a", body)) {
        writer.send(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => eventsOf(reader).length === 1, "event");
      expect(reader.frames.at(-1)?.body).toEqual(body);
    });

    test("bodies and headers at their limits pass, one byte more does not", async () => {
      const reader = await client();
      reader.send(encodeFrame("SUB", ">"));
      await reader.sync();
      const body = new Uint8Array(MAX_BODY).fill(7);
      const topic = "t".repeat(MAX_HEADER - "PUB \n".length);
      const good = await client();
      good.send(encodeFrame("PUB", "big", body), encodeFrame("PUB", topic));
      await good.sync();
      await until(() => eventsOf(reader).length === 2, "both");
      expect(reader.frames.find((frame) => frame.args === "big")?.body.length).toBe(MAX_BODY);

      const longBody = await client();
      longBody.send("PUB a\n", Uint8Array.of(0, 0x10, 0, 1));
      await until(() => longBody.isEnded(), "end");
      expect(longBody.frames.map((frame) => frame.args)).toEqual(["body_too_long body is too long"]);

      const longHeader = await client();
      longHeader.send(`PUB ${"t".repeat(MAX_HEADER)}`);
      await until(() => longHeader.isEnded(), "end");
      expect(longHeader.frames.map((frame) => frame.args)).toEqual(["header_too_long header is too long"]);
    });
  });

  describe("hostile clients", () => {
    const hostile: readonly (readonly [string, string | Uint8Array])[] = [
      ["unknown_verb", "HACK a\n\0\0\0\0"],
      ["unknown_verb", "pub a\n\0\0\0\0"],
      ["bad_header", "\n\0\0\0\0"],
      ["bad_header", "PUB a\0b\n\0\0\0\0"],
      ["bad_header", Buffer.from("PUB \xe9\n\0\0\0\0", "latin1")],
      ["bad_topic", "PUB\n\0\0\0\0"],
      ["bad_topic", "PUB a..b\n\0\0\0\0"],
      ["bad_topic", "PUB a.*\n\0\0\0\0"],
      ["bad_topic", "PUB a.>\n\0\0\0\0"],
      ["bad_topic", "PUB  a\n\0\0\0\0"],
      ["bad_topic", "PUB a b\n\0\0\0\0"],
      ["bad_pattern", "SUB >.a\n\0\0\0\0"],
      ["bad_pattern", "SUB\n\0\0\0\0"],
      ["bad_pattern", "UNSUB a.\n\0\0\0\0"],
      ["bad_frame", "SUB a\n\0\0\0\x01x"],
      ["bad_frame", "EVT a\n\0\0\0\0"],
      ["bad_frame", "ERR a b\n\0\0\0\0"],
      ["body_too_long", Buffer.from("PUB a\n\xff\xff\xff\xff", "latin1")],
      ["header_too_long", "A".repeat(100_000)],
    ];

    test.each(hostile)("%s: that connection alone is closed", async (code, bytes) => {
      const reader = await client();
      reader.send(encodeFrame("SUB", "ok.>"));
      await reader.sync();
      const bad = await client();
      bad.send(encodeFrame("PUB", "ok.before"), bytes, encodeFrame("PUB", "ok.after"));
      await until(() => bad.isEnded(), "end of the hostile one");
      expect(bad.frames.map((frame) => [frame.verb, frame.args.split(" ")[0]])).toEqual([["ERR", code]]);
      const good = await client();
      good.send(encodeFrame("PUB", "ok.good"));
      await good.sync();
      await reader.sync();
      expect(eventsOf(reader)).toEqual(["ok.before", "ok.good"]);
    });

    test.each(["PU", "PUB a", "PUB a\n", "PUB a\n\0\0", "PUB a\n\0\0\0\x05abcd"])(
      "the stream ends within %j",
      async (bytes) => {
        const bad = await client();
        bad.send(bytes);
        bad.half();
        await until(() => bad.isEnded(), "end");
        expect(bad.frames.map((frame) => frame.args.split(" ")[0])).toEqual(["truncated"]);
      },
    );

    test("the reason reaches also a client that goes on sending", async () => {
      const bad = await client();
      bad.send("HACK\n\0\0\0\0", new Uint8Array(4_000_000));
      await until(() => bad.isEnded(), "end");
      expect(bad.frames.map((frame) => frame.args.split(" ")[0])).toEqual(["unknown_verb"]);
    });

    test("a stream that ends between frames is answered in full", async () => {
      const polite = await client();
      polite.send("PING 1\n\0\0\0\0PING 2\n\0\0\0\0");
      polite.half();
      await until(() => polite.isEnded(), "end");
      expect(polite.frames.map((frame) => [frame.verb, frame.args])).toEqual([
        ["PONG", "1"],
        ["PONG", "2"],
      ]);
    });

    test("more patterns than a connection may hold", async () => {
      const greedy = await client();
      for (let i = 0; i <= 4096; i++) greedy.send(encodeFrame("SUB", `p.${i}`));
      await until(() => greedy.isEnded(), "end");
      expect(greedy.frames.map((frame) => frame.args.split(" ")[0])).toEqual(["too_many"]);
      await until(() => running.broker.stats().subscriptions === 0, "patterns forgotten");
    });

    test("a client that pings without end and never reads is cut off", async () => {
      const deaf = await client();
      deaf.pause();
      const ping = encodeFrame("PING", "x".repeat(4000));
      for (let i = 0; i < 400; i++) deaf.send(ping);
      await until(() => running.broker.stats().connections === 0, "cut off");
      expect(running.log.lines.some((line) => line.fields["reason"] === "does not read")).toBe(true);
    });

    test("mutated conversations never take the broker down", async () => {
      const random = createSeededRandom("broker-mutations");
      const script = Buffer.concat([
        encodeFrame("HELLO", "m"),
        encodeFrame("SUB", "m.>"),
        encodeFrame("PUB", "m.a", encode({ payload: { a: 1 } })),
        encodeFrame("PING", "1"),
      ]);
      for (let i = 0; i < 100; i++) {
        const bytes = Buffer.from(script);
        for (let n = 0; n <= random.below(4); n++) bytes[random.below(bytes.length)] = random.below(256);
        const mutant = await rawClient(running.path);
        mutant.send(bytes);
        mutant.half();
        await until(() => mutant.isEnded(), `end of mutant ${i}`);
        mutant.destroy();
      }
      const good = await client();
      await good.sync();
      await until(() => running.broker.stats().connections === 1, "mutants gone");
    });
  });

  describe("slow readers", () => {
    test("a stalled reader loses its own oldest, whole events; a healthy one beside it loses none", async () => {
      await running.close();
      running = await testBroker({ limits: { ...OUTBOX_LIMITS, maxBytes: 300_000 } });
      const [stalled, healthy, writer] = await Promise.all([client(), client(), client()]);
      for (const raw of [stalled, healthy]) {
        raw.send(encodeFrame("HELLO", raw === stalled ? "stalled" : "healthy"), encodeFrame("SUB", "load.>"));
        await raw.sync();
      }
      stalled.pause();
      // More than the kernel holds for it besides.
      const total = 1200;
      for (let i = 0; i < total; i++) {
        writer.send(encodeFrame("PUB", `load.${i}`, new Uint8Array(5000).fill(i & 255)));
        if (i % 20 === 19) await writer.sync();
      }
      await until(() => eventsOf(healthy).length === total, "all at the healthy one");
      expect(eventsOf(healthy)).toEqual(Array.from({ length: total }, (_, i) => `load.${i}`));
      const lost = running.broker.stats().dropped;
      expect(lost).toBeGreaterThan(0);
      expect(running.log.count("warn", "reads slowly")).toBe(1);

      stalled.resume();
      await until(() => eventsOf(stalled).length === total - lost, "what was left");
      const got = stalled.frames.filter((frame) => frame.verb === "EVT");
      for (const frame of got) {
        const i = Number(frame.args.split(".")[1]);
        expect(frame.body).toEqual(new Uint8Array(5000).fill(i & 255));
      }
      expect(got.at(-1)?.args).toBe(`load.${total - 1}`);
      await until(() => running.log.count("warn", "caught up") === 1, "end of the loss");
      const told = running.log.lines.find((line) => line.message.includes("caught up"));
      expect(told?.fields).toMatchObject({ client: "stalled", dropped: lost });
      expect(running.broker.stats()).toMatchObject({
        published: total,
        delivered: 2 * total - lost,
        dropped: lost,
      });
    });

    test("a burst larger than the bound costs a reader that reads nothing", async () => {
      await running.close();
      running = await testBroker({ limits: { ...OUTBOX_LIMITS, maxFrames: 100 } });
      const [reader, writer] = await Promise.all([client(), client()]);
      reader.send(encodeFrame("SUB", ">"));
      await reader.sync();
      // A PING after each: no two events can be handed on as one.
      const burst = Array.from({ length: 1000 }, (_, i) => encodeFrame("PUB", `b.${i}`, new Uint8Array(4)));
      writer.send(Buffer.concat(burst.flatMap((frame) => [frame, encodeFrame("PING")])));
      await writer.sync();
      await reader.sync();
      expect(eventsOf(reader)).toHaveLength(1000);
      expect(running.broker.stats().dropped).toBe(0);
    });

    test("frames that come together go each to its own readers", async () => {
      const readers = await Promise.all([client(), client(), client()]);
      for (const [i, pattern] of ["a.*", "b.*", ">"].entries()) {
        readers[i]?.send(encodeFrame("SUB", pattern));
        await readers[i]?.sync();
      }
      const writer = await client();
      const topics = ["a.1", "a.2", "b.1", "a.3", "c.1", "b.2", "b.3"];
      writer.send(Buffer.concat(topics.map((topic) => encodeFrame("PUB", topic, Buffer.from(topic)))));
      await writer.sync();
      for (const [i, raw] of readers.entries()) {
        await raw.sync();
        expect(eventsOf(raw)).toEqual(topics.filter((topic) => i === 2 || topic.startsWith("ab"[i] ?? "")));
        for (const frame of raw.frames) {
          if (frame.verb === "EVT") expect(Buffer.from(frame.body).toString()).toBe(frame.args);
        }
      }
    });

    test("overlapping patterns of one connection are one delivery", async () => {
      const [reader, writer] = await Promise.all([client(), client()]);
      for (const pattern of ["a.b", "a.*", "a.>", ">", "*.b"]) reader.send(encodeFrame("SUB", pattern));
      reader.send(encodeFrame("SUB", "a.b"), encodeFrame("UNSUB", "a.*"), encodeFrame("UNSUB", "never"));
      await reader.sync();
      expect(running.broker.stats().subscriptions).toBe(4);
      writer.send(encodeFrame("PUB", "a.b"), encodeFrame("PUB", "a.b"));
      await writer.sync();
      await reader.sync();
      expect(eventsOf(reader)).toEqual(["a.b", "a.b"]);
    });
  });
});

describe("the socket file", () => {
  test("has mode 0660 and goes with its broker", async () => {
    expect(statSync(running.path).mode & 0o777).toBe(0o660);
    await running.broker.close();
    expect(existsSync(running.path)).toBe(false);
  });

  test("a second broker is refused and the first goes on", async () => {
    const reader = await client();
    const options = { path: running.path, group: "none", log: createKeptLog(), clock: systemClock };
    const before = lstatSync(running.path).ino;
    await expect(startBroker(options)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("already running"),
    });
    await reader.sync();
    expect(lstatSync(running.path).ino).toBe(before);
  });

  test("of two brokers that start at once, one wins", async () => {
    const place = freshSocketPath();
    const options = { path: place.path, group: "none", log: createKeptLog(), clock: systemClock };
    const results = await Promise.allSettled([
      startBroker(options),
      startBroker(options),
      startBroker(options),
    ]);
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(won).toHaveLength(1);
    await Promise.all(won.map((broker) => broker.close()));
    place.remove();
  });

  test("a dead socket is replaced", async () => {
    const place = freshSocketPath();
    const script = `Bun.listen({unix:${JSON.stringify(place.path)},socket:{data(){}}});console.log("up")`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    await child.stdout.getReader().read();
    child.kill("SIGKILL");
    await child.exited;
    const dead = lstatSync(place.path);
    expect(dead.isSocket()).toBe(true);
    const broker = await startBroker({
      path: place.path,
      group: "none",
      log: createKeptLog(),
      clock: systemClock,
    });
    const raw = await rawClient(place.path);
    await raw.sync();
    raw.destroy();
    await broker.close();
    place.remove();
  });

  test("what is no socket is left alone", async () => {
    const place = freshSocketPath();
    writeFileSync(place.path, "mine");
    const options = { path: place.path, group: "none", log: createKeptLog(), clock: systemClock };
    await expect(startBroker(options)).rejects.toMatchObject({ code: "conflict" });
    await until(() => existsSync(place.path), "file");
    expect(lstatSync(place.path).size).toBe(4);
    place.remove();
  });

  test("a broker removes only the socket that it made", async () => {
    const aside = `${running.path}.moved`;
    renameSync(running.path, aside);
    const other = await startBroker({
      path: running.path,
      group: "none",
      log: createKeptLog(),
      clock: systemClock,
    });
    await running.broker.close();
    const raw = await rawClient(running.path);
    await raw.sync();
    raw.destroy();
    await other.close();
    expect(existsSync(running.path)).toBe(false);
  });

  test("a path that no socket can have is a matter of configuration", async () => {
    const options = {
      path: `/tmp/${"x".repeat(120)}/bus.sock`,
      group: "none",
      log: createKeptLog(),
      clock: systemClock,
    };
    await expect(startBroker(options)).rejects.toMatchObject({ code: "config" });
  });
});

test("the broker tells of itself at start and every 10 s", async () => {
  await running.close();
  const clock = new TestClock();
  running = await testBroker({ clock });
  const reader = await client();
  reader.send(encodeFrame("SUB", "system.*.health"));
  await reader.sync();
  for (const beats of [1, 2]) {
    clock.advance(10_000);
    await until(() => eventsOf(reader).length === beats, "beat");
  }
  const last = reader.frames.at(-1);
  expect(last?.args).toBe("system.bus.health");
  expect(decode(last?.body ?? new Uint8Array())).toMatchObject({
    v: 1,
    type: "systemHealth",
    ts: clock.now() / 1000,
    payload: {
      worker: "bus",
      ts: clock.now() / 1000,
      pid: process.pid,
      uptime_sec: 20,
      connections: 1,
      subscriptions: 1,
      published: 0,
      delivered: 1,
      dropped: 0,
    },
  });
});
