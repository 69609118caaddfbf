// What one command line may use: steps, bytes, processes. The event loop gets its turn between steps.
// Never lets a loop run on: when a bound is hit the work ends as if the kernel had killed it.

import { Interrupted, Killed } from "./flow.ts";

/** Bounds of one command line. */
export interface RunLimits {
  readonly steps: number;
  /** Bytes moved through all its pipes and outputs. */
  readonly bytes: number;
  /** Processes alive at once. */
  readonly processes: number;
  /** Depth of functions, substitutions and scripts in one another. */
  readonly depth: number;
}

/** The bounds unless a test says otherwise. */
export const RUN_LIMITS: RunLimits = Object.freeze({
  steps: 100_000,
  bytes: 24 * 1024 * 1024,
  processes: 128,
  depth: 60,
});

const STEPS_PER_TURN = 64;

/** Counts down the bounds of one command line. */
export class Budget {
  readonly limits: RunLimits;
  readonly #abort = new AbortController();
  #steps = 0;
  #bytes = 0;
  #processes = 0;

  constructor(limits: RunLimits) {
    this.limits = limits;
  }

  /** Aborts when the command is interrupted. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  interrupt(): void {
    this.#abort.abort();
  }

  /** One step. Throws Interrupted or Killed. */
  async step(cost = 1): Promise<void> {
    this.check();
    const before = this.#steps;
    this.#steps += cost;
    if (this.#steps > this.limits.steps) throw new Killed();
    if (Math.floor(before / STEPS_PER_TURN) === Math.floor(this.#steps / STEPS_PER_TURN)) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.check();
  }

  check(): void {
    if (this.#abort.signal.aborted) throw new Interrupted();
  }

  /** Counts moved bytes. */
  move(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.bytes) throw new Killed();
  }

  /** A new process, or false when there are too many. */
  fork(): boolean {
    if (this.#processes >= this.limits.processes) return false;
    this.#processes++;
    return true;
  }

  exit(): void {
    this.#processes--;
  }
}
