// Every worker against every failure: what it does, within how many seconds. The table is the promise, the tests hold it.

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Attacker, Page, Status, Workers } from "../../src/api/types.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { systemErrorCode } from "../../src/contract/errors.ts";
import type { ServiceManager } from "../../src/contract/service-manager.ts";
import { createSupervisorClient } from "../../src/kit/supervisor/client.ts";
import { workers } from "../../src/workers/index.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";

const HANG_MS = 4_000;

/** Failure to the seconds within which each worker is as the failure's line in docs/operation.md says. */
const bounds = {
  stop: { bus: 5, api: 5, collector: 5, ingester: 5, correlator: 5, decky: 5, mutator: 5 },
  start: { bus: 5, api: 5, collector: 5, ingester: 5, correlator: 5, decky: 5, mutator: 5 },
  "kill -9": { bus: 5, api: 5, collector: 5, ingester: 5, correlator: 5, decky: 5, mutator: 5 },
  hang: { bus: 15, api: 15, collector: 15, ingester: 15, correlator: 15, decky: 15, mutator: 15 },
  "crash loop": { bus: 45, api: 45, collector: 45, ingester: 45, correlator: 45, decky: 45, mutator: 45 },
  "bus gone": { api: 5, collector: 15, ingester: 15, correlator: 15, decky: 15, mutator: 15 },
  "bus back": { bus: 5, api: 5, collector: 5, ingester: 5, correlator: 5, decky: 5, mutator: 5 },
  "store locked": { bus: 15, api: 15, collector: 15, ingester: 15, correlator: 15, decky: 15, mutator: 15 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

type Failure = keyof typeof bounds;
const names = workers.map((worker) => worker.name);
const boundOf = (failure: Failure, worker: string): number =>
  1000 * ((bounds[failure] as Readonly<Record<string, number>>)[worker] ?? 0);
const worst = (failure: Failure): number => Math.max(...names.map((name) => boundOf(failure, name)));

let install: RunningInstall;
let supervisor: ServiceManager;
let token: string;

beforeAll(async () => {
  install = await startInstall({ env: { DECNET_SUPERVISOR_HANG_MS: String(HANG_MS) } });
  const run = join(install.dataDir, "run");
  supervisor = createSupervisorClient({ socket: join(run, "supervisor.sock"), clock: systemClock });
  token = (JSON.parse(readFileSync(join(run, "install.json"), "utf8")) as { token: string }).token;
}, 60_000);
afterAll(() => install[Symbol.asyncDispose]());

/** Pids of the workers that run, from the kernel. */
function pids(): ReadonlyMap<string, number> {
  const listed = Bun.spawnSync(["ps", "-o", "pid=,stat=,args=", "--ppid", String(install.up.pid)]);
  const rows = listed.stdout.toString().trim().split("\n");
  const live = rows.map((row) => row.trim().split(/\s+/)).filter(([, stat]) => stat && !stat.startsWith("Z"));
  return new Map(live.map((row) => [row.at(-1) ?? "", Number(row[0])]));
}

/** Signals a worker; never anybody else (kill(2): 0 is the caller's own group). */
function signal(pid: number | undefined, name: "SIGKILL" | "SIGSTOP"): void {
  if (pid === undefined || !(pid > 1)) throw new Error("no such worker");
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended since it was listed: whoever waits for what comes of the signal finds out.
    if (systemErrorCode(error) !== "ESRCH") throw error;
  }
}

async function rows(): Promise<Workers["workers"] | undefined> {
  return (await install.get<Workers>("/workers").catch(() => undefined))?.workers;
}

/** The worker's row is `ok`, nothing is held against it, and it is the process that runs. */
async function isWell(worker: string, notPid = 0): Promise<boolean> {
  const row = (await rows())?.find((entry) => entry.name === worker);
  const pid = pids().get(worker);
  return (
    row?.status === "ok" && !row.service && pid !== undefined && pid !== notPid && row.extra["pid"] === pid
  );
}

const within = (ms: number, look: () => Promise<boolean>): Promise<boolean> => install.eventually(look, ms);

async function allWell(): Promise<void> {
  for (const name of names) await within(60_000, () => isWell(name));
}

async function order(worker: string, action: "stop" | "start"): Promise<unknown> {
  const response = await fetch(`${install.up.url}/api/v1/workers/${worker}/${action}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  return [response.status, await response.json()];
}

/** Everybody but these runs as the same process as before. */
function expectSame(before: ReadonlyMap<string, number>, but: readonly string[]): void {
  const kept = (map: ReadonlyMap<string, number>) => [...map].filter(([name]) => !but.includes(name)).sort();
  expect(kept(pids())).toEqual(kept(before));
}

/** Says a word of its own to the Redis decoy; resolves to it. */
function touch(): Promise<string> {
  const word = `probe-${crypto.randomUUID()}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: install.port("redis") }, () =>
      socket.write(`ECHO ${word}\r\n`),
    );
    socket.once("error", reject);
    socket.once("data", () => {
      socket.destroy();
      resolve(word);
    });
  });
}

async function isStored(word: string): Promise<boolean> {
  const found = await install.evidence("kind=command.executed").catch(() => []);
  return found.some((item) => JSON.stringify(item.data).includes(word));
}

/** A touch of a decoy, on its way through the workers. */
interface Touch {
  readonly word: string;
  /** Unix ms. */
  readonly at: number;
  /** Records on disk before it. */
  readonly accepted: number;
}

async function acceptedNow(): Promise<number> {
  return (await install.get<Status>("/status")).evidence.accepted;
}

/** Touches a decoy, whose answer is the decky worker's part of it. */
async function touchDecoy(): Promise<Touch> {
  const accepted = await acceptedNow();
  return { at: Date.now(), accepted, word: await touch() };
}

/** What each worker is for: that it has done its part of a touch. */
const parts: Readonly<Record<string, (touched: Touch) => Promise<boolean>>> = {
  api: async () => (await rows()) !== undefined,
  collector: async ({ accepted }) => (await acceptedNow()) > accepted,
  ingester: ({ word }) => isStored(word),
  correlator: async ({ at }) =>
    (await install.get<Page<Attacker>>("/attackers")).data.some(({ last_seen }) => last_seen >= at),
  decky: async () => (await touch()) !== "",
  mutator: async () => (await supervisor.state("mutator"))?.phase === "running",
};

/** Each of `these` does its part within its bound. */
async function allDo(failure: Failure, touched: Touch, these: readonly string[]): Promise<void> {
  const from = performance.now();
  for (const name of these) {
    const left = boundOf(failure, name) - (performance.now() - from);
    await within(Math.max(left, 0), async () => (await parts[name]?.(touched)) ?? false);
  }
}

describe.each(names)("%s", (worker) => {
  test(`stop: ends within ${boundOf("stop", worker)} ms, alone, and stays stopped; start: is back and ok within ${boundOf("start", worker)} ms`, async () => {
    await allWell();
    const before = pids();
    expect(await order(worker, "stop")).toEqual([202, { accepted: true, worker, action: "stop" }]);
    await within(boundOf("stop", worker), async () => !pids().has(worker));
    expectSame(before, [worker]);
    expect((await supervisor.state(worker))?.phase).toBe("stopped");

    // The API can't take the order for its own start.
    if (worker === "api") expect(await supervisor.start(worker)).toEqual({ result: "started" });
    else expect(await order(worker, "start")).toEqual([202, { accepted: true, worker, action: "start" }]);
    await within(boundOf("start", worker), () => isWell(worker, before.get(worker)));
    expectSame(before, [worker]);
  }, 90_000);

  test(`kill -9: another process, ok within ${boundOf("kill -9", worker)} ms`, async () => {
    await allWell();
    const before = pids();
    signal(before.get(worker), "SIGKILL");
    await within(boundOf("kill -9", worker), () => isWell(worker, before.get(worker)));
    expectSame(before, [worker]);
  }, 90_000);

  test(`hang: found out, another process, ok within ${boundOf("hang", worker)} ms`, async () => {
    await allWell();
    const before = pids();
    signal(before.get(worker), "SIGSTOP");
    await within(boundOf("hang", worker), () => isWell(worker, before.get(worker)));
    expectSame(before, [worker]);
  }, 90_000);
});

test("one that hangs is stopped all the same, within 6 s, and stays stopped", async () => {
  await allWell();
  const before = pids();
  signal(before.get("collector"), "SIGSTOP");
  await order("collector", "stop");
  await within(6_000, async () => !pids().has("collector"));
  // Longer than a restart would wait.
  await systemClock.sleep(2_000, new AbortController().signal);
  expect((await supervisor.state("collector"))?.phase).toBe("stopped");
  expectSame(before, ["collector"]);
  await supervisor.start("collector");
}, 90_000);

describe("all workers", () => {
  test(`crash loop: told as one within ${worst("crash loop")} ms, and over when the crashes are`, async () => {
    await allWell();
    const looping = new Set<string>();
    await within(worst("crash loop"), async () => {
      for (const [name, pid] of pids()) if (!looping.has(name)) signal(pid, "SIGKILL");
      for (const name of names) {
        const state = await supervisor.state(name);
        if (state?.phase === "crash_loop") looping.add(name);
      }
      return looping.size === names.length;
    });
    for (const name of names) {
      const state = await supervisor.state(name);
      expect([name, state?.reason]).toEqual([name, expect.stringContaining("SIGKILL")]);
      await supervisor.start(name);
    }
    await allWell();
  }, 180_000);

  test("bus gone: the others live on as they are, and evidence goes its way by polling; bus back: all ok, none restarted", async () => {
    await allWell();
    const before = pids();
    await order("bus", "stop");
    await within(boundOf("stop", "bus"), async () => !pids().has("bus"));
    const touched = await touchDecoy();
    await allDo("bus gone", touched, ["api", "decky", "mutator", "collector", "ingester", "correlator"]);
    const { bus_connected } = await install.get<Workers>("/workers");
    expect(bus_connected).toBe(false);
    expectSame(before, ["bus"]);

    await supervisor.start("bus");
    await within(worst("bus back"), async () => (await install.get<Workers>("/workers")).bus_connected);
    for (const name of names) await within(worst("bus back"), () => isWell(name));
    expectSame(before, ["bus"]);
  }, 120_000);

  test("store locked: nobody ends, decoys answer and evidence is acknowledged; it is stored once it opens", async () => {
    await allWell();
    const before = pids();
    const store = new Database(join(install.dataDir, "decnet.db"));
    store.run("BEGIN IMMEDIATE");
    const touched = await touchDecoy();
    await allDo("store locked", touched, ["api", "decky", "mutator", "collector"]);
    // Longer than the ingester waits for a lock.
    await systemClock.sleep(7_000, new AbortController().signal);
    expect(await isStored(touched.word)).toBe(false);
    store.run("ROLLBACK");
    store.close();
    await allDo("store locked", touched, ["ingester", "correlator"]);
    for (const name of names) await within(boundOf("store locked", name), () => isWell(name));
    expectSame(before, []);
  }, 120_000);

  test("the table names every worker, and the documents tell the same", () => {
    const operation = readFileSync(join(import.meta.dir, "..", "..", "docs", "operation.md"), "utf8");
    for (const [failure, line] of Object.entries(bounds)) {
      const expected = failure === "bus gone" ? names.filter((name) => name !== "bus") : names;
      expect([failure, Object.keys(line)]).toEqual([failure, [...expected]]);
      const cells = names.map((name) => (line as Readonly<Record<string, number>>)[name] ?? "");
      expect(operation).toContain(`| ${[failure, ...cells].join(" | ")} |`);
    }
  });
});
