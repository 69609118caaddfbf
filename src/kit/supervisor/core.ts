// When a child is started again: pure state, one per child. Knows no process and no clock.

import { errorCodes } from "../../contract/errors.ts";

/** Delays and spells, in ms. */
export const RESTART = { firstMs: 500, limitMs: 30_000, healthyMs: 60_000, loopAfter: 5 } as const;

/** What the supervisor knows of one child. */
export interface ChildState {
  readonly phase: "idle" | "running" | "waiting" | "stopped" | "failed";
  /** Starts that ended badly without a minute of health between them. */
  readonly failures: number;
  readonly startedAt: number;
  /** How it ended last. */
  readonly lastEnd: ChildEnd | undefined;
}

/** Exit status of a wrong setting (sysexits(3) EX_CONFIG). */
const EXIT_CONFIG = errorCodes.config.exit;

/** How a process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What to do after an end. */
export type Decision =
  | { readonly action: "leave" }
  | { readonly action: "give_up" }
  | { readonly action: "restart"; readonly delayMs: number; readonly crashLoop: boolean };

/** A child that was never started. */
export const idle: ChildState = Object.freeze({
  phase: "idle",
  failures: 0,
  startedAt: 0,
  lastEnd: undefined,
});

/** Whether it goes on failing: from the fifth bad end in a row until a minute of health. */
export function inCrashLoop(state: ChildState, now: number): boolean {
  const healthy = state.phase === "running" && now - state.startedAt >= RESTART.healthyMs;
  return state.failures >= RESTART.loopAfter && !healthy;
}

/** Somebody asked for a start: its failures so far are forgiven. */
export function forgiven(state: ChildState): ChildState {
  return { ...state, failures: 0 };
}

/** Somebody wants it down: it is not started again by itself. */
export function held(state: ChildState): ChildState {
  return { ...state, phase: "stopped", failures: 0 };
}

/**
 * How long a child has been silent after one more look. A look that comes late (the machine slept, or this process
 * was stopped) counts as two at most, so that nobody is killed for the supervisor's own sleep.
 */
export function silenceAfter(silentMs: number, sinceLookMs: number, lookMs: number): number {
  return silentMs + Math.min(Math.max(sinceLookMs, 0), 2 * lookMs);
}

/** It was started at `now`. */
export function started(state: ChildState, now: number): ChildState {
  return { ...state, phase: "running", startedAt: now };
}

/**
 * It ended at `now`. Status 0 is an end on purpose (a stop over the bus, or a worker that is done) and is left alone;
 * a wrong setting does not become right by trying again, so that one is given up until somebody starts it; anything else is a crash: restarted after 0.5 s, doubling to 30 s, from the beginning again after a minute of health.
 */
export function ended(
  state: ChildState,
  end: ChildEnd,
  now: number,
): { state: ChildState; decision: Decision } {
  if (end.code === 0) {
    return {
      state: { ...state, phase: "stopped", failures: 0, lastEnd: end },
      decision: { action: "leave" },
    };
  }
  if (end.code === EXIT_CONFIG) {
    return { state: { ...state, phase: "failed", lastEnd: end }, decision: { action: "give_up" } };
  }
  const healthy = now - state.startedAt >= RESTART.healthyMs;
  const failures = healthy ? 1 : state.failures + 1;
  const delayMs = Math.min(RESTART.firstMs * 2 ** (failures - 1), RESTART.limitMs);
  return {
    state: { ...state, phase: "waiting", failures, lastEnd: end },
    decision: { action: "restart", delayMs, crashLoop: failures >= RESTART.loopAfter },
  };
}
