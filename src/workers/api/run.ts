// Wires the API: store, logins, event stream, bus and the socket.
// Refuses to take a port that was not asked for and is taken: it takes the next free one.

import { createApp } from "../../api/app.ts";
import type { AuditTrail } from "../../api/audit-trail.ts";
import type { FirstAdmin } from "../../api/auth.ts";
import { ensureFirstAdmin } from "../../api/auth.ts";
import type { BusRelay } from "../../api/bus-relay.ts";
import { startBusRelay } from "../../api/bus-relay.ts";
import { loadEmbeddedAssets } from "../../api/embedded.ts";
import { createPasswordHasher } from "../../api/passwords.ts";
import { runFeed } from "../../api/stream/feed.ts";
import { createFeedStore } from "../../api/stream/source.ts";
import type { WebAssets } from "../../api/web-assets.ts";
import type { AppBus } from "../../bus/app-bus.ts";
import { connectNow, createAppBus } from "../../bus/app-bus.ts";
import type { Bus } from "../../bus/bus.ts";
import { getBus } from "../../bus/get-bus.ts";
import { systemRandom } from "../../contract/random.ts";
import type { ServiceManager } from "../../contract/service-manager.ts";
import { writeRunFile } from "../../kit/install.ts";
import { findServiceManager } from "../../kit/service-manager.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import type { Store } from "../../store/open.ts";
import { openStore } from "../../store/open.ts";
import { portsToTry, urlOf } from "./core.ts";
import type { Listening } from "./io.ts";
import { enterInstall, listen } from "./io.ts";
import type { Parts } from "./parts.ts";
import { createParts } from "./parts.ts";

/** What may be handed in besides the worker's context. */
export interface ApiOptions {
  /** The dashboard's files; without them only the API is served. */
  readonly assets?: WebAssets | undefined;
  /** Token that acts as the admin `local`. */
  readonly localToken?: string | undefined;
  /** Who starts workers; nobody when absent. */
  readonly services?: ServiceManager;
  readonly onListening?: (url: string) => void;
  /** A bus that is connected, or a rejection; by environment when absent. */
  readonly connectBus?: () => Promise<Bus>;
}

/** How long the bus may take to hold the subscriptions before the API comes up without waiting further. */
const SUBSCRIBE_MS = 1000;

function serve({ config }: WorkerContext, { deps }: Parts): Listening & { readonly url: string } {
  const app = createApp(deps);
  const host = config.get("api.host");
  const listening = listen({
    host,
    ports: portsToTry(config.get("api.port"), config.sourceOf("api.port") !== "default"),
    answer: (request, env) => app.fetch(request, env),
  });
  return { ...listening, url: urlOf(host, listening.port) };
}

function makeAdmin(context: WorkerContext, store: Store): Promise<FirstAdmin> {
  const { clock, config } = context;
  const password = config.get("api.admin_password") || undefined;
  return ensureFirstAdmin(
    { db: store.db, hasher: createPasswordHasher(), clock, random: systemRandom },
    password,
  );
}

/**
 * A connection of its own: over the worker's, the API's own heartbeat would not come back to it. Tried only once the
 * worker's stands, so that this process asks for a bus that is away no more often than that one does.
 */
function createBus({ bus, clock, log }: WorkerContext, { connectBus }: ApiOptions): AppBus {
  const make = (): Bus => getBus({ name: "api-relay", log, clock, env: process.env });
  return createAppBus({
    connect: connectBus ?? (() => connectNow(make)),
    mayConnect: () => bus.flush(),
    clock,
    onFailure: (error) => log.debug({ err: error }, "no bus yet"),
  });
}

/** The bus where there is one, and what hangs on it. */
function attachBus(context: WorkerContext, options: ApiOptions) {
  const appBus = createBus(context, options);
  const relays: BusRelay[] = [];
  let bus: Bus | undefined;
  return {
    connected: () => bus?.connected ?? false,
    get: () => (bus?.connected ? bus : undefined),
    /** Waits for the first try, so that no heartbeat is missed between "ready" and the subscription. */
    async start({ registry, hub, wake, beat, deps, orders }: Parts): Promise<void> {
      appBus.onBus((connected) => {
        bus = connected;
        beat();
        connected.onLifecycle((event) => {
          if (event.type === "connected") beat();
        });
        relays.push(
          startBusRelay({
            bus: connected,
            registry,
            hub,
            topologyStreams: deps.topologyStreams,
            wake,
            orders,
            clock: context.clock,
            signal: context.signal,
          }),
        );
      });
      context.bus.onLifecycle((event) => {
        if (event.type === "connected") void appBus.get();
      });
      await appBus.get();
      const subscribed = Promise.all(relays.map((relay) => relay.ready));
      await Promise.race([subscribed, context.clock.sleep(SUBSCRIBE_MS, context.signal)]);
    },
    keepTrying: () => appBus.keepTrying(context.signal),
    async close(): Promise<void> {
      // Told to end already; what they still wait for comes over a bus that is open.
      await Promise.all(relays.map((relay) => relay.done));
      await appBus.close();
    },
  };
}

/** Runs the API until the signal aborts. */
export async function runApi(given: WorkerContext, options: ApiOptions = {}): Promise<void> {
  const stop = new AbortController();
  const context = { ...given, signal: AbortSignal.any([given.signal, stop.signal]) };
  const { clock, folder, log, signal } = context;
  const store = openStore({ path: folder.database, log });
  const bus = attachBus(context, options);
  let trail: AuditTrail | undefined;
  try {
    const admin = await makeAdmin(context, store);
    const parts = createParts(context, {
      ...options,
      db: store.db,
      bus: bus.get,
      busConnected: bus.connected,
      endSelf: () => stop.abort(),
    });
    const { hub, registry, wake } = parts;
    const { serviceView } = parts.deps;
    trail = parts.deps.trail;
    await bus.start(parts);
    const server = serve(context, parts);
    const takeWorkerChanges = () => registry.takeChanges();
    const feed = runFeed({
      hub,
      store: createFeedStore(store.db),
      wake,
      clock,
      log,
      signal,
      takeWorkerChanges,
    });
    announce(context, server.url, admin, options);
    const looks = serviceView.keepFresh(() => hub.clients > 0, signal);
    await Promise.all([feed, looks, bus.keepTrying(), parts.orders.keepTakingNotes(signal)]);
    hub.close();
    await server.stop();
  } finally {
    stop.abort();
    await bus.close();
    await trail?.end();
    await store.close();
  }
}

function announce(context: WorkerContext, url: string, admin: FirstAdmin, options: ApiOptions): void {
  const { folder, log } = context;
  writeRunFile(folder.apiFile, { url, pid: process.pid });
  log.info({ url }, "API and dashboard listen");
  context.reportHealth(() => ({ url }));
  options.onListening?.(url);
  context.ready(admin.password === undefined ? {} : { admin_password: admin.password });
}

/** The worker: the API with the embedded dashboard and the operator's local token. */
export async function run(context: WorkerContext): Promise<void> {
  const given = process.env["DECNET_LOCAL_TOKEN"];
  const { clock, folder } = context;
  const install = given ? undefined : enterInstall(folder, clock.now());
  const supervised = process.env["DECNET_SUPERVISED"] === "1";
  try {
    const services = await findServiceManager({ supervised, socket: folder.supervisorSocket, clock });
    const assets = await loadEmbeddedAssets();
    await runApi(context, { assets, services, localToken: given || install?.token });
  } finally {
    install?.leave();
  }
}
