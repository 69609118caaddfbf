// Runs workers as child processes, starts again what crashes, leaves what was stopped on purpose, ends all with itself.
// Decides nothing about when: that is core.ts.

import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import type { HoldOutcome, ServiceState, StartOutcome } from "../../contract/service-manager.ts";
import type { Logger } from "../log.ts";
import type { Child } from "./child.ts";
import { newChild, stateOf } from "./child.ts";
import type { ChildMessage } from "./child-output.ts";
import { createChildReader } from "./child-output.ts";
import type { ChildEnd } from "./core.ts";
import { ended, forgiven, held, silenceAfter, started } from "./core.ts";
import { openLogFile } from "./log-file.ts";
import { spawnWorker } from "./spawn.ts";

/** How long a child may take to end after SIGTERM. */
const STOP_MS = 4_000;
/** How often the children's signs of life are looked at. */
const LOOK_MS = 5_000;
/** sysexits(3) EX_OSERR: the process could not be made. */
const EXIT_OS_ERROR = 71;

/** What happens to a child, for whoever shows it. */
export type SupervisorEvent =
  | { readonly type: "ready"; readonly worker: string; readonly info: Readonly<Record<string, unknown>> }
  | { readonly type: "stopped"; readonly worker: string }
  | { readonly type: "hung"; readonly worker: string; readonly silentMs: number }
  | {
      readonly type: "gave_up";
      readonly worker: string;
      readonly end: ChildEnd;
      readonly lastLines: readonly string[];
    }
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
  /** A child that is silent for so long is killed and started again. */
  readonly hangMs: number;
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
  /** Starts it for whoever asked: at once when it waits, once it has ended when it is ending. */
  startNow(worker: string): Promise<StartOutcome>;
  /** Keeps it down: no restart, and an end of what runs, by force where it does not come within 4 s. */
  hold(worker: string): Promise<HoldOutcome>;
  stateOf(worker: string): ServiceState;
  /** Ends the children, one wave after the other: SIGTERM, and SIGKILL for whatever is left after 4 s in all. */
  stop(order: readonly (readonly string[])[]): Promise<void>;
}

async function pump(stream: ReadableStream<Uint8Array>, sink: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of stream) sink(chunk);
}

/** Makes a supervisor with no children. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { clock, log } = options;
  const children = new Map<string, Child>();
  let stopping = false;

  const childOf = (worker: string): Child => {
    const known = children.get(worker);
    if (known) return known;
    const child = newChild(openLogFile(join(options.logDir, `${worker}.log`), () => undefined));
    children.set(worker, child);
    return child;
  };

  const onStopped = (worker: string, child: Child): void => {
    log.info({ worker }, "worker stopped");
    options.onEvent({ type: "stopped", worker });
    const waiting = child.afterEnd.splice(0);
    if (waiting.length > 0) launch(worker, child);
    for (const resolve of waiting) resolve();
  };

  const onExit = (worker: string, child: Child, found: ChildEnd): void => {
    child.process = undefined;
    // One that was told to stop is left alone however it ended.
    const end = child.ending ? { code: 0, signal: null } : found;
    if (stopping) return;
    const { state, decision } = ended(child.state, end, clock.now());
    child.state = state;
    if (decision.action === "leave") {
      onStopped(worker, child);
      return;
    }
    const lastLines = [...child.log.last];
    if (decision.action === "give_up") {
      log.error({ worker, ...end }, "worker has a wrong setting and is left alone");
      options.onEvent({ type: "gave_up", worker, end, lastLines });
      return;
    }
    const { delayMs, crashLoop } = decision;
    log.error({ worker, ...end, restart_in_ms: delayMs, crash_loop: crashLoop }, "worker crashed");
    options.onEvent({ type: "crashed", worker, end, delayMs, crashLoop, lastLines });
    child.cancelRestart = clock.after(delayMs, () => launch(worker, child));
  };

  const expectEnd = (child: Child): void => {
    const told = child.process;
    child.ending = true;
    clock.after(STOP_MS, () => {
      if (child.process === told) told?.kill("SIGKILL");
    });
  };

  const onMessage = (worker: string, child: Child, message: ChildMessage): void => {
    if ("ending" in message) {
      expectEnd(child);
      return;
    }
    child.up = true;
    child.isReady.resolve();
    options.onEvent({ type: "ready", worker, info: message.ready });
  };

  const launch = (worker: string, child: Child): void => {
    child.cancelRestart();
    Object.assign(child, { up: false, ending: false, silentMs: 0 });
    child.state = started(child.state, clock.now());
    const spawned = spawnWorker(options, worker, child);
    if (!spawned) {
      onExit(worker, child, { code: EXIT_OS_ERROR, signal: null });
      return;
    }
    child.process = spawned;
    const broken = (error: unknown): void => log.warn({ worker, err: error }, "a worker's pipe broke");
    const read = createChildReader((message) => onMessage(worker, child, message));
    void pump(spawned.stderr, (chunk) => child.log.write(chunk)).catch(broken);
    void pump(spawned.stdout, (chunk) => {
      if (child.process !== spawned) return;
      child.silentMs = 0;
      read(chunk);
    }).catch(broken);
    void spawned.exited.then(() => {
      const signal = spawned.signalCode === null ? null : String(spawned.signalCode);
      onExit(worker, child, { code: signal === null ? spawned.exitCode : null, signal });
    });
  };

  const lookMs = Math.min(LOOK_MS, options.hangMs / 6);
  let lookedAt = clock.monotonic();
  const look = (): void => {
    const since = clock.monotonic() - lookedAt;
    lookedAt = clock.monotonic();
    for (const [worker, child] of children) {
      if (!child.process || stopping) continue;
      child.silentMs = silenceAfter(child.silentMs, since, lookMs);
      if (child.silentMs < options.hangMs) continue;
      log.error({ worker, silent_ms: child.silentMs }, "worker hangs; killed");
      options.onEvent({ type: "hung", worker, silentMs: child.silentMs });
      child.silentMs = 0;
      child.process.kill("SIGKILL");
    }
    if (!stopping) clock.after(lookMs, look);
  };
  clock.after(lookMs, look);

  return {
    start(worker) {
      const child = childOf(worker);
      if (stopping || child.state.phase === "running" || child.state.phase === "waiting") return;
      launch(worker, child);
    },
    async startNow(worker) {
      if (stopping) return { result: "refused", reason: "decnet is shutting down" };
      const child = childOf(worker);
      if (child.process && !child.ending) return { result: "already_running" };
      child.state = forgiven(child.state);
      if (child.process) await new Promise<void>((resolve) => child.afterEnd.push(resolve));
      else launch(worker, child);
      if (child.process) return { result: "started" };
      return {
        result: "refused",
        reason: stateOf(child, clock.now()).lastLines.at(-1) ?? "it could not be run",
      };
    },
    async hold(worker) {
      const child = childOf(worker);
      child.cancelRestart();
      if (child.process) {
        expectEnd(child);
        child.process.kill("SIGTERM");
      } else {
        child.state = held(child.state);
        onStopped(worker, child);
      }
      return { result: "held" };
    },
    stateOf: (worker) => stateOf(childOf(worker), clock.now()),
    async ready(worker, timeoutMs) {
      const limit = new AbortController();
      const timeout = clock.sleep(timeoutMs, limit.signal).then(() => false);
      const outcome = await Promise.race([childOf(worker).isReady.promise.then(() => true), timeout]);
      limit.abort();
      return outcome;
    },
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
