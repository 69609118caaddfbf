// Runs workers as child processes, starts again what crashes, leaves what was stopped on purpose, ends all with itself.
// Decides nothing about when: that is core.ts.

import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import type { Logger } from "../log.ts";
import type { ChildEnd, ChildState } from "./core.ts";
import { ended, idle, started } from "./core.ts";
import type { LogFile } from "./log-file.ts";
import { openLogFile } from "./log-file.ts";

/** How long a child may take to end after SIGTERM. */
const STOP_MS = 4_000;

/** What happens to a child, for whoever shows it. */
export type SupervisorEvent =
  | { readonly type: "ready"; readonly worker: string; readonly info: Readonly<Record<string, unknown>> }
  | { readonly type: "stopped"; readonly worker: string }
  | {
      readonly type: "crashed";
      readonly worker: string;
      readonly end: ChildEnd;
      readonly delayMs: number;
      readonly crashLoop: boolean;
      readonly lastLines: readonly string[];
    };

/** Options of {@link createSupervisor}. */
export interface SupervisorOptions {
  /** The command line that runs a worker, without the worker's name. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onEvent: (event: SupervisorEvent) => void;
}

/** A set of supervised workers. */
export interface Supervisor {
  /** Starts a worker; does nothing when it runs or waits for its restart. */
  start(worker: string): void;
  /** Resolves true when the worker reported ready, false when it did not within `timeoutMs`. */
  ready(worker: string, timeoutMs: number): Promise<boolean>;
  pidOf(worker: string): number | undefined;
  /** Ends the children, one wave after the other: SIGTERM, and SIGKILL for whatever is left after 4 s in all. */
  stop(order: readonly (readonly string[])[]): Promise<void>;
}

interface Child {
  state: ChildState;
  process: Bun.Subprocess<"pipe", "pipe", "pipe"> | undefined;
  readonly log: LogFile;
  cancelRestart: () => void;
  readonly isReady: PromiseWithResolvers<void>;
}

async function pump(stream: ReadableStream<Uint8Array>, sink: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of stream) sink(chunk);
}

/** The one line of JSON that a supervised worker prints when it is ready; undefined when it ends without one. */
async function readReady(
  stdout: ReadableStream<Uint8Array>,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdout) {
    text += decoder.decode(chunk, { stream: true });
    const [line, rest] = text.split("\n", 2);
    if (rest !== undefined) return JSON.parse(line ?? "{}") as Record<string, unknown>;
  }
  return undefined;
}

/** Makes a supervisor with no children. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, log } = options;
  const children = new Map<string, Child>();
  let stopping = false;

  const childOf = (worker: string): Child => {
    const known = children.get(worker);
    if (known) return known;
    const child: Child = {
      state: idle,
      process: undefined,
      log: openLogFile(join(options.logDir, `${worker}.log`), () => undefined),
      cancelRestart: () => undefined,
      isReady: Promise.withResolvers<void>(),
    };
    children.set(worker, child);
    return child;
  };

  const onExit = (worker: string, child: Child, end: ChildEnd): void => {
    child.process = undefined;
    if (stopping) return;
    const { state, decision } = ended(child.state, end, clock.now());
    child.state = state;
    if (decision.action === "leave") {
      log.info({ worker }, "worker stopped");
      options.onEvent({ type: "stopped", worker });
      return;
    }
    log.error(
      { worker, ...end, restart_in_ms: decision.delayMs, crash_loop: decision.crashLoop },
      "worker crashed",
    );
    const { delayMs, crashLoop } = decision;
    options.onEvent({ type: "crashed", worker, end, delayMs, crashLoop, lastLines: [...child.log.last] });
    child.cancelRestart = clock.after(delayMs, () => launch(worker, child));
  };

  const launch = (worker: string, child: Child): void => {
    child.state = started(child.state, clock.now());
    const spawned = Bun.spawn([...options.command, worker], {
      cwd: options.cwd,
      env: { ...options.env, DECNET_SUPERVISED: "1" },
      // Held open by this process alone: its end tells the child that the supervisor is gone.
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    child.process = spawned;
    void pump(spawned.stderr, (chunk) => child.log.write(chunk));
    void readReady(spawned.stdout).then((info) => {
      if (!info) return;
      child.isReady.resolve();
      options.onEvent({ type: "ready", worker, info });
    });
    void spawned.exited.then(() => {
      const signal = spawned.signalCode === null ? null : String(spawned.signalCode);
      onExit(worker, child, { code: signal === null ? spawned.exitCode : null, signal });
    });
  };

  return {
    start(worker) {
      const child = childOf(worker);
      if (stopping || child.state.phase === "running" || child.state.phase === "waiting") return;
      launch(worker, child);
    },
    async ready(worker, timeoutMs) {
      const limit = new AbortController();
      const timeout = clock.sleep(timeoutMs, limit.signal).then(() => false);
      const outcome = await Promise.race([childOf(worker).isReady.promise.then(() => true), timeout]);
      limit.abort();
      return outcome;
    },
    pidOf: (worker) => children.get(worker)?.process?.pid,
    async stop(order) {
      stopping = true;
      for (const child of children.values()) child.cancelRestart();
      const limit = new AbortController();
      const kill = clock.sleep(STOP_MS, limit.signal).then(() => {
        for (const { process: left } of children.values()) if (left?.exitCode === null) left.kill("SIGKILL");
      });
      for (const wave of order) {
        const running = wave.flatMap((worker) => children.get(worker)?.process ?? []);
        for (const child of running) child.kill("SIGTERM");
        await Promise.all(running.map((child) => child.exited));
      }
      limit.abort();
      await kill;
    },
  };
}
