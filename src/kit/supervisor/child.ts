// One supervised process and how it stands: what the supervisor keeps of it and what it tells of it.
// Starts and ends nothing.

import { printable } from "../../contract/captured.ts";
import type { ServiceState } from "../../contract/service-manager.ts";
import type { ChildState } from "./core.ts";
import { idle, inCrashLoop } from "./core.ts";
import type { LogFile } from "./log-file.ts";

/** Longest line of a log that is told. */
const TOLD_CHARS = 500;
/** The same once it is escaped. */
const ESCAPED_CHARS = 1_000;

/** A child of the supervisor. */
export interface Child {
  state: ChildState;
  process: Bun.Subprocess<"pipe", "pipe", "pipe"> | undefined;
  readonly log: LogFile;
  cancelRestart: () => void;
  readonly isReady: PromiseWithResolvers<void>;
  /** This process said that it does its work. */
  up: boolean;
  /** This process was told to stop. */
  ending: boolean;
  silentMs: number;
  /** Resolves those who asked for a start while it was ending. */
  afterEnd: (() => void)[];
}

/** One that was never started. */
export function newChild(log: LogFile): Child {
  return {
    state: idle,
    process: undefined,
    log,
    cancelRestart: () => undefined,
    isReady: Promise.withResolvers<void>(),
    up: false,
    ending: false,
    silentMs: 0,
    afterEnd: [],
  };
}

function phaseOf(child: Child, now: number): ServiceState["phase"] {
  if (child.state.phase === "failed") return "failed";
  if (inCrashLoop(child.state, now)) return "crash_loop";
  if (child.process) return child.up ? "running" : "starting";
  return child.state.phase === "waiting" ? "failed" : "stopped";
}

function reasonOf({ state }: Child): string {
  const how = state.lastEnd?.signal ?? `exit ${state.lastEnd?.code ?? "unknown"}`;
  if (state.phase === "failed") return `ended (${how}): a wrong setting; not started again by itself`;
  return `ended (${how}), ${state.failures} times without a minute of health`;
}

/** How it stands. */
export function stateOf(child: Child, now: number): ServiceState {
  const phase = phaseOf(child, now);
  const bad = phase === "failed" || phase === "crash_loop";
  return {
    phase,
    pid: child.process?.pid,
    reason: bad ? reasonOf(child) : undefined,
    lastLines: child.log.last.map((line) => printable(line, TOLD_CHARS).slice(0, ESCAPED_CHARS)),
  };
}
