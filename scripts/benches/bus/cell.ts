// One cell of the comparison: a fresh server, a load of some shape, and what was counted over a stretch of time.

import { join } from "node:path";
import { type Board, createBoard } from "./board.ts";
import { type LoadChild, makeFolder, startChild } from "./children.ts";
import { Histogram } from "./histogram.ts";
import type { Side } from "./protocol.ts";
import type { Published } from "./publisher.ts";
import {
  cpuOf,
  freePort,
  type MemoryUse,
  memoryOf,
  type Scheduled,
  type Server,
  type ServerKind,
  scheduledOf,
  startServer,
} from "./servers.ts";
import type { SinkResult } from "./sink.ts";

/** Messages in flight at most: within what either server holds for one subscriber. */
const WINDOW = 16_384;
/** Under a flood the time of one message in so many is noted. */
const SAMPLE_EACH = 16;
/** Processes that share the subscribers between them at most. */
const SINK_PROCESSES = 4;

/** The shape of a load. */
export interface Shape {
  readonly publishers: number;
  readonly subscribers: number;
  /** Frames of one write. */
  readonly batch: number;
  /** Messages a second of all publishers together; 0 for as many as go. */
  readonly rate: number;
  /** Further subscriptions that get nothing. */
  readonly idle: number;
  /** One more subscriber, who is stopped before the load begins. */
  readonly stalled: boolean;
  /** Without a broker between publisher and subscriber. */
  readonly direct: boolean;
}

/** How long a cell warms up and measures; a fixed rate is kept for a while before it is measured. */
export interface Span {
  readonly warmMs: number;
  readonly measureMs: number;
}

/** How long a fixed rate is kept before it is measured: the broker looks at the rate every 250 ms. */
const SETTLE_MS = 1000;

/** Rates and costs while measuring. */
interface Rates {
  readonly published_per_s: number;
  readonly delivered_per_s: number;
  /** CPU seconds for a million messages delivered. */
  readonly broker_cpu_s_per_million: number;
  readonly clients_cpu_s_per_million: number;
  /** Cores used while measuring. */
  readonly broker_cores: number;
  readonly busiest_client_cores: number;
  readonly clients_cores: number;
  /** Seconds in each second that the broker's threads were ready but waited for a core: what contention adds to latency. */
  readonly broker_waited: number;
  readonly pss_mib: number;
  readonly rss_mib: number;
  readonly peak_rss_mib: number;
}

/** What the subscribers saw from beginning to end. */
interface Seen {
  readonly lost: number;
  readonly misordered: number;
  /** How late a publisher was at worst, at a fixed rate. */
  readonly late_ms: number;
  readonly p50_us: number;
  readonly p99_us: number;
  readonly p999_us: number;
}

/** What one run of a cell gave. */
export type CellResult = Rates & Seen;

/** Everything that a cell has started. */
interface Stage {
  readonly shape: Shape;
  readonly folder: string;
  readonly board: Board;
  readonly server: Server | undefined;
  readonly children: LoadChild[];
  readonly sinks: LoadChild[];
  readonly publishers: LoadChild[];
}

/** Runs one cell; `kind` says whose server and protocol. */
export async function runCell(kind: ServerKind, shape: Shape, span: Span): Promise<CellResult> {
  const side = kind === "relay" ? "decnet" : kind;
  const { path: folder, remove } = makeFolder();
  const board = createBoard(join(folder, "board"));
  const server = shape.direct ? undefined : await startServer(kind, folder);
  const stage: Stage = { shape, folder, board, server, children: [], sinks: [], publishers: [] };
  try {
    await setUp(side, stage);
    const rates = await measure(span, stage);
    return { ...rates, ...(await finish(stage)) };
  } finally {
    await Promise.all(stage.children.map((child) => child.stop()));
    await server?.stop();
    remove();
  }
}

async function setUp(side: Side, stage: Stage): Promise<void> {
  const { shape, folder, children, sinks, server } = stage;
  const straight = side === "nats" ? { port: freePort() } : { path: join(folder, "direct.sock") };
  const base = { side, address: server?.address ?? straight, board: join(folder, "board") };
  const start = async (task: object): Promise<LoadChild> => {
    const child = await startChild("load.ts", { ...base, ...task });
    children.push(child);
    return child;
  };
  const { publishers, subscribers, batch, rate, idle, direct } = shape;
  if (idle > 0) await start({ role: "idle", patterns: idle });
  const taking = { role: "sink", direct, sampleEach: rate > 0 ? 1 : SAMPLE_EACH };
  if (shape.stalled) (await start({ ...taking, first: subscribers, subscribers: 1 })).signal("SIGSTOP");
  const processes = Math.min(SINK_PROCESSES, subscribers);
  for (let i = 0; i < processes; i++) {
    const first = Math.floor((i * subscribers) / processes);
    const count = Math.floor(((i + 1) * subscribers) / processes) - first;
    sinks.push(await start({ ...taking, first, subscribers: count }));
  }
  const task = { role: "publisher", publishers, paced: subscribers, window: WINDOW, batch, rate };
  for (let id = 0; id < publishers; id++) stage.publishers.push(await start({ ...task, id }));
}

/** Counts at one moment. */
interface Mark {
  readonly at: number;
  readonly sent: number;
  readonly received: number;
  readonly broker: Scheduled;
  readonly clients: readonly number[];
}

function mark({ shape, board, server, children }: Stage): Mark {
  return {
    at: performance.now(),
    sent: board.allSent(shape.publishers),
    received: board.allReceived(shape.subscribers),
    broker: server ? scheduledOf(server.pid) : { ran: 0, waited: 0 },
    clients: children.map((child) => cpuOf(child.pid)),
  };
}

const NO_MEMORY: MemoryUse = { pss_mib: 0, rss_mib: 0, peak_rss_mib: 0 };

async function measure(span: Span, stage: Stage): Promise<Rates> {
  const { board, server } = stage;
  board.set("go");
  await Bun.sleep(span.warmMs);
  if (stage.shape.rate > 0) {
    board.set("steady");
    await Bun.sleep(SETTLE_MS);
  }
  const before = mark(stage);
  board.set("measure");
  await Bun.sleep(span.measureMs);
  const after = mark(stage);
  board.set("measure", false);
  const memory = server ? memoryOf(server.pid) : NO_MEMORY;
  const seconds = (after.at - before.at) / 1000;
  const received = after.received - before.received;
  const broker = after.broker.ran - before.broker.ran;
  const clients = after.clients.map((cpu, i) => cpu - (before.clients[i] ?? 0));
  const perMillion = (cpu: number): number => round((cpu / Math.max(1, received)) * 1e6, 3);
  return {
    published_per_s: Math.round((after.sent - before.sent) / seconds),
    delivered_per_s: Math.round(received / seconds),
    broker_cpu_s_per_million: perMillion(broker),
    clients_cpu_s_per_million: perMillion(clients.reduce((sum, cpu) => sum + cpu, 0)),
    broker_cores: round(broker / seconds, 2),
    busiest_client_cores: round(Math.max(0, ...clients) / seconds, 2),
    clients_cores: round(clients.reduce((sum, cpu) => sum + cpu, 0) / seconds, 2),
    broker_waited: round((after.broker.waited - before.broker.waited) / seconds, 3),
    ...memory,
  };
}

/** Lets the publishers end, waits for what is still under way, and asks the subscribers what they saw. */
async function finish({ shape, board, sinks, publishers }: Stage): Promise<Seen> {
  board.set("stop");
  const missing = (): number =>
    board.allSent(shape.publishers) * shape.subscribers - board.allReceived(shape.subscribers);
  await Bun.sleep(50);
  for (let before = -1, quiet = 0; missing() > 0 && quiet < 20; ) {
    await Bun.sleep(50);
    const now = board.allReceived(shape.subscribers);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
  const lost = missing();
  board.set("end");
  const results = (await Promise.all(sinks.map((sink) => sink.result))) as SinkResult[];
  const sent = (await Promise.all(publishers.map((publisher) => publisher.result))) as Published[];
  const latency = new Histogram();
  for (const result of results)
    for (const [bucket, count] of result.latency) latency.addBucket(bucket, count);
  return {
    lost,
    misordered: results.reduce((sum, result) => sum + result.misordered, 0),
    late_ms: round(Math.max(0, ...sent.map(({ late_ms }) => late_ms)), 1),
    p50_us: latency.microseconds(0.5),
    p99_us: latency.microseconds(0.99),
    p999_us: latency.microseconds(0.999),
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
