// Workers in the API: heartbeats judged, orders given and refused, directly and over a real socket.

import { afterEach, describe, expect, test } from "bun:test";
import type { AuditEntry, Worker, Workers } from "../../src/api/types.ts";
import type { Bus, BusEvent } from "../../src/bus/bus.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { systemClock, TestClock } from "../../src/contract/clock.ts";
import { createLogger } from "../../src/kit/log.ts";
import { insertAudit } from "../../src/store/audit.ts";
import type { Harness, HarnessOptions } from "../support/api-harness.ts";
import { createHarness, json } from "../support/api-harness.ts";
import { FakeServices } from "../support/fake-services.ts";

const BASE = "/api/v1";
const names = ["collector", "bus", "ingester", "api"];
const ENTRY = { ts: 1, username: "admin", target: "", detail: "", source: "", outcome: "" };
const parts = { log: createLogger("test", "silent"), clock: systemClock };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A bus with somebody who hears every order. */
async function makeBus() {
  const hub = new FakeHub();
  const bus: Bus = hub.connect({ name: "api-relay", ...parts });
  const ear = hub.connect({ name: "worker", ...parts });
  const orders = ear.subscribe("system.*.control");
  await orders.ready;
  await bus.flush();
  const heard: AsyncIterator<BusEvent> = orders[Symbol.asyncIterator]();
  cleanups.push(
    () => bus.close(),
    () => ear.close(),
  );
  return { bus, next: async () => (await heard.next()).value as BusEvent };
}

for (const transport of ["memory", "socket"] as const) {
  const open = async (options: Partial<HarnessOptions> = {}): Promise<Harness> => {
    const harness = await createHarness({ transport, names, ...options });
    cleanups.push(() => harness.close());
    return harness;
  };
  const post = async (harness: Harness, path: string, who: "admin" | "viewer" = "admin") => {
    const response = await harness.as(who, `${BASE}/workers/${path}`, { method: "POST" });
    const body = (await response.json()) as Record<string, unknown>;
    return {
      status: response.status,
      body,
      error: body["error"] as { code: string; message: string } | undefined,
    };
  };
  const rows = async (harness: Harness): Promise<readonly Worker[]> =>
    ((await (await harness.as("viewer", `${BASE}/workers`)).json()) as Workers).workers;
  const rowOf = async (harness: Harness, name: string) =>
    (await rows(harness)).find((row) => row.name === name);
  const audit = async (harness: Harness): Promise<readonly AuditEntry[]> =>
    ((await (await harness.as("admin", `${BASE}/audit`)).json()) as { data: AuditEntry[] }).data;

  describe(`heartbeats over ${transport}`, () => {
    const health = "system.collector.health";

    test("ages 0, 89.9, 90 and 3,600 s are ok, ok, stale, stale", async () => {
      for (const [age, status] of [
        [0, "ok"],
        [89.9, "ok"],
        [90, "stale"],
        [3600, "stale"],
      ] as const) {
        const clock = new TestClock(1_700_000_000_000);
        const harness = await open({ beatClock: clock });
        harness.registry.record(health, { ts: clock.now() / 1000, pid: 1, uptime_sec: 1 });
        clock.advance(age * 1000);
        expect(await rowOf(harness, "collector"), `${age} s`).toMatchObject({ status, seconds_since: age });
        const told = await open({ beatClock: clock });
        told.registry.record(health, { ts: clock.now() / 1000 - age, pid: 1, uptime_sec: 1 });
        expect(await rowOf(told, "collector"), `said to be ${age} s old`).toMatchObject({ status });
      }
    });

    test("a ts that is missing, text, NaN or an hour ahead harms nothing and holds no row at ok", async () => {
      for (const ts of [undefined, "1700000000", Number.NaN, Number.POSITIVE_INFINITY, null, 1_700_003_600]) {
        const clock = new TestClock(1_700_000_000_000);
        const harness = await open({ beatClock: clock });
        const good = () => ({ worker: "collector", ts: clock.now() / 1000, pid: 1, uptime_sec: 1 });
        harness.registry.record(health, good());
        harness.registry.record(health, { ...good(), ts });
        clock.advance(90_000);
        expect(await rowOf(harness, "collector"), String(ts)).toMatchObject({ status: "stale" });
        const ahead = typeof ts === "number" && Number.isFinite(ts);
        if (!ahead) harness.registry.record(health, { ...good(), ts });
        expect((await rowOf(harness, "collector"))?.status, String(ts)).toBe("stale");
        expect((await rows(harness)).map(({ name }) => name)).toEqual(names);
        harness.registry.record(health, good());
        expect((await rowOf(harness, "collector"))?.status, String(ts)).toBe("ok");
      }
    });

    test("a stranger adds no row", async () => {
      const harness = await open();
      harness.registry.record("system.evil.health", {
        worker: "evil",
        ts: Date.now() / 1000,
        pid: 1,
        uptime_sec: 1,
      });
      expect((await rows(harness)).map(({ name }) => name)).toEqual(names);
    });
  });

  describe(`orders over ${transport}`, () => {
    test("stop tells that worker and no other, and who asked is in the audit", async () => {
      const { bus, next } = await makeBus();
      const harness = await open({ bus });
      expect(await post(harness, "collector/stop")).toMatchObject({
        status: 202,
        body: { accepted: true, worker: "collector", action: "stop" },
      });
      const order = await next();
      expect(order.topic).toBe("system.collector.control");
      expect(order.payload).toEqual({ action: "stop", requested_by: "admin", ts: expect.any(Number) });
      expect((await audit(harness))[0]).toMatchObject({
        username: "admin",
        action: "worker.stop",
        target: "collector",
        source: "127.0.0.1",
        outcome: "accepted",
      });
    });

    test("a stop is given again while the same process runs, and not to one that was started since", async () => {
      const { bus, next } = await makeBus();
      const services = new FakeServices(names);
      services.kind = "systemd";
      const harness = await open({ bus, services });
      await post(harness, "collector/stop");
      expect([(await next()).topic, (await next()).topic]).toEqual(Array(2).fill("system.collector.control"));
      services.states.set("collector", { pid: 2 });
      await post(harness, "ingester/stop");
      const heard = [await next(), await next(), await next()].map((order) => order.topic);
      expect(heard).toEqual(Array(3).fill("system.ingester.control"));
      expect(services.holds).toEqual([]);
    }, 20_000);

    test("a start that follows a stop waits for its end, and is one", async () => {
      const { bus } = await makeBus();
      const services = new FakeServices(names);
      const harness = await open({ bus, services });
      await post(harness, "collector/stop");
      const started = post(harness, "start-all");
      await systemClock.sleep(200, new AbortController().signal);
      expect(services.starts).toEqual(["bus", "api"]);
      services.states.set("collector", { phase: "stopped", pid: undefined });
      expect((await started).body).toMatchObject({ started: ["collector"], failed: [] });
      services.states.set("ingester", { pid: 7 });
      const from = performance.now();
      await post(harness, "ingester/start");
      expect(performance.now() - from).toBeLessThan(1000);
    }, 20_000);

    test("a supervisor is asked to end who has not heard; not any more once a start was asked for", async () => {
      const { bus } = await makeBus();
      const services = new FakeServices(names);
      const harness = await open({ bus, services });
      await post(harness, "ingester/stop");
      await post(harness, "ingester/start");
      await post(harness, "collector/stop");
      while (services.holds.length === 0) await systemClock.sleep(10, new AbortController().signal);
      // The other's turn would have come before.
      expect(services.holds).toEqual(["collector"]);
    }, 20_000);

    test("the api and the bus are told after the answer and its audit entry", async () => {
      const { bus, next } = await makeBus();
      const harness = await open({ bus });
      for (const name of ["api", "bus"]) {
        expect((await post(harness, `${name}/stop`)).status).toBe(202);
        expect((await audit(harness))[0]).toMatchObject({ target: name, outcome: "accepted" });
        expect((await next()).topic).toBe(`system.${name}.control`);
      }
    });

    test("refusals: unknown 404, no bus 503, not installed 503, the manager's own words 502; all in the audit", async () => {
      const services = new FakeServices(names.filter((name) => name !== "ingester"));
      const lonely = await open({ services });
      expect((await post(lonely, "collector/stop")).error).toMatchObject({ code: "unavailable" });
      expect((await post(lonely, "collector/stop")).status).toBe(503);
      expect((await post(lonely, "nosuch/stop")).status).toBe(404);
      expect((await post(lonely, "%1b%5b2J%e2%80%ae/start")).status).toBe(404);
      expect((await post(lonely, `${"x".repeat(3000)}/start`)).status).toBe(404);
      expect((await post(lonely, "ingester/start")).status).toBe(503);
      services.refusals.set("collector", "Unit is masked.\nsecond line\n");
      expect(await post(lonely, "collector/start")).toMatchObject({
        status: 502,
        error: { code: "refused", message: "Unit is masked." },
      });
      expect((await post(lonely, "collector/start", "viewer")).status).toBe(403);
      const { bus } = await makeBus();
      const other = await open({ bus, services });
      expect((await post(other, "ingester/stop")).status).toBe(503);
      const entries = await audit(lonely);
      expect(entries.map(({ outcome }) => outcome.split(":")[0])).toEqual([
        "forbidden",
        "refused",
        "unavailable",
        "not_found",
        "not_found",
        "not_found",
        "unavailable",
        "unavailable",
      ]);
      expect(entries[0]).toMatchObject({ username: "viewer", action: "worker.start", target: "collector" });
      expect(JSON.stringify(entries)).not.toMatch(/\\u001b|\u202e|x{70}/);
      expect(lonely.logs.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    });

    test("start: taken by the manager, or left alone when it runs; nobody unnamed leaves an entry", async () => {
      const services = new FakeServices(names);
      services.states.set("collector", { phase: "stopped", pid: undefined });
      const harness = await open({ services });
      for (const outcome of ["started", "already_running"]) {
        expect(await post(harness, "collector/start")).toMatchObject({
          status: 202,
          body: { accepted: true, worker: "collector", action: "start" },
        });
        expect((await audit(harness))[0]).toMatchObject({ action: "worker.start", outcome });
      }
      const before = (await audit(harness)).length;
      expect((await harness.request(`${BASE}/workers/bus/stop`, { method: "POST" })).status).toBe(401);
      expect((await audit(harness)).length).toBe(before);
    });

    test("a worker that the settings leave out is no part of all, and its start or stop is 503", async () => {
      const services = new FakeServices(names);
      for (const name of names) services.states.set(name, { phase: "stopped", pid: undefined });
      const { bus } = await makeBus();
      const harness = await open({ services, bus, absent: new Map([["bus", "left out"]]) });
      for (const order of ["bus/start", "bus/stop"])
        expect(await post(harness, order)).toMatchObject({
          status: 503,
          error: { code: "unavailable", message: "bus is not installed here: left out" },
        });
      expect(await post(harness, "start-all")).toMatchObject({
        status: 200,
        body: { started: ["api", "collector", "ingester"], already_running: [], failed: [] },
      });
      expect(services.starts).toEqual(["api", "collector", "ingester"]);
    });

    test("the audit is asked for orders alone", async () => {
      const harness = await open();
      await post(harness, "collector/start");
      await post(harness, "start-all");
      const login = { username: "nobody", password: "wrong" };
      await harness.request(`${BASE}/auth/login`, json("POST", login));
      await insertAudit(harness.store.db, { ...ENTRY, action: "workers" });
      await insertAudit(harness.store.db, { ...ENTRY, action: "worker_x" });
      const of = async (query: string): Promise<string[]> => {
        const response = await harness.as("admin", `${BASE}/audit?${query}`);
        return ((await response.json()) as { data: AuditEntry[] }).data.map(({ action }) => action);
      };
      expect(await of("action=worker")).toEqual(["worker.start-all", "worker.start"]);
      expect(await of("action=worker.start")).toEqual(["worker.start"]);
      expect(await of("action=worker&limit=1")).toEqual(["worker.start-all"]);
      for (const bad of ["", "%25", "Worker", "x".repeat(65)])
        expect((await harness.as("admin", `${BASE}/audit?action=${bad}`)).status).toBe(400);
    });

    test("start-all: the bus, the API, then the others; one that fails keeps nobody from it", async () => {
      const services = new FakeServices(names);
      for (const name of ["bus", "ingester"]) services.states.set(name, { phase: "stopped", pid: undefined });
      services.refusals.set("collector", "no\nmore");
      const harness = await open({ services });
      expect(await post(harness, "start-all")).toMatchObject({
        status: 200,
        body: {
          started: ["bus", "ingester"],
          already_running: ["api"],
          failed: [{ name: "collector", reason: "no" }],
        },
      });
      expect(services.starts).toEqual(["bus", "api", "collector", "ingester"]);
      expect((await audit(harness))[0]).toMatchObject({ action: "worker.start-all", target: "all" });
      services.names = [];
      expect((await post(harness, "start-all")).status).toBe(503);
    });
  });

  describe(`the service manager in the rows over ${transport}`, () => {
    test("says why a worker does not run, bounded and escaped", async () => {
      const services = new FakeServices(names);
      const lastLines = [
        ...Array.from({ length: 50 }, (_, i) => `line ${i}`),
        `\u001b[2J\u202e${"x".repeat(9000)}`,
      ];
      services.states.set("collector", {
        phase: "crash_loop",
        pid: undefined,
        reason: "exit 70, 6 times",
        lastLines,
      });
      services.states.set("ingester", { phase: "stopped", pid: undefined });
      const { bus, next } = await makeBus();
      const harness = await open({ services, bus });
      const row = await rowOf(harness, "collector");
      expect(row).toMatchObject({ status: "unknown", installed: true });
      expect(row?.service).toMatchObject({ phase: "crash_loop", reason: "exit 70, 6 times" });
      expect(row?.service?.last_lines.length).toBe(10);
      expect(row?.service?.last_lines.at(-1)).toStartWith("\\u{1b}[2J\\u{202e}");
      expect(JSON.stringify(row).length).toBeLessThan(2000);
      expect((await rowOf(harness, "ingester"))?.service).toEqual({
        phase: "stopped",
        reason: null,
        last_lines: [],
      });
      expect((await rowOf(harness, "bus"))?.service).toBeUndefined();
      expect((await post(harness, "ingester/stop")).status).toBe(202);
      expect((await next()).topic).toBe("system.ingester.control");
    });

    test("one that goes on failing hears nothing and is kept down, with a bus or without; a refusal is 502", async () => {
      const services = new FakeServices(names);
      for (const [name, phase] of [
        ["collector", "crash_loop"],
        ["ingester", "failed"],
        ["bus", "crash_loop"],
      ] as const)
        services.states.set(name, { phase, pid: undefined, reason: "exit 70" });
      services.refusals.set("ingester", "Access denied");
      const harness = await open({ services });
      expect((await post(harness, "collector/stop")).status).toBe(202);
      expect((await audit(harness))[0]).toMatchObject({ target: "collector", outcome: "accepted" });
      expect((await rowOf(harness, "collector"))?.service?.phase).toBe("stopped");
      expect(await post(harness, "ingester/stop")).toMatchObject({
        status: 502,
        error: { message: "Access denied" },
      });
      expect((await post(harness, "bus/stop")).status).toBe(202);
      expect(services.holds).toEqual(["collector", "ingester", "bus"]);
    });

    test("the API within a crash loop of its own answers first", async () => {
      const services = new FakeServices(names);
      services.states.set("api", { phase: "crash_loop", pid: process.pid, reason: "exit 70" });
      const harness = await open({ services });
      expect((await post(harness, "api/stop")).status).toBe(202);
      expect(services.holds).toEqual([]);
      while (services.holds.length === 0) await systemClock.sleep(10, new AbortController().signal);
      expect(services.holds).toEqual(["api"]);
    });

    test("a worker that was stopped is stale at once, not after 90 s", async () => {
      const services = new FakeServices(names);
      const harness = await open({ services });
      harness.registry.record("system.collector.health", { ts: Date.now() / 1000, pid: 1, uptime_sec: 1 });
      expect((await rowOf(harness, "collector"))?.status).toBe("ok");
      services.states.set("collector", { phase: "stopped", pid: undefined });
      harness.serviceView.expect();
      expect(await rowOf(harness, "collector")).toMatchObject({
        status: "stale",
        service: { phase: "stopped" },
      });
    });

    test("one that can't be asked harms no row and no read", async () => {
      const services = new FakeServices(names);
      services.broken = new Error("no socket");
      const harness = await open({ services });
      expect((await rows(harness)).map(({ installed }) => installed)).toEqual([false, false, false, false]);
    });
  });
}
