// The bus on a host that misbehaves: a disk without room under its socket and its log, a clock that jumps.
// The disks are small ones in mount namespaces of the brokers' own; the host's clock is never touched.

import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerRegistry } from "../../src/api/worker-registry.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { HEARTBEAT_MS, runHealthHeartbeat } from "../../src/bus/heartbeat.ts";
import { type Clock, systemClock, TestClock } from "../../src/contract/clock.ts";
import { BROKER_PROGRAM, createBusProcesses } from "../support/bus-processes.ts";
import { createKeptLog, rawClient, take, testBroker, until } from "../support/bus-tools.ts";

const processes = createBusProcesses();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await processes.close();
});

function client(name: string, path: string, clock: Clock = systemClock): UnixBus {
  const bus = new UnixBus({ name, path, log: createKeptLog(), clock });
  closing.push(() => bus.close());
  return bus;
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "decnet-disk-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs what follows with a disk of its own at `folder`, after `prepare`, its log on that disk. */
function onDisk(folder: string, size: string, prepare = ""): string[] {
  const script = `mount -t tmpfs -o ${size} tmpfs "$0" && cd "$0" && { ${prepare}:; } && exec "$@" 2>>log`;
  return ["unshare", "--mount", "sh", "-c", script, folder];
}

const mountable =
  process.getuid?.() === 0 && Bun.spawnSync([...onDisk(tmpdir(), "size=64k"), "true"]).success;
const FILL = "head -c 1000000 /dev/zero >ballast 2>/dev/null || ";
const TAKE_ALL_NAMES = "n=0; while true >f$n; do n=$((n + 1)); done 2>/dev/null; ";

describe.skipIf(!mountable)(`a full disk${mountable ? "" : " (skipped: needs root and mount)"}`, () => {
  /** The broker's disk as this process sees it. */
  const seen = (pid: number, folder: string): string => `/proc/${pid}/root${folder}`;

  const sendMalformed = async (path: string): Promise<void> => {
    const bad = await rawClient(path);
    bad.send("HACK\n\0\0\0\0");
    await until(() => bad.isEnded(), "end of a malformed one");
    bad.destroy();
  };

  test("under the socket and the log: events and new clients pass, and the log goes on once there is room", async () => {
    const folder = freshFolder();
    const broker = await processes.broker(join(folder, "bus.sock"), { through: onDisk(folder, "size=64k") });
    const disk = seen(broker.pid, folder);
    const path = join(disk, "bus.sock");
    const [reader, writer] = [client("reader", path), client("writer", path)];
    const sub = reader.subscribe("a");
    await sub.ready;
    await writer.flush();
    expect(() => writeFileSync(join(disk, "ballast"), Buffer.alloc(1_000_000))).toThrow("ENOSPC");

    const logBefore = readFileSync(join(disk, "log"), "utf8");
    expect(logBefore).toContain("bus broker listens");
    // Each of them is a line of the log: more than the rest of its last block can hold.
    for (let i = 0; i < 60; i++) await sendMalformed(path);
    expect(readFileSync(join(disk, "log"), "utf8").length % 4096).toBe(0);
    for (let n = 0; n < 100; n++) writer.publishTo("a", { n });
    expect((await take(sub, 100)).map((event) => event.payload["n"])).toEqual(
      Array.from({ length: 100 }, (_, n) => n),
    );
    const late = client("late", path);
    expect(await late.flush()).toBe(true);
    late.publishTo("a", { n: "late" });
    expect((await take(sub, 1))[0]?.payload).toEqual({ n: "late" });

    rmSync(join(disk, "ballast"));
    await sendMalformed(path);
    const lines = readFileSync(join(disk, "log"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => line.code === "unknown_verb")).toHaveLength(61);
    broker.signal("SIGTERM");
    await until(() => broker.hasEnded(), "end of the broker");
  });

  test("without a block left, a broker starts", async () => {
    const folder = freshFolder();
    const through = onDisk(folder, "size=64k", FILL);
    const broker = await processes.broker(join(folder, "bus.sock"), { through });
    expect(await client("one", join(seen(broker.pid, folder), "bus.sock")).flush()).toBe(true);
  });

  test.each([0, 1])(
    "with room for %i names, which is too few, a broker says so and leaves nothing",
    (names) => {
      const folder = freshFolder();
      const [unshare = "", ...through] = onDisk(
        folder,
        "size=64k,nr_inodes=20",
        `${TAKE_ALL_NAMES}${names === 0 ? "" : "rm f1; "}mv f0 log; `,
      );
      const path = join(folder, "bus.sock");
      const script = '"$@"; code=$?; LC_ALL=C ls -A | grep -v "^f"; cat log; exit $code';
      const command = [unshare, ...through, "sh", "-c", script, "sh", process.execPath, BROKER_PROGRAM, path];
      const { stdout, exitCode } = Bun.spawnSync(command, { timeout: 10_000 });
      expect(exitCode).toBe(1);
      expect(stdout.toString()).toMatch(/^log\n/);
      expect(stdout.toString()).toContain("bus socket can't be made: ENOSPC");
    },
  );
});

/** A clock whose wall time can be set to another; what passes is `base`'s. */
function jumpingClock(base: TestClock): Clock & { jump(ms: number): void } {
  let offset = 0;
  return {
    now: () => base.now() + offset,
    monotonic: () => base.monotonic(),
    after: (delayMs, task) => base.after(delayMs, task),
    sleep: (delayMs, signal) => base.sleep(delayMs, signal),
    jump: (ms) => {
      offset += ms;
    },
  };
}

describe("a clock that jumps", () => {
  const HOUR = 3_600_000;

  test.each([
    ["forward", HOUR],
    ["backward", -HOUR],
  ])(
    "an hour %s: rows that beat stay ok, one that does not turns stale in 90 s, timers go on",
    async (_, by) => {
      const base = new TestClock();
      const clock = jumpingClock(base);
      const running = await testBroker({ clock });
      closing.push(() => running.close());
      const registry = new WorkerRegistry({ names: ["bus", "collector", "ingester"], clock });
      const api = client("api", running.path, clock);
      const health = api.subscribe("system.*.health");
      await health.ready;
      let heard = 0;
      void (async () => {
        for await (const event of health) {
          registry.record(event.topic, event.payload);
          heard++;
        }
      })();
      const stops = ["collector", "ingester"].map((worker) => {
        const stop = new AbortController();
        const bus = client(worker, running.path, clock);
        void runHealthHeartbeat({ bus, worker, log: createKeptLog(), clock, signal: stop.signal });
        closing.push(() => stop.abort());
        return stop;
      });
      await until(() => heard === 2, "first beats");
      const states = () => registry.rows().map((row) => row.status);
      /** Ten seconds three times, then a beat of each worker that goes on and three of the broker. */
      const pass = async (workers: number): Promise<void> => {
        const before = heard;
        for (let i = 1; i <= 3; i++) {
          base.advance(HEARTBEAT_MS / 3);
          await until(() => heard >= before + i, "a beat of the broker");
        }
        await until(() => heard === before + 3 + workers, "the workers' beats");
      };
      await pass(2);
      expect(states()).toEqual(["ok", "ok", "ok"]);
      clock.jump(by);
      expect(states()).toEqual(["ok", "ok", "ok"]);
      for (const row of registry.rows()) expect(row.seconds_since).toBeLessThan(30);
      stops[1]?.abort();
      for (const ingester of ["ok", "ok", "stale", "stale"] as const) {
        await pass(1);
        expect(states()).toEqual(["ok", "ok", ingester]);
      }
      expect(registry.row("collector")?.last_heartbeat_ts).toBe(clock.now() / 1000);
      expect(registry.ignored).toBe(0);
    },
  );
});
