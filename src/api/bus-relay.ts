// What the bus tells the API: heartbeats for the registry, hints that there is something new for the feed, and what
// happens to topologies for those who watch one, and orders that others give, for the audit trail.
// Nothing depends on it: without a bus the rows age and the feed polls.

import type { Bus, Subscription } from "../bus/bus.ts";
import { publishSafely } from "../bus/publish-safely.ts";
import { patternOf, topics } from "../bus/topics.ts";
import type { Clock } from "../contract/clock.ts";
import type { OrderAudit } from "./order-audit.ts";
import type { StreamHub } from "./stream/hub.ts";
import type { TopologyStreams } from "./stream/topologies.ts";
import { TOPOLOGY_PATTERNS } from "./stream/topologies.ts";
import type { Wake } from "./stream/wake.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

/** What is wired to the bus. */
export interface RelayOptions {
  readonly bus: Bus;
  readonly registry: WorkerRegistry;
  readonly hub: StreamHub;
  readonly topologyStreams: TopologyStreams;
  readonly wake: Wake;
  readonly orders: Pick<OrderAudit, "take">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Patterns after whose events the store holds something new. */
const HINTS = [
  patternOf(topics.systemLog),
  "attacker.>",
  patternOf(topics.deckyState),
  "credential.>",
] as const;

/** How long the end waits for orders that are on their way. */
const DRAIN_MS = 500;

/** A running relay. */
export interface BusRelay {
  /** Resolves when the bus holds the subscriptions. */
  readonly ready: Promise<void>;
  /** Resolves after the signal has aborted or the bus was closed. */
  readonly done: Promise<void>;
}

async function relayHealth(health: Subscription, { registry, hub }: RelayOptions): Promise<void> {
  for await (const event of health) {
    const row = registry.record(event.topic, event.payload);
    if (row) hub.broadcast([hub.frame("worker", row)]);
  }
}

async function relayHints(hints: Subscription, wake: Wake): Promise<void> {
  for await (const _event of hints) wake.hint();
}

async function relayTopologies(news: Subscription, streams: TopologyStreams): Promise<void> {
  for await (const event of news) streams.take(event);
}

async function relayOrders(heard: Subscription, orders: RelayOptions["orders"]): Promise<void> {
  for await (const event of heard) await orders.take(event);
}

/** Closes it once the broker has answered: an order to the API itself may still be on its way here. */
async function closeDrained(heard: Subscription, bus: Bus): Promise<void> {
  if (bus.connected) await bus.flush(DRAIN_MS);
  heard.close();
}

/** Starts it. */
export function startBusRelay(options: RelayOptions): BusRelay {
  const { bus, clock, signal, wake } = options;
  const health = bus.subscribe(patternOf(topics.systemHealth));
  const hints = HINTS.map((pattern) => bus.subscribe(pattern, { maxEvents: 16 }));
  const news = TOPOLOGY_PATTERNS.map((pattern) => bus.subscribe(pattern));
  const heard = bus.subscribe(patternOf(topics.systemControl));
  const all = [health, ...hints, ...news];
  const close = (): void => {
    for (const subscription of all) subscription.close();
    void closeDrained(heard, bus);
  };
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  const ready = Promise.all([...all, heard].map((subscription) => subscription.ready)).then(() => undefined);
  const callRoll = (): void => {
    publishSafely(bus, topics.systemRollcall, {}, { requested_by: "api", ts: clock.now() / 1000 });
  };
  void ready.then(callRoll);
  // Beats that were sent while this side was away are lost: a broker that came back without us has told nobody its pid.
  const stopListening = bus.onLifecycle((event) => {
    if (event.type === "connected") callRoll();
  });
  const relays = [
    relayHealth(health, options),
    ...hints.map((subscription) => relayHints(subscription, wake)),
    relayOrders(heard, options.orders),
    ...news.map((subscription) => relayTopologies(subscription, options.topologyStreams)),
  ];
  return {
    ready,
    done: Promise.all(relays).then(() => {
      stopListening();
      signal.removeEventListener("abort", close);
    }),
  };
}
