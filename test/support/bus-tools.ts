// What the tests of the bus share: a log that is kept, a bounded wait for a condition, a raw client, a broker.

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Broker, type BrokerOptions, startBroker } from "../../src/bus/broker.ts";
import type { BusEvent, Subscription } from "../../src/bus/bus.ts";
import type { BusLog } from "../../src/bus/bus-log.ts";
import { bodyOf, encodeFrame, FrameParser } from "../../src/bus/wire.ts";
import type { Verb } from "../../src/bus/wire-header.ts";
import { systemClock } from "../../src/contract/clock.ts";

/** A log whose lines are kept. */
export interface KeptLog extends BusLog {
  readonly lines: {
    readonly level: string;
    readonly message: string;
    readonly fields: Record<string, unknown>;
  }[];
  count(level: string, message: string): number;
}

/** Makes a log. */
export function createKeptLog(): KeptLog {
  const lines: KeptLog["lines"] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  return {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    count: (level, message) =>
      lines.filter((line) => line.level === level && line.message.includes(message)).length,
  };
}

/** Waits until `condition` holds; fails after `limitMs`. */
export async function until(condition: () => boolean, what: string, limitMs = 5000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The next `count` events; fails when they do not come. */
export async function take(subscription: Subscription, count: number, limitMs = 5000): Promise<BusEvent[]> {
  const events: BusEvent[] = [];
  const iterator = subscription[Symbol.asyncIterator]();
  const end = performance.now() + limitMs;
  while (events.length < count) {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), Math.max(1, end - performance.now()));
    const next = await Promise.race([iterator.next(), late.promise]);
    clearTimeout(timer);
    if (next === "late")
      throw new Error(`only ${events.length} of ${count} events on ${subscription.pattern}`);
    if (next.done) break;
    events.push(next.value);
  }
  return events;
}

/** A frame as a raw client saw it. */
export interface SeenFrame {
  readonly verb: Verb;
  readonly args: string;
  readonly body: Uint8Array;
}

/** A connection without a library. */
export interface RawClient {
  readonly frames: readonly SeenFrame[];
  /** All bytes that came. */
  bytes(): Buffer;
  /** True once the broker has closed its side. */
  isEnded(): boolean;
  send(...parts: (Uint8Array | string)[]): void;
  /** Reads nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Says that it sends no more. */
  half(): void;
  /** Sends a PING and waits for its PONG. */
  sync(): Promise<void>;
  destroy(): void;
}

/** Connects. */
export async function rawClient(path: string): Promise<RawClient> {
  const socket = connect({ path, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const frames: SeenFrame[] = [];
  let ended = false;
  const parser = new FrameParser((frame) => {
    frames.push({ verb: frame.verb, args: frame.args, body: bodyOf(frame).slice() });
  });
  socket.on("data", (chunk) => {
    chunks.push(Buffer.from(chunk));
    parser.feed(chunk);
  });
  for (const event of ["end", "close", "error"]) {
    socket.on(event, () => {
      ended = true;
      socket.end();
    });
  }
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let pings = 0;
  return {
    frames,
    bytes: () => Buffer.concat(chunks),
    isEnded: () => ended,
    send: (...parts) => {
      for (const part of parts) socket.write(part);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    half: () => socket.end(),
    async sync() {
      const token = `sync${++pings}`;
      socket.write(encodeFrame("PING", token));
      await until(() => frames.some((frame) => frame.verb === "PONG" && frame.args === token), "PONG");
    },
    destroy: () => socket.destroy(),
  };
}

/** A broker of a test, in a folder of its own. */
export interface TestBroker {
  readonly path: string;
  readonly log: KeptLog;
  readonly broker: Broker;
  /** Ends the broker and removes the folder. */
  close(): Promise<void>;
}

/** A path for a socket in a fresh folder. */
export function freshSocketPath(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "decnet-bus-"));
  return { path: join(folder, "bus.sock"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts a broker. */
export async function testBroker(options: Partial<BrokerOptions> = {}): Promise<TestBroker> {
  const log = createKeptLog();
  const place = freshSocketPath();
  const broker = await startBroker({
    path: place.path,
    group: "decnet-no-such-group",
    log,
    clock: systemClock,
    ...options,
  });
  return {
    path: place.path,
    log,
    broker,
    async close() {
      await broker.close();
      place.remove();
    },
  };
}
