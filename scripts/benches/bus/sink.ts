// The subscribers of one process: cut what comes into messages, check each one's number, note how long it took.
// Decodes nothing: what a client does with an event is another measurement.

import type { Board } from "./board.ts";
import { Histogram } from "./histogram.ts";
import type { Address, Memory } from "./libc.ts";
import { acceptAt, allocate, connectTo, listenAt, nanoseconds, Poller, readInto, writeText } from "./libc.ts";
import { LOAD_PATTERN, loadBody } from "./payload.ts";
import { protocols, type Side } from "./protocol.ts";

/** Bytes that are read at once. */
const READ = 256 * 1024;
const MAX_PUBLISHERS = 16;

/** What a process of subscribers is told. */
export interface SinkOptions {
  readonly side: Side;
  readonly address: Address;
  readonly board: Board;
  /** Number of its first subscriber, and how many it has. */
  readonly first: number;
  readonly subscribers: number;
  /** Notes how long one message in so many took. */
  readonly sampleEach: number;
  /** Takes a publisher straight, as its server: shows what the load could do without a broker. */
  readonly direct: boolean;
}

/** What it saw. */
export interface SinkResult {
  readonly received: number;
  /** Numbers that were skipped. */
  readonly gaps: number;
  /** Messages that came twice or out of order. */
  readonly misordered: number;
  readonly latency: readonly (readonly [bucket: number, count: number])[];
}

/** One subscriber's connection. */
interface Reader {
  readonly fd: number;
  readonly slot: number;
  readonly memory: Memory;
  readonly view: DataView;
  /** By publisher: the number that is to come next. */
  readonly next: Uint32Array;
  held: number;
  received: number;
}

function newReader(fd: number, slot: number): Reader {
  const memory = allocate(READ);
  const view = new DataView(memory.bytes.buffer);
  return { fd, slot, memory, view, next: new Uint32Array(MAX_PUBLISHERS), held: 0, received: 0 };
}

function subscribe({ side, address }: SinkOptions, slot: number): Reader {
  const protocol = protocols[side];
  const reader = newReader(connectTo(address), slot);
  writeText(reader.fd, protocol.hello + protocol.subscribe(LOAD_PATTERN, 1) + protocol.ping);
  awaitPong(reader.fd, reader.memory, protocol.pong);
  return reader;
}

/** Reads until the server's answer to a ping has come. */
export function awaitPong(fd: number, memory: Memory, pong: string): void {
  let held = 0;
  while (!memory.bytes.toString("latin1", 0, held).includes(pong)) {
    const got = readInto(fd, memory, held);
    if (got === 0) throw new Error("the server closed the connection");
    held += got;
  }
}

/** Takes messages until the board says end. */
export function runSink(options: SinkOptions, ready: () => void): SinkResult {
  const { direct, first, address } = options;
  const readers = Array.from({ length: direct ? 0 : options.subscribers }, (_, i) =>
    subscribe(options, first + i),
  );
  const server = direct ? listenAt(address) : -1;
  ready();
  if (direct) readers.push(newReader(acceptAt(server), first));
  return new Sink(options, readers).run();
}

/** The loop over all connections of the process. */
class Sink {
  readonly #options: SinkOptions;
  readonly #readers: readonly Reader[];
  readonly #latency = new Histogram();
  #gaps = 0;
  #misordered = 0;

  constructor(options: SinkOptions, readers: readonly Reader[]) {
    this.#options = options;
    this.#readers = readers;
  }

  run(): SinkResult {
    const poller = new Poller(this.#readers.map((reader) => reader.fd));
    const ready = (index: number): void => this.#read(this.#readers[index] as Reader);
    while (!this.#options.board.isSet("end")) poller.wait(100, ready);
    const received = this.#readers.reduce((sum, reader) => sum + reader.received, 0);
    return { received, gaps: this.#gaps, misordered: this.#misordered, latency: this.#latency.entries() };
  }

  #read(reader: Reader): void {
    const { board, side } = this.#options;
    const got = readInto(reader.fd, reader.memory, reader.held);
    if (got === 0 && !board.isSet("stop")) throw new Error("the server closed a subscriber's connection");
    const now = board.isSet("measure") ? nanoseconds() : 0;
    const end = reader.held + got;
    const { bytes } = reader.memory;
    const used = protocols[side].scan(bytes, end, (body) => this.#message(reader, body, now));
    if (used > 0) bytes.copyWithin(0, used, end);
    reader.held = end - used;
    board.setReceived(reader.slot, reader.received);
  }

  #message(reader: Reader, body: number, now: number): void {
    reader.received++;
    const publisher = reader.view.getUint8(body + loadBody.publisher);
    const number = reader.view.getUint32(body + loadBody.number);
    const expected = reader.next[publisher] ?? 0;
    if (number > expected) this.#gaps += number - expected;
    if (number < expected) this.#misordered++;
    reader.next[publisher] = number + 1;
    if (now > 0 && number % this.#options.sampleEach === 0)
      this.#latency.add(now - reader.view.getFloat64(body + loadBody.time));
  }
}
