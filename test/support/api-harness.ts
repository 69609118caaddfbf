// The API with a real store behind it, asked either directly or over a real socket: the same cases for both.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/api/app.ts";
import { AuditTrail, type TrailEntry } from "../../src/api/audit-trail.ts";
import { Auth, sha256Hex } from "../../src/api/auth.ts";
import { startBusRelay } from "../../src/api/bus-relay.ts";
import type { NoteSource } from "../../src/api/order-audit.ts";
import { OrderAudit } from "../../src/api/order-audit.ts";
import type { PasswordHasher } from "../../src/api/passwords.ts";
import { ServiceView } from "../../src/api/service-view.ts";
import { runFeed } from "../../src/api/stream/feed.ts";
import type { StreamHub } from "../../src/api/stream/hub.ts";
import { StreamHub as Hub } from "../../src/api/stream/hub.ts";
import { createFeedStore, createStreamSource } from "../../src/api/stream/source.ts";
import { TopologyStreams } from "../../src/api/stream/topologies.ts";
import { Wake } from "../../src/api/stream/wake.ts";
import { UserDesk } from "../../src/api/user-desk.ts";
import type { WebAssets } from "../../src/api/web-assets.ts";
import { WorkerRegistry } from "../../src/api/worker-registry.ts";
import type { Bus } from "../../src/bus/bus.ts";
import type { Clock } from "../../src/contract/clock.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { systemRandom } from "../../src/contract/random.ts";
import { createLogger } from "../../src/kit/log.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import { insertToken } from "../../src/store/tokens.ts";
import { insertUser } from "../../src/store/users.ts";
import { listen } from "../../src/workers/api/io.ts";
import { FakeServices } from "./fake-services.ts";

/** Argon2id as cheap as it goes. */
const cheapHasher: PasswordHasher = {
  hash: (password) => Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 }),
  verify: (password, hash) => Bun.password.verify(password, hash),
};

export const PASSWORD = "correct horse battery";
export const tokens = {
  admin: "admin-token",
  viewer: "viewer-token",
  expired: "expired-token",
  local: "local-token",
} as const;

/** Ways to ask. */
export type Transport = "memory" | "socket";

export interface HarnessOptions {
  readonly transport: Transport;
  readonly maxClients?: number;
  readonly feed?: boolean;
  readonly assets?: WebAssets;
  readonly accepted?: number;
  readonly names?: readonly string[];
  /** By which heartbeats are judged. */
  readonly beatClock?: Clock;
  readonly bus?: Bus;
  /** What is told on it reaches registry and streams. */
  readonly relay?: Bus;
  readonly services?: FakeServices;
  readonly notes?: NoteSource;
  /** Takes what the audit trail can't store to the end. */
  readonly leave?: (entry: TrailEntry) => void;
  readonly absent?: ReadonlyMap<string, string>;
}

export interface Harness {
  readonly store: Store;
  readonly hub: StreamHub;
  readonly topologyStreams: TopologyStreams;
  readonly registry: WorkerRegistry;
  readonly serviceView: ServiceView;
  readonly orders: OrderAudit;
  readonly trail: AuditTrail;
  readonly wake: Wake;
  readonly blobs: Map<string, Blob>;
  readonly logs: string[];
  /** Base URL; a real one for `socket`. */
  readonly url: string;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** As {@link request}, with a token. */
  as(who: keyof typeof tokens, path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

async function addPeople(store: Store): Promise<void> {
  const now = systemClock.now();
  const password = await cheapHasher.hash(PASSWORD);
  for (const role of ["admin", "viewer"] as const) {
    await insertUser(store.db, { username: role, password, role, created_at: now, changed_at: now });
    const token = {
      token_sha256: sha256Hex(tokens[role]),
      username: role,
      created_at: now,
      expires_at: now + 3_600_000,
    };
    await insertToken(store.db, token);
  }
  const expired = {
    token_sha256: sha256Hex(tokens.expired),
    username: "admin",
    created_at: 0,
    expires_at: now - 1,
  };
  await insertToken(store.db, expired);
}

export async function createHarness(options: HarnessOptions): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), "decnet-api-"));
  const logs: string[] = [];
  const log = createLogger("api", "info", (line) => logs.push(line));
  const store = openStore({ path: join(dir, "decnet.db"), log });
  await addPeople(store);
  const { db } = store;
  const clock = systemClock;
  const names = options.names ?? ["bus", "api", "collector"];
  const services = options.services ?? new FakeServices(names);
  // By the clock that beats are judged by: which of the two came later is a question of one clock.
  const serviceView = new ServiceView({ manager: services, names, clock: options.beatClock ?? clock, log });
  const registry = new WorkerRegistry({
    names,
    clock: options.beatClock ?? clock,
    services: serviceView,
    ...(options.absent ? { absent: options.absent } : {}),
  });
  const { bus } = options;
  const busConnected = (): boolean => bus?.connected ?? false;
  const wake = new Wake(clock);
  const hub = new Hub({
    clock,
    maxClients: options.maxClients ?? 1000,
    source: createStreamSource({ db, clock, registry, serviceView, busConnected }),
    onJoin: () => wake.hint(),
    onError: (error) => log.error({ err: error }, "stream"),
  });
  const auth = new Auth({
    db,
    hasher: cheapHasher,
    clock,
    random: systemRandom,
    sessionMs: 3_600_000,
    localToken: tokens.local,
    onRevoked: (isRevoked) => hub.audience.closeWhere(isRevoked),
  });
  const blobs = new Map<string, Blob>();
  const topologyStreams = new TopologyStreams({ db, audience: hub.audience, log, busConnected });
  const trail = new AuditTrail({ db, log, leave: options.leave ?? (() => undefined) });
  const app = createApp({
    db,
    trail,
    auth,
    users: new UserDesk({ db, hasher: cheapHasher, clock, random: systemRandom, auth }),
    registry,
    services,
    serviceView,
    bus: () => (bus?.connected ? bus : undefined),
    hub,
    topologyStreams,
    blobs: {
      find: async (sha256) => blobs.get(sha256),
      remove: async (sha256) => blobs.delete(sha256),
    },
    clock,
    log,
    version: "0.0.0-test",
    startedAt: clock.now(),
    boundTo: "127.0.0.1",
    busConnected,
    acceptedPosition: async () => options.accepted ?? 0,
    assets: options.assets,
  });
  const stop = new AbortController();
  const { signal } = stop;
  const notes = options.notes ?? { find: () => [], remove: () => undefined };
  const orders = new OrderAudit({ db, trail, registry, notes, clock, log });
  const relay = options.relay
    ? startBusRelay({ bus: options.relay, registry, hub, topologyStreams, wake, orders, clock, signal })
    : undefined;
  await relay?.ready;
  const feed = options.feed
    ? runFeed({
        hub,
        store: createFeedStore(db),
        wake,
        clock,
        log,
        signal,
        takeWorkerChanges: () => registry.takeChanges(),
      })
    : Promise.resolve();
  const server =
    options.transport === "socket"
      ? listen({
          host: "127.0.0.1",
          ports: [0],
          answer: (request, env) => app.fetch(request, env),
        })
      : undefined;
  const url = server ? `http://127.0.0.1:${server.port}` : "http://localhost";
  const request = async (path: string, init: RequestInit = {}): Promise<Response> =>
    server
      ? fetch(url + path, { redirect: "manual", ...init })
      : app.request(path, init, { source: "127.0.0.1" });
  return {
    store,
    hub,
    topologyStreams,
    registry,
    serviceView,
    orders,
    trail,
    wake,
    blobs,
    logs,
    url,
    request,
    as(who, path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${tokens[who]}`);
      return request(path, { ...init, headers });
    },
    async close() {
      stop.abort();
      wake.hint();
      await feed;
      await relay?.done;
      hub.close();
      await server?.stop();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A request with a JSON body. */
export function json(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
