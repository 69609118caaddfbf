// A publisher of the bus benchmark: writes frames that were encoded before, as fast as the window or the rate allows.

import type { Board } from "./board.ts";
import type { Address, Memory } from "./libc.ts";
import { allocate, connectTo, nanoseconds, sleepFor, sleepPrecisely, writeAll, writeText } from "./libc.ts";
import { loadBody, loadTopic } from "./payload.ts";
import { protocols, type Side } from "./protocol.ts";

/** Messages between two looks at the clock and the window. */
const LOOK_EACH = 16;
/** Messages a second of all publishers together until the rate that is measured: enough of them for any server to be warm. */
const WARM_RATE = 10_000;
/** How long it rests while the window is full: far below the time in which one empties. */
const REST_NS = 200_000;

/** What a publisher is told. */
export interface PublisherOptions {
  readonly side: Side;
  readonly address: Address;
  readonly board: Board;
  readonly id: number;
  /** Publishers of the run, who share its window. */
  readonly publishers: number;
  /** Subscribers who hold the window: it is full while the slowest lags that many messages. */
  readonly paced: number;
  readonly window: number;
  /** Frames of one write. */
  readonly batch: number;
  /** Messages a second of all publishers together; 0 for as many as go. */
  readonly rate: number;
}

/** What it did. */
export interface Published {
  readonly sent: number;
  /** How late it was at worst, at a fixed rate. */
  readonly late_ms: number;
}

/** Frames ready to be written, and where their numbers are. */
interface Batch {
  readonly memory: Memory;
  readonly view: DataView;
  readonly frame: number;
  readonly body: number;
}

function makeBatch({ side, id }: PublisherOptions, count: number): Batch {
  const make = (_: unknown, i: number) => protocols[side].publication(loadTopic(i), loadBody.bytes);
  const frames = Array.from({ length: count }, make);
  const frame = frames[0]?.bytes.length ?? 0;
  const memory = allocate(frame * count);
  for (const [i, { bytes, body }] of frames.entries()) {
    if (bytes.length !== frame) throw new Error("frames differ in length");
    bytes.copy(memory.bytes, i * frame);
    memory.bytes[i * frame + body + loadBody.publisher] = id;
  }
  return { memory, view: new DataView(memory.bytes.buffer), frame, body: frames[0]?.body ?? 0 };
}

function stamp(batch: Batch, first: number, now: number): void {
  for (let at = batch.body, number = first; at < batch.memory.bytes.length; at += batch.frame, number++) {
    batch.view.setUint32(at + loadBody.number, number);
    batch.view.setFloat64(at + loadBody.time, now);
  }
}

/** Publishes until the board says stop. */
export function runPublisher(options: PublisherOptions, ready: () => void): Published {
  const { side, board } = options;
  const fd = connectTo(options.address);
  if (protocols[side].hello) writeText(fd, protocols[side].hello);
  sleepPrecisely();
  ready();
  while (!board.isSet("go")) sleepFor(1e6);
  const result = options.rate > 0 ? publishAtRate(fd, options) : publishFlood(fd, options);
  // Leaving with something unread would reset a TCP connection and cost what the server has not read yet.
  while (!board.isSet("end")) sleepFor(1e7);
  return result;
}

function publishFlood(fd: number, options: PublisherOptions): Published {
  const { board, id, paced, publishers } = options;
  const share = options.window / publishers;
  // One batch for each of several topics in turn, so that writes of one frame spread over them too.
  const batches = options.batch > 1 ? [makeBatch(options, options.batch)] : singles(options);
  let sent = 0;
  // A publisher's share of what the slowest subscriber has; all publishers go at about one pace.
  const ahead = (): number => sent - board.leastReceived(paced) / publishers;
  for (let turn = 0; !board.isSet("stop"); ) {
    if (ahead() >= share) while (ahead() > share / 2 && !board.isSet("stop")) sleepFor(REST_NS);
    const now = nanoseconds();
    for (const goal = sent + LOOK_EACH; sent < goal; sent += options.batch) {
      const batch = batches[turn++ % batches.length] as Batch;
      stamp(batch, sent, now);
      writeAll(fd, batch.memory);
    }
    board.setSent(id, sent);
  }
  return { sent, late_ms: 0 };
}

/** Frames to be written one at a time, of several topics. */
function singles(options: PublisherOptions): Batch[] {
  return Array.from({ length: 16 }, (_, i) => {
    const batch = makeBatch(options, 1);
    protocols[options.side].publication(loadTopic(i), loadBody.bytes).bytes.copy(batch.memory.bytes);
    batch.memory.bytes[batch.body + loadBody.publisher] = options.id;
    return batch;
  });
}

function publishAtRate(fd: number, options: PublisherOptions): Published {
  const { board, id } = options;
  const batches = singles(options);
  let pace = paceOf(options, WARM_RATE, 0);
  let steady = false;
  let sent = 0;
  let late = 0;
  while (!board.isSet("stop")) {
    if (!steady && board.isSet("steady")) {
      steady = true;
      pace = paceOf(options, options.rate, sent);
      late = 0;
    }
    const due = pace.begin + (sent - pace.first) * pace.period;
    const now = nanoseconds();
    if (now < due) {
      sleepFor(due - now);
      continue;
    }
    late = Math.max(late, now - due);
    const batch = batches[sent % batches.length] as Batch;
    stamp(batch, sent, now);
    writeAll(fd, batch.memory);
    board.setSent(id, ++sent);
  }
  return { sent, late_ms: late / 1e6 };
}

/** When messages are due from now on: number `first` at `begin`, each later one a `period` (ns) after the one before. */
interface Pace {
  readonly begin: number;
  readonly period: number;
  readonly first: number;
}

/** The pace of one of several publishers, who take turns. */
function paceOf({ id, publishers }: PublisherOptions, rate: number, first: number): Pace {
  const period = (1e9 * publishers) / rate;
  return { begin: nanoseconds() + (period * id) / publishers, period, first };
}
