// A process of the bus benchmark's load: `bun load.ts '{"role": …}'`. Says `ready`, waits for the board, prints what it saw.

import { writeSync } from "node:fs";
import { openBoard } from "./board.ts";
import { allocate, connectTo, writeText } from "./libc.ts";
import { protocols } from "./protocol.ts";
import { type PublisherOptions, runPublisher } from "./publisher.ts";
import { awaitPong, runSink, type SinkOptions } from "./sink.ts";

type Role<Name extends string, Options> = { readonly role: Name; readonly board: string } & Omit<
  Options,
  "board"
>;
type Publisher = Role<"publisher", PublisherOptions>;
type Sink = Role<"sink", SinkOptions>;
type Idle = Role<"idle", Pick<SinkOptions, "side" | "address"> & { readonly patterns: number }>;

/** Patterns that one connection registers. */
const PATTERNS_EACH = 1000;

/** Patterns of many shapes that no message of the load matches. */
function idlePattern(n: number): string {
  const shapes = [`attacker.a${n}.>`, `decky.db-${n}.state`, `decky.*.t${n}`, `topology.${n}.*.status`];
  return shapes[n % shapes.length] ?? "";
}

/** Holds `patterns` subscriptions that get nothing, over several connections. */
function holdIdle({ side, address, patterns }: Idle): void {
  const protocol = protocols[side];
  for (let from = 0; from < patterns; from += PATTERNS_EACH) {
    const fd = connectTo(address);
    const count = Math.min(PATTERNS_EACH, patterns - from);
    const subs = Array.from({ length: count }, (_, i) => protocol.subscribe(idlePattern(from + i), i + 1));
    writeText(fd, protocol.hello + subs.join("") + protocol.ping);
    awaitPong(fd, allocate(64 * 1024), protocol.pong);
  }
}

const ready = (): void => void writeSync(1, "ready\n");
const task = JSON.parse(process.argv[2] ?? "") as Publisher | Sink | Idle;
if (task.role === "idle") {
  holdIdle(task);
  ready();
  // Keeps its connections until it is ended.
  await new Promise(() => setInterval(() => undefined, 60_000));
} else {
  const board = openBoard(task.board);
  const result =
    task.role === "sink" ? runSink({ ...task, board }, ready) : runPublisher({ ...task, board }, ready);
  writeSync(1, `${JSON.stringify(result)}\n`);
  process.exit(0);
}
