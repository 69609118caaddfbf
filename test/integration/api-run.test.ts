// The api worker as a whole: coming up without a bus, coming alive with one, ports, files, the end.

import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEntry, LoggedIn, Worker, Workers } from "../../src/api/types.ts";
import { connectNow } from "../../src/bus/app-bus.ts";
import { startBroker } from "../../src/bus/broker.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { loadConfig } from "../../src/kit/config.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { findApiUrl } from "../../src/kit/install.ts";
import { createLogger } from "../../src/kit/log.ts";
import { runWorker } from "../../src/kit/run-worker.ts";
import { api } from "../../src/workers/api/index.ts";
import { runApi } from "../../src/workers/api/run.ts";
import { json } from "../support/api-harness.ts";
import { createBusProcesses } from "../support/bus-processes.ts";
import { FakeServices } from "../support/fake-services.ts";
import { openSse } from "../support/sse-client.ts";

const log = createLogger("test", "silent");
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeFolder() {
  const dir = mkdtempSync(join(tmpdir(), "decnet-run-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const folder = dataFolder(dir);
  makeDataFolder(folder);
  return folder;
}

interface Started {
  readonly url: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function start(
  folder: ReturnType<typeof makeFolder>,
  flags: Record<string, unknown> = {},
  env: NodeJS.ProcessEnv = {},
  services?: FakeServices,
): Promise<Started> {
  const stop = new AbortController();
  const make = () => new UnixBus({ name: "api", path: folder.busSocket, log, clock: systemClock });
  const bus = make();
  const ready = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  const definition = {
    ...api,
    load: async () => (context: Parameters<typeof runApi>[0]) =>
      runApi(context, {
        connectBus: () => connectNow(make, 300),
        localToken: "local",
        ...(services && { services }),
      }),
  };
  const config = loadConfig({ flags: { "api.port": 0, ...flags }, env });
  const options = { bus, config, folder, log, clock: systemClock, signal: stop.signal };
  const ended = runWorker(definition, { ...options, onReady: (info = {}) => ready.resolve(info) });
  ended.catch((error: unknown) => ready.reject(error));
  const end = async (): Promise<void> => {
    stop.abort();
    await ended.catch(() => undefined);
    await bus.close();
  };
  cleanups.push(end);
  const info = await ready.promise;
  return { url: findApiUrl(folder) ?? "", info, ended, stop: end };
}

async function read<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: "Bearer local" } });
  return (await response.json()) as T;
}

/** Asks until the answer fits; throws after 15 s. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 15_000; ; ) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`never came: ${JSON.stringify(answer).slice(0, 500)}`);
    await Bun.sleep(20);
  }
}

const rowOf = (workers: readonly Worker[], name: string) => workers.find((row) => row.name === name);

describe("coming up", () => {
  test("without a bus: answers, leaves its URL to its owner alone, hands out the first password once", async () => {
    const folder = makeFolder();
    const first = await start(folder);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(statSync(folder.apiFile).mode & 0o777).toBe(0o600);
    const password = first.info["admin_password"];
    expect(password).toMatch(/^[A-Za-z0-9]{6}(-[A-Za-z0-9]{6}){3}$/);
    const login = (url: string, secret: unknown) =>
      fetch(`${url}/api/v1/auth/login`, json("POST", { username: "admin", password: secret }));
    expect(((await (await login(first.url, password)).json()) as LoggedIn).role).toBe("admin");
    const { workers, bus_connected } = await read<Workers>(first.url, "/workers");
    expect(bus_connected).toBe(false);
    expect(workers.every((row) => row.status === "unknown")).toBe(true);
    await first.stop();
    const second = await start(folder, {}, { DECNET_ADMIN_PASSWORD: "another password" });
    expect(second.info).toEqual({});
    expect((await login(second.url, "another password")).status).toBe(401);
    expect((await login(second.url, password)).status).toBe(200);
  });

  test("a password that was set is used and not told", async () => {
    const started = await start(makeFolder(), {}, { DECNET_ADMIN_PASSWORD: "set by the operator" });
    expect(started.info).toEqual({});
    const body = json("POST", { username: "admin", password: "set by the operator" });
    expect((await fetch(`${started.url}/api/v1/auth/login`, body)).status).toBe(200);
  });

  test("a port that was asked for and is taken is an error, in words", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => new Promise((resolve) => taken.close(resolve)));
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(start(makeFolder(), { "api.port": port })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is taken`,
    );
  });
});

describe("captured files", () => {
  test("come from the blob folder, whole, and from nowhere else", async () => {
    const folder = makeFolder();
    const bytes = new Uint8Array(3_000_000).map((_, i) => i % 251);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    mkdirSync(join(folder.blobs, sha256.slice(0, 2)));
    writeFileSync(join(folder.blobs, sha256.slice(0, 2), sha256), bytes);
    const { url } = await start(folder);
    const get = (name: string) =>
      fetch(`${url}/api/v1/blobs/${name}`, { headers: { authorization: "Bearer local" } });
    const response = await get(sha256);
    expect(response.headers.get("content-length")).toBe("3000000");
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await get("0".repeat(64))).status).toBe(404);
    expect((await get("..%2f..%2fsecret")).status).toBe(404);
  });
});

describe("with a bus", () => {
  test("comes alive with one that starts later and again after it was replaced; strangers and nonsense change nothing", async () => {
    const folder = makeFolder();
    const started = await start(folder);
    const workers = () => read<Workers>(started.url, "/workers");
    const stream = await openSse(`${started.url}/api/v1/stream`, { authorization: "Bearer local" });
    cleanups.push(() => stream.close());
    const broker = () => startBroker({ path: folder.busSocket, group: "", log, clock: systemClock });
    const first = await broker();
    const live = await until(
      workers,
      (answer) => answer.bus_connected && rowOf(answer.workers, "api")?.status === "ok",
    );
    expect(rowOf(live.workers, "api")?.extra).toMatchObject({ pid: process.pid });
    const other = new UnixBus({ name: "other", path: folder.busSocket, log, clock: systemClock });
    cleanups.push(() => other.close());
    const names = live.workers.map((row) => row.name);
    for (const payload of [{}, { ts: "soon" }, { ts: Number.NaN }, { ts: -1 }, { ts: 1e308, pid: [] }]) {
      other.publishTo("system.decky.health", payload);
      other.publishTo("system.evil.health", payload);
    }
    const beat = { worker: "evil", ts: Date.now() / 1000, pid: 7, uptime_sec: 3, deckies: 2 };
    other.publishTo("system.evil.health", beat);
    other.publishTo("system.collector.health", beat);
    other.publishTo("system.ingester.health", { ...beat, ts: Date.now() / 1000 - 100 });
    const answer = await until(workers, ({ workers: rows }) => rowOf(rows, "ingester")?.status === "stale");
    expect(answer.workers.map((row) => row.name)).toEqual(names);
    expect(rowOf(answer.workers, "collector")).toMatchObject({
      status: "ok",
      extra: { pid: 7, uptime_sec: 3, deckies: 2 },
    });
    const told = await stream.next(
      (event) => event.event === "worker" && event.data.includes('"name":"collector"'),
    );
    expect(JSON.parse(told.data)).toMatchObject({ status: "ok" });
    await first.close();
    await until(workers, ({ bus_connected }) => !bus_connected);
    const second = await broker();
    cleanups.push(() => second.close());
    await until(workers, ({ bus_connected }) => bus_connected);
    await until(workers, ({ workers: rows }) => {
      other.publishTo("system.correlator.health", { ...beat, ts: Date.now() / 1000 });
      return rowOf(rows, "correlator")?.status === "ok";
    });
  }, 40_000);
});

describe("orders over a real bus", () => {
  test("a stop ends that worker and no other; the api answers its own first", async () => {
    const folder = makeFolder();
    const broker = await startBroker({ path: folder.busSocket, group: "", log, clock: systemClock });
    cleanups.push(() => broker.close());
    const started = await start(folder, {}, {}, new FakeServices(["api", "collector", "ingester"]));
    const ended: string[] = [];
    const run = (name: string): Promise<void> => {
      const bus = new UnixBus({ name, path: folder.busSocket, log, clock: systemClock });
      cleanups.push(() => bus.close());
      const controller = new AbortController();
      cleanups.push(() => controller.abort());
      const idle = async ({ signal }: { readonly signal: AbortSignal }) => {
        await new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve(), { once: true }),
        );
      };
      const definition = { ...api, name, load: async () => idle };
      const options = { bus, folder, log, clock: systemClock, signal: controller.signal };
      return runWorker(definition, { ...options, config: loadConfig({}) }).then(() => void ended.push(name));
    };
    const collector = run("collector");
    void run("ingester");
    const post = (path: string) =>
      fetch(`${started.url}/api/v1/workers/${path}`, {
        method: "POST",
        headers: { authorization: "Bearer local" },
      });
    const bothBeat = ({ workers }: Workers) =>
      ["collector", "ingester"].every((name) => rowOf(workers, name)?.status === "ok");
    await until(() => read<Workers>(started.url, "/workers"), bothBeat);
    expect((await post("collector/stop")).status).toBe(202);
    await collector;
    expect(ended).toEqual(["collector"]);
    const last = await post("api/stop");
    expect(await last.json()).toEqual({ accepted: true, worker: "api", action: "stop" });
    await started.ended;
    expect(ended).toEqual(["collector"]);
  }, 30_000);
});

describe("a foundation that fails under its own stop", () => {
  const stop = (url: string, worker: string) =>
    fetch(`${url}/api/v1/workers/${worker}/stop`, {
      method: "POST",
      headers: { authorization: "Bearer local" },
    });
  const services = () => new FakeServices(["api", "bus"]);
  const connected = (url: string) =>
    until(
      () => read<Workers>(url, "/workers"),
      ({ bus_connected }) => bus_connected,
    );

  test("an API that was told to stop ends, also when the bus goes away before the order is on it", async () => {
    const folder = makeFolder();
    const broker = await startBroker({ path: folder.busSocket, group: "", log, clock: systemClock });
    const started = await start(folder, {}, {}, services());
    await connected(started.url);
    expect((await stop(started.url, "api")).status).toBe(202);
    await broker.close();
    await started.ended;
  }, 20_000);

  test("a bus that hangs takes no order: 503, and nothing is promised", async () => {
    const folder = makeFolder();
    const processes = createBusProcesses();
    cleanups.push(() => processes.close());
    const broker = await processes.broker(folder.busSocket);
    const started = await start(folder, {}, {}, services());
    await connected(started.url);
    broker.signal("SIGSTOP");
    for (const worker of ["bus", "api"]) {
      const answer = await stop(started.url, worker);
      expect([worker, answer.status]).toEqual([worker, 503]);
      expect(await answer.json()).toEqual({
        error: { code: "unavailable", message: "the bus does not answer" },
      });
    }
    broker.signal("SIGCONT");
    expect((await stop(started.url, "bus")).status).toBe(202);
  }, 30_000);
});

describe("the end", () => {
  test("an order that a locked store has no entry of is in the audit once the next API runs", async () => {
    const folder = makeFolder();
    const first = await start(folder, {}, {}, new FakeServices(["api", "collector"]));
    const lock = new Database(folder.database);
    lock.run("BEGIN IMMEDIATE");
    const headers = { authorization: "Bearer local" };
    const url = `${first.url}/api/v1/workers/collector/start`;
    expect((await fetch(url, { method: "POST", headers })).status).toBe(202);
    await first.stop();
    lock.run("ROLLBACK");
    lock.close();
    const second = await start(folder, {}, {}, new FakeServices([]));
    const { data } = await until(
      () => read<{ data: AuditEntry[] }>(second.url, "/audit?action=worker"),
      (page) => page.data.length > 0,
    );
    expect(data).toMatchObject([
      {
        username: "local",
        action: "worker.start",
        target: "collector",
        source: "127.0.0.1",
        outcome: "already_running",
      },
    ]);
    expect(readdirSync(folder.run).filter((name) => name.startsWith("order-"))).toEqual([]);
  }, 30_000);

  test("open streams do not hold it up", async () => {
    const started = await start(makeFolder());
    const stream = await openSse(`${started.url}/api/v1/stream`, { authorization: "Bearer local" });
    cleanups.push(() => stream.close());
    await stream.next((event) => event.event === "snapshot");
    const from = performance.now();
    await started.stop();
    expect(performance.now() - from).toBeLessThan(5000);
    await expect(fetch(`${started.url}/api/v1/health`)).rejects.toThrow();
  });
});
