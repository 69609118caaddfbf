// The bus under stress: brokers in processes of their own that are killed, replaced and starved, over the real socket.

import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectNow, createAppBus } from "../../src/bus/app-bus.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { type BusProcess, createBusProcesses } from "../support/bus-processes.ts";
import { createKeptLog, rawClient, take, testBroker, until } from "../support/bus-tools.ts";

const closing: (() => unknown)[] = [];
const processes = createBusProcesses();
afterEach(async () => {
  await processes.close();
  for (const close of closing.splice(0).reverse()) await close();
});

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "decnet-stress-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "bus.sock");
}

/** A broker in its own process; `limit` is its `ulimit -n`. */
function broker(path: string, limit?: number): Promise<BusProcess> {
  const through = limit === undefined ? [] : ["sh", "-c", `ulimit -n ${limit}; exec "$@"`, "sh"];
  return processes.broker(path, { through });
}

function client(name: string, path: string): UnixBus {
  const bus = new UnixBus({ name, path, log: createKeptLog(), clock: systemClock });
  closing.push(() => bus.close());
  return bus;
}

/** CPU time of a process in clock ticks of 10 ms (proc(5), fields 14 and 15). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

describe("a broker that is killed", () => {
  // Away for long, each client waits its longest between two tries.
  test.each([
    ["at once", 1],
    ["after long", 6],
  ])(
    "under 20 clients with 200 subscriptions: all restored within 3 s of its return, %s",
    async (_, tries) => {
      const path = freshPath();
      const first = await broker(path);
      const clients = Array.from({ length: 20 }, (_, i) => client(`c${i}`, path));
      const subs = clients.flatMap((bus, i) =>
        Array.from({ length: 10 }, (_, j) => bus.subscribe(`t.${i}.${j}`)),
      );
      const writer = client("writer", path);
      await Promise.all([writer.flush(), ...subs.map((sub) => sub.ready)]);
      const tried = new Map<UnixBus, number>();
      for (const bus of [writer, ...clients]) {
        bus.onLifecycle((event) => {
          if (event.type === "reconnecting") tried.set(bus, event.attempt);
        });
      }
      await first.kill();
      const all = [writer, ...clients];
      await until(
        () => all.every((bus) => !bus.connected && (tried.get(bus) ?? 0) >= tries),
        "all away",
        15_000,
      );
      await broker(path);
      const back = performance.now();
      await until(() => all.every((bus) => bus.connected), "all back");
      await Promise.all(clients.map((bus) => bus.flush()));
      for (const sub of subs) writer.publishTo(sub.pattern, {});
      await Promise.all(subs.map((sub) => take(sub, 1)));
      expect(performance.now() - back).toBeLessThan(3000);
    },
    30_000,
  );

  test("and comes only after the API: alive within 5 s, one attempt each 2 s however many ask", async () => {
    const path = freshPath();
    const attempts: number[] = [];
    const app = createAppBus({
      clock: systemClock,
      connect: () => {
        attempts.push(performance.now());
        return connectNow(() => client("api", path), 200);
      },
    });
    closing.push(() => app.close());
    const stop = new AbortController();
    const trying = app.keepTrying(stop.signal);
    const alive = Promise.withResolvers<void>();
    app.onBus(() => alive.resolve());
    for (let i = 0; i < 100; i++) expect(await app.get()).toBeNull();
    await until(() => attempts.length === 2, "a second attempt");
    await broker(path);
    const from = performance.now();
    while (!(await app.get())) await new Promise((resolve) => setImmediate(resolve));
    await alive.promise;
    expect(performance.now() - from).toBeLessThan(5000);
    const gaps = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1990);
    stop.abort();
    await trying;
  }, 20_000);
});

test("a socket replaced behind a client's back: it stays with the old broker, and goes to the new one at its end", async () => {
  const path = freshPath();
  const old = await broker(path);
  const [reader, writer] = [client("reader", path), client("writer", path)];
  const sub = reader.subscribe("a");
  await sub.ready;
  await writer.flush();
  rmSync(path);
  await broker(path);
  writer.publishTo("a", { n: 1 });
  expect((await take(sub, 1))[0]?.payload).toEqual({ n: 1 });
  await old.kill();
  await until(() => !reader.connected && !writer.connected, "both lost the old one");
  await until(() => reader.connected && writer.connected, "both on the new one");
  await Promise.all([reader.flush(), writer.flush()]);
  writer.publishTo("a", { n: 2 });
  expect((await take(sub, 1))[0]?.payload).toEqual({ n: 2 });
}, 20_000);

test("10,000 subscriptions: each gets its own event, and giving them up leaves none", async () => {
  const running = await testBroker();
  closing.push(() => running.close());
  const clients = Array.from({ length: 10 }, (_, i) => client(`c${i}`, running.path));
  const subs = clients.flatMap((bus, i) =>
    Array.from({ length: 1000 }, (_, j) => bus.subscribe(`s.${i}.${j}`)),
  );
  await Promise.all(subs.map((sub) => sub.ready));
  expect(running.broker.stats().subscriptions).toBe(10_000);
  const writer = client("writer", running.path);
  await writer.flush();
  for (const sub of subs) writer.publishTo(sub.pattern, {});
  for (const sub of subs) expect((await take(sub, 1))[0]?.topic).toBe(sub.pattern);
  for (const sub of subs) sub.close();
  await Promise.all(clients.map((bus) => bus.flush()));
  expect(running.broker.stats().subscriptions).toBe(0);
}, 60_000);

/** A connection that never looks at what it is told, and so never hangs up. */
async function deafClient(path: string): Promise<{ destroy(): void }> {
  const socket = connect({ path, allowHalfOpen: true });
  const settled = Promise.withResolvers<void>();
  socket.once("connect", settled.resolve);
  // One that is cut off must be able to fail quietly.
  socket.on("error", () => settled.resolve());
  await settled.promise;
  return socket;
}

test.each([
  ["hang up once they are told that there is no room", rawClient],
  ["hang on whatever they are told", deafClient],
] as const)(
  "descriptors exhausted by peers that %s: clients that are in go on, nothing spins, and there is room again once some leave",
  async (_, crowdClient) => {
    const path = freshPath();
    const { pid } = await broker(path, 64);
    const [reader, writer] = [client("reader", path), client("writer", path)];
    const sub = reader.subscribe("a");
    await sub.ready;
    await writer.flush();
    // Some are told that there is no room, and the rest cut off.
    const tried = await Promise.allSettled(Array.from({ length: 80 }, () => crowdClient(path)));
    const crowd = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    for (let i = 0; i < 200; i++) {
      writer.publishTo("a", { i });
      await take(sub, 1);
    }
    // With nothing to do: one that spins takes all that it can get, a quarter of a core on the busiest of machines.
    const before = cpuTicks(pid);
    await systemClock.sleep(1000);
    expect(cpuTicks(pid) - before).toBeLessThan(15);
    for (const one of crowd) one.destroy();
    expect(await client("late", path).flush(10_000)).toBe(true);
  },
  30_000,
);
