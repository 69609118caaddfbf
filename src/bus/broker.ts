// The broker: fans out what its clients publish, at most once, and waits for nobody.
// Never decodes a body, never keeps an event longer than its receivers' queues do.

import type { Socket } from "bun";
import type { Clock } from "../contract/clock.ts";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { BrokerConnection, type BrokerContext } from "./broker-connection.ts";
import type { BusLog } from "./bus-log.ts";
import { claimSocket, nameBeside, openToGroup, prepareFolder, type SocketClaim } from "./claim-socket.ts";
import { connectionLimit, MAX_REFUSED } from "./connection-limit.ts";
import { createEnvelopeCodec } from "./envelope.ts";
import { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
import { Matcher } from "./subject.ts";
import { topicOf } from "./topics.ts";
import { encodeFrame } from "./wire.ts";

/** How often the broker tells of itself. */
export const BROKER_HEALTH_MS = 10_000;

/** Options of {@link startBroker}. */
export interface BrokerOptions {
  readonly path: string;
  /** Group that may use the socket, where it exists. */
  readonly group: string;
  readonly log: BusLog;
  readonly clock: Clock;
  /** Bounds of what waits for each subscriber. */
  readonly limits?: OutboxLimits;
}

/** Totals since the start. */
export interface BrokerStats {
  readonly connections: number;
  readonly subscriptions: number;
  /** Events that came in. */
  readonly published: number;
  /** Events written to subscribers as a whole. */
  readonly delivered: number;
  /** Events that slow subscribers lost. */
  readonly dropped: number;
}

/** A running broker. */
export interface Broker {
  readonly path: string;
  stats(): BrokerStats;
  /** Publishes `system.bus.health` now, besides every 10 s. */
  beat(): void;
  /** Says BYE to all, sends what waits, removes its socket. Resolves within about a second. Idempotent. */
  close(): Promise<void>;
}

/** Starts a broker. Throws DecnetError `conflict` when a live one holds the path. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  prepareFolder(options.path);
  const hub = createHub(options);
  const bound = nameBeside(options.path);
  const server = listen(bound, hub);
  let claim: SocketClaim;
  try {
    openToGroup(bound, options.group, options.log);
    claim = await claimSocket(bound, options.path);
  } catch (error) {
    server.stop(true);
    throw error;
  }
  const health = hub.startHealth();
  options.log.info({ path: options.path }, "bus broker listens");
  const close = async (): Promise<void> => {
    health.stop();
    claim.release();
    await hub.close();
    server.stop(true);
    options.log.info({ ...hub.stats() }, "bus broker ended");
  };
  let closing: Promise<void> | undefined;
  return {
    path: options.path,
    stats: hub.stats,
    beat: health.beat,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listen(bound: string, hub: Hub): { stop(force: boolean): void } {
  // Until its group is set nobody else may connect, not even for an instant.
  const umask = process.umask(0o177);
  try {
    return Bun.listen<BrokerConnection | undefined>({
      unix: bound,
      allowHalfOpen: true,
      data: undefined,
      socket: {
        binaryType: "buffer",
        open: (socket) => {
          socket.data = hub.accept(socket);
        },
        data: (socket, chunk) => socket.data?.port.received(chunk),
        drain: (socket) => socket.data?.port.writable(),
        end: (socket) => socket.data?.port.ended(),
        close: (socket) => socket.data?.port.gone("closed"),
        error: (socket) => socket.data?.port.terminate("socket error"),
      },
    });
  } catch (cause) {
    throw new DecnetError(
      "config",
      `bus socket can't be made: ${systemErrorCode(cause) ?? "no reason given"}`,
      { cause },
    );
  } finally {
    process.umask(umask);
  }
}

interface Hub {
  accept(socket: Socket<BrokerConnection | undefined>): BrokerConnection;
  stats(): BrokerStats;
  startHealth(): Health;
  close(): Promise<void>;
}

function createHub(options: BrokerOptions): Hub {
  const { log, clock } = options;
  const connections = new Set<BrokerConnection>();
  const maxConnections = connectionLimit();
  const idle = Promise.withResolvers<void>();
  const past = { delivered: 0, dropped: 0 };
  let closing = false;
  let accepted = 0;
  const context: BrokerContext = {
    matcher: new Matcher(),
    limits: options.limits ?? OUTBOX_LIMITS,
    log,
    clock,
    counts: { published: 0 },
    left: (connection) => {
      connections.delete(connection);
      past.delivered += connection.port.outbox.delivered;
      past.dropped += connection.port.outbox.dropped;
      if (closing && connections.size === 0) idle.resolve();
    },
  };
  const sum = (key: "delivered" | "dropped"): number =>
    [...connections].reduce((total, connection) => total + connection.port.outbox[key], past[key]);
  const stats = (): BrokerStats => ({
    connections: connections.size,
    subscriptions: context.matcher.size,
    published: context.counts.published,
    delivered: sum("delivered"),
    dropped: sum("dropped"),
  });

  return {
    accept(socket) {
      const connection = new BrokerConnection(++accepted, context);
      connections.add(connection);
      connection.port.attach(socket);
      if (closing) connection.bye();
      // One that is refused holds its descriptor until it hangs up, or for a second: so many may, and no more.
      else if (connections.size > maxConnections + MAX_REFUSED)
        connection.port.terminate("no room to say so");
      else if (connections.size > maxConnections) connection.refuse("too_many", "too many connections");
      return connection;
    },
    stats,
    startHealth: () => startHealth(context, stats),
    async close() {
      closing = true;
      if (connections.size === 0) return;
      for (const connection of connections) connection.bye();
      await idle.promise;
    },
  };
}

/** The broker's own sign of life. */
interface Health {
  readonly beat: () => void;
  readonly stop: () => void;
}

/** Publishes `system.bus.health` now and every {@link BROKER_HEALTH_MS}. */
function startHealth(context: BrokerContext, stats: () => BrokerStats): Health {
  const { clock } = context;
  const codec = createEnvelopeCodec(clock);
  const topic = topicOf("systemHealth", { worker: "bus" });
  const started = clock.monotonic();
  let cancel = (): void => undefined;
  const beat = (): void => {
    const uptime = (clock.monotonic() - started) / 1000;
    const payload = {
      worker: "bus",
      ts: clock.now() / 1000,
      pid: process.pid,
      uptime_sec: uptime,
      ...stats(),
    };
    const bytes = encodeFrame("EVT", topic, codec.encode({ topic, payload }));
    const events = { bytes, start: 0, end: bytes.length, frames: 1 };
    for (const receiver of context.matcher.match(topic)) receiver.deliver(events);
  };
  const tick = (): void => {
    beat();
    cancel = clock.after(BROKER_HEALTH_MS, tick);
  };
  tick();
  return { beat, stop: () => cancel() };
}
