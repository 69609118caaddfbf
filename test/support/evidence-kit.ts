// What the tests of the evidence path share: records, a data folder, workers in this process and in others.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bus } from "../../src/bus/bus.ts";
import { createNullBus } from "../../src/bus/null.ts";
import { capture } from "../../src/contract/captured.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { Evidence, EvidenceData, EvidenceKind } from "../../src/contract/evidence.ts";
import type { EvidenceId, SessionId } from "../../src/contract/ids.ts";
import { createIdSource } from "../../src/contract/ids.ts";
import { loadConfig } from "../../src/kit/config.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import type { Metrics } from "../../src/kit/metrics.ts";
import { createMetrics } from "../../src/kit/metrics.ts";
import type { RunWorker } from "../../src/kit/worker.ts";

export const silent = createLogger("test", "silent");
const newId = createIdSource();

/** A record of any kind with sensible surroundings. */
export function evidence<K extends EvidenceKind>(
  kind: K,
  data: EvidenceData<K>,
  over: Partial<Omit<Evidence, "kind" | "data">> = {},
): Evidence {
  const record = {
    id: newId<EvidenceId>(),
    ts: systemClock.now(),
    sensor: "test",
    decky: "web-1",
    service: "ssh",
    kind,
    session: null,
    src: { ip: "203.0.113.9", port: 40_000 },
    dst: { ip: "192.0.2.7", port: 22 },
    transport: "tcp",
    data,
    ...over,
  };
  return record as unknown as Evidence;
}

/** A command as evidence. */
export function command(text: string, over: Partial<Omit<Evidence, "kind" | "data">> = {}): Evidence {
  return evidence("command.executed", { command: capture(text), via: "shell" }, over);
}

/** A password attempt as evidence. */
export function password(secret: string, over: Partial<Omit<Evidence, "kind" | "data">> = {}): Evidence {
  const data = {
    method: "password",
    username: capture("root"),
    secret: capture(secret),
    accepted: false,
  } as const;
  return evidence("auth.attempted", data, over);
}

export function newSessionId(): SessionId {
  return newId<SessionId>();
}

/** An empty data folder that goes away with `[Symbol.dispose]`. */
export function temporaryFolder(): DataFolder & Disposable {
  const folder = dataFolder(mkdtempSync(join(tmpdir(), "decnet-test-")));
  makeDataFolder(folder);
  return {
    ...folder,
    [Symbol.dispose]: () => {
      rmSync(folder.root, { recursive: true, force: true });
      rmSync(folder.run, { recursive: true, force: true });
    },
  };
}

/** Waits until `condition` holds; throws after `deadlineMs`. */
export async function until(condition: () => boolean | Promise<boolean>, deadlineMs = 20_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("the condition did not come true in time");
    await systemClock.sleep(5);
  }
}

/** A worker running in this process. */
export interface RunningWorker {
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** Starts a worker here; resolves when it is ready. */
export async function startWorker(
  run: RunWorker,
  folder: DataFolder,
  options: { readonly bus?: Bus; readonly flags?: Record<string, unknown> } = {},
): Promise<RunningWorker> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const metrics = createMetrics();
  const ended = run({
    bus: options.bus ?? createNullBus("test"),
    config: loadConfig({ env: {}, flags: options.flags ?? {} }),
    folder,
    log: silent,
    metrics,
    clock: systemClock,
    signal: stop.signal,
    reportHealth: () => undefined,
    ready: () => ready.resolve(),
  });
  await Promise.race([ready.promise, ended]);
  return {
    metrics,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** SIGKILL, or SIGTERM when `gently`; resolves with the exit status once it is gone. */
  kill(gently?: boolean): Promise<number | null>;
}

/** Starts a worker as a process; resolves when it is ready. */
export async function spawnWorker(
  name: string,
  dir: string,
  flags: Record<string, unknown> = {},
): Promise<WorkerProcess> {
  const script = join(import.meta.dir, "evidence-worker.ts");
  const child = Bun.spawn([process.execPath, script, name, dir, JSON.stringify(flags)], {
    stdout: "pipe",
    stderr: "inherit",
    stdin: "pipe",
  });
  const { value } = await child.stdout.getReader().read();
  if (!value) throw new Error(`${name} ended before it was ready: ${await child.exited}`);
  return {
    async kill(gently = false) {
      child.kill(gently ? "SIGTERM" : "SIGKILL");
      await child.exited;
      return child.exitCode;
    },
  };
}
