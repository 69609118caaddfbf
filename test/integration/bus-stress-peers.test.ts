// The broker under bad peers, each in a process of its own: one stalled for a minute, ones killed, half-open, deaf or mute.
// The broker is a process too: what it holds is read from /proc, never from within.

import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "@msgpack/msgpack";
import { encodeFrame } from "../../src/bus/wire.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { type BusProcess, createBusProcesses, descriptors, residentBytes } from "../support/bus-processes.ts";
import { type RawClient, rawClient, until } from "../support/bus-tools.ts";

const EVENT_BYTES = 4096;
const STALL_MS = 60_000;
const BATCH_MS = 50;
const BATCH = 10;
const MAX_GROWTH = 64 * 1024 * 1024;

const processes = createBusProcesses();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await processes.close();
  for (const close of closing.splice(0).reverse()) await close();
});

interface Place {
  readonly path: string;
  readonly log: string;
}

function freshPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "decnet-peers-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return { path: join(folder, "bus.sock"), log: join(folder, "log") };
}

async function writer(path: string): Promise<RawClient> {
  const made = await rawClient(path);
  closing.push(() => made.destroy());
  return made;
}

function event(n: number): Uint8Array {
  return encodeFrame("PUB", `load.${n}`, new Uint8Array(EVENT_BYTES).fill(n & 255));
}

function publish(raw: RawClient, from: number, count: number): void {
  raw.send(Buffer.concat(Array.from({ length: count }, (_, i) => event(from + i))));
}

/** What a peer printed of events, the rest being what it says of itself. */
function eventsOf(peer: BusProcess): string[] {
  return peer.lines.filter((line) => line !== "ready" && line !== "end");
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

function logged(log: string, text: string): Record<string, unknown>[] {
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  return lines.filter((line) => line.includes(text)).map((line) => JSON.parse(line));
}

/** What the broker says of itself now, as `raw` hears it. */
async function health(broker: BusProcess, raw: RawClient): Promise<Record<string, number>> {
  raw.send(encodeFrame("SUB", "system.bus.health"));
  await raw.sync();
  const before = raw.frames.filter((frame) => frame.verb === "EVT").length;
  broker.signal("SIGUSR2");
  await until(() => raw.frames.filter((frame) => frame.verb === "EVT").length > before, "health");
  const beat = raw.frames.findLast((frame) => frame.verb === "EVT");
  return (decode(beat?.body ?? []) as { payload: Record<string, number> }).payload;
}

test("a reader that stalls for a minute loses its oldest; the one beside it none, and the broker does not grow", async () => {
  const { path, log } = freshPlace();
  const broker = await processes.broker(path, { log });
  const healthy = await processes.peer(path, "read");
  const stalled = await processes.peer(path, "read");
  const source = await writer(path);
  publish(source, 1, BATCH);
  await until(() => [healthy, stalled].every((one) => eventsOf(one).length === BATCH), "the first events");
  const before = residentBytes(broker.pid);

  stalled.signal("SIGSTOP");
  let sent = BATCH;
  let most = 0;
  const from = performance.now();
  while (performance.now() - from < STALL_MS) {
    publish(source, sent + 1, BATCH);
    sent += BATCH;
    most = Math.max(most, residentBytes(broker.pid));
    await systemClock.sleep(BATCH_MS);
  }
  await until(() => eventsOf(healthy).length === sent, "all at the healthy one");
  expect(eventsOf(healthy)).toEqual(numbers(1, sent));
  expect(most - before).toBeLessThan(MAX_GROWTH);
  const { dropped } = await health(broker, source);
  // The bound was passed by far: what it holds is a part of what was sent.
  expect(dropped).toBeGreaterThan(sent / 2);
  expect(logged(log, "reads slowly")).toHaveLength(1);
  expect(logged(log, "caught up")).toEqual([]);

  stalled.signal("SIGCONT");
  await until(() => eventsOf(stalled).length === sent - (dropped ?? 0), "what was left");
  const got = eventsOf(stalled);
  expect(got).not.toContain("bad");
  expect(got).toEqual(got.toSorted((a, b) => Number(a) - Number(b)));
  const kept = got.slice(-1500);
  expect(kept).toEqual(numbers(sent - kept.length + 1, sent));
  await until(() => logged(log, "caught up").length > 0, "the end of the loss in the log");
  publish(source, sent + 1, 1);
  await until(() => [healthy, stalled].every((one) => eventsOf(one).at(-1) === String(sent + 1)), "the next");
  expect(await health(broker, source)).toMatchObject({ dropped, published: sent + 1 });
  expect(logged(log, "caught up")).toMatchObject([{ client: "read", dropped }]);
  expect(logged(log, "reads slowly")).toHaveLength(1);
}, 100_000);

describe("half-open peers", () => {
  /** A broker with a healthy reader and a writer, and the descriptors that it then holds. */
  async function running() {
    const { path, log } = freshPlace();
    const broker = await processes.broker(path, { log });
    const reader = await processes.peer(path, "read");
    const source = await writer(path);
    await source.sync();
    const held = descriptors(broker.pid);
    const givenBack = () => until(() => descriptors(broker.pid) === held, "descriptors given back");
    let sent = 0;
    /** The healthy reader gets `count` more events. */
    const goesOn = async (count: number): Promise<void> => {
      publish(source, sent + 1, count);
      sent += count;
      await until(() => eventsOf(reader).length === sent, "events at the healthy reader");
      expect(eventsOf(reader)).toEqual(numbers(1, sent));
    };
    return { path, log, broker, source, held, givenBack, goesOn };
  }

  test("killed within a frame: nothing of it is delivered", async () => {
    const { path, log, broker, held, givenBack, goesOn } = await running();
    const cut = await Promise.all([1, 2, 3].map(() => processes.peer(path, "cut")));
    expect(descriptors(broker.pid)).toBe(held + cut.length);
    for (const one of cut) await one.kill();
    await givenBack();
    await goesOn(20);
    expect(logged(log, "malformed")).toMatchObject(cut.map(() => ({ client: "cut", code: "truncated" })));
  });

  test("its writing side shut down: it gets what was there for it, then the end", async () => {
    const { path, givenBack, goesOn } = await running();
    const half = await processes.peer(path, "half");
    await goesOn(3);
    await until(() => half.lines.includes("end"), "end");
    expect(half.lines).toEqual(["ready", ...numbers(1, 3), "end"]);
    await givenBack();
    await goesOn(20);
  });

  test("mute: it is let be, and costs nothing but its descriptor", async () => {
    const { path, log, broker, held, givenBack, goesOn } = await running();
    const mute = await Promise.all([1, 2, 3].map(() => processes.peer(path, "silent")));
    await until(() => descriptors(broker.pid) === held + mute.length, "descriptors of the mute ones");
    await goesOn(20);
    expect(mute.map((one) => one.lines)).toEqual(mute.map(() => ["ready"]));
    for (const one of mute) await one.kill();
    await givenBack();
    expect(logged(log, '"level":40')).toEqual([]);
  });

  test("never reading: killed under load, it gives back what waited for it", async () => {
    const { path, log, broker, source, givenBack, goesOn } = await running();
    const deaf = await Promise.all([1, 2, 3].map(() => processes.peer(path, "read")));
    for (const one of deaf) one.signal("SIGSTOP");
    for (let i = 0; i < 30; i++) await goesOn(100);
    const { dropped = 0 } = await health(broker, source);
    expect(dropped).toBeGreaterThan(0);
    for (const one of deaf) await one.kill();
    await givenBack();
    await goesOn(20);
    expect(await health(broker, source)).toMatchObject({ dropped, connections: 2 });
    const lost = logged(log, "caught up").map((line) => Number(line["dropped"]));
    expect(lost.reduce((a, b) => a + b, 0)).toBe(dropped);
  });
});
