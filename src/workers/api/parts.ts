// The parts of the API put together: registry, event stream, logins, app. Opens no socket and starts nothing.

import type { Kysely } from "kysely";
import { AuditTrail } from "../../api/audit-trail.ts";
import { Auth } from "../../api/auth.ts";
import type { ApiDeps } from "../../api/deps.ts";
import { OrderAudit } from "../../api/order-audit.ts";
import { createPasswordHasher } from "../../api/passwords.ts";
import { ServiceView } from "../../api/service-view.ts";
import { StreamHub } from "../../api/stream/hub.ts";
import type { SourceOptions } from "../../api/stream/source.ts";
import { createStreamSource } from "../../api/stream/source.ts";
import { TopologyStreams } from "../../api/stream/topologies.ts";
import { Wake } from "../../api/stream/wake.ts";
import { UserDesk } from "../../api/user-desk.ts";
import type { WebAssets } from "../../api/web-assets.ts";
import { WorkerRegistry } from "../../api/worker-registry.ts";
import type { Bus } from "../../bus/bus.ts";
import { topicOf } from "../../bus/topics.ts";
import { systemRandom } from "../../contract/random.ts";
import type { ServiceManager } from "../../contract/service-manager.ts";
import { absentWorkers, whySilent } from "../../kit/absent-workers.ts";
import { findOrderNotes, removeOrderNote, writeOrderNote } from "../../kit/order-notes.ts";
import { noServiceManager } from "../../kit/service-manager.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import type { Database } from "../../store/schema.ts";
import { version } from "../../version.ts";
import { workers } from "../index.ts";
import { createBlobSource, readSpoolHead } from "./io.ts";

/** What the parts are made from. */
export interface PartsOptions {
  readonly db: Kysely<Database>;
  readonly bus: () => Bus | undefined;
  readonly busConnected: () => boolean;
  /** Who starts workers; that of this host when absent. */
  readonly services?: ServiceManager | undefined;
  readonly assets?: WebAssets | undefined;
  readonly localToken?: string | undefined;
  readonly endSelf: () => void;
}

/** The parts. */
export interface Parts {
  readonly deps: ApiDeps;
  readonly registry: WorkerRegistry;
  readonly hub: StreamHub;
  readonly wake: Wake;
  readonly orders: OrderAudit;
  /**
   * Enters the signs of life that come with a connection: the broker's answer, and this process's own, whose
   * heartbeat may go out before the registry listens.
   */
  readonly beat: () => void;
}

const names = workers.map((worker) => worker.name);

function createHub(context: WorkerContext, sources: Omit<SourceOptions, "clock">, wake: Wake): StreamHub {
  const { clock, config, log, metrics } = context;
  const hub = new StreamHub({
    clock,
    maxClients: config.get("api.stream_clients"),
    source: createStreamSource({ ...sources, clock }),
    onJoin: () => wake.hint(),
    onError: (error) => log.error({ err: error }, "event stream could not begin"),
  });
  metrics.gauge("stream_clients", () => hub.clients);
  return hub;
}

function createBeat({ clock, metrics }: WorkerContext, registry: WorkerRegistry, hub: StreamHub): () => void {
  const started = clock.monotonic();
  const topic = topicOf("systemHealth", { worker: "api" });
  return () => {
    const uptime_sec = (clock.monotonic() - started) / 1000;
    const own = { pid: process.pid, uptime_sec, rss_bytes: process.memoryUsage.rss() };
    const beat = { ts: clock.now() / 1000, ...own, metrics: metrics.snapshot() };
    const rows = [registry.touch("bus"), registry.record(topic, beat)].filter((row) => row !== undefined);
    hub.broadcast(rows.map((row) => hub.frame("worker", row)));
  };
}

/** Makes them. */
export function createParts(context: WorkerContext, options: PartsOptions): Parts {
  const { clock, config, folder, log } = context;
  const wake = new Wake(clock);
  const services = options.services ?? noServiceManager;
  const serviceView = new ServiceView({ manager: services, names, clock, log });
  const absent = absentWorkers(config, process.env);
  const silent = whySilent(config, process.env);
  const registry = new WorkerRegistry({ names, clock, services: serviceView, absent, silent });
  const hub = createHub(context, { ...options, registry, serviceView }, wake);
  const people = { db: options.db, hasher: createPasswordHasher(), clock, random: systemRandom };
  const auth = new Auth({
    ...people,
    sessionMs: config.get("api.session_ms"),
    localToken: options.localToken,
    onRevoked: (isRevoked) => hub.audience.closeWhere(isRevoked),
  });
  const trail = new AuditTrail({ db: options.db, log, leave: (entry) => writeOrderNote(folder, entry) });
  const deps: ApiDeps = {
    ...options,
    trail,
    auth,
    users: new UserDesk({ ...people, auth }),
    registry,
    services,
    serviceView,
    hub,
    topologyStreams: new TopologyStreams({ ...options, audience: hub.audience, log }),
    blobs: createBlobSource(folder.blobs),
    clock,
    log,
    version,
    startedAt: clock.now(),
    boundTo: config.get("api.host"),
    acceptedPosition: () => readSpoolHead(folder.spool),
  };
  const notes = { find: () => findOrderNotes(folder), remove: removeOrderNote };
  const orders = new OrderAudit({ db: options.db, trail, registry, notes, clock, log });
  return { deps, registry, hub, wake, orders, beat: createBeat(context, registry, hub) };
}
