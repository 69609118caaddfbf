// What one command line may use, and each of its processes: steps, bytes, processes. The event loop gets its turn between steps.
// Never lets a loop run on: when a bound is hit the work ends as if the kernel had killed it.

import { Interrupted, Killed } from "./flow.ts";

/** Bounds of one process. */
export interface ProcessLimits {
  readonly steps: number;
  /** Bytes moved through its outputs, and read of files. */
  readonly bytes: number;
}

/** Bounds of one command line: those of each of its processes, and of all of them together. */
export interface RunLimits extends ProcessLimits {
  readonly all: ProcessLimits;
  /** Processes alive at once. */
  readonly processes: number;
  /** Depth of functions, substitutions and scripts in one another. */
  readonly depth: number;
}

/** The bounds unless a test says otherwise. */
export const RUN_LIMITS: RunLimits = Object.freeze({
  steps: 100_000,
  bytes: 24 * 1024 * 1024,
  all: Object.freeze({ steps: 250_000, bytes: 80 * 1024 * 1024 }),
  processes: 128,
  depth: 60,
});

const STEPS_PER_TURN = 64;

interface Spent {
  steps: number;
  bytes: number;
}

interface Line {
  readonly limits: RunLimits;
  readonly spent: Spent;
  processes: number;
}

const beyond = (spent: Spent, limits: ProcessLimits): boolean =>
  spent.steps > limits.steps || spent.bytes > limits.bytes;

/** Counts down the bounds of one command line, or of one process of it. */
export class Budget {
  readonly #line: Line;
  readonly #own: Spent = { steps: 0, bytes: 0 };
  readonly #outer: Budget | undefined;
  readonly #inner = new Set<Budget>();
  #abort: AbortController | undefined;
  #aborted = false;
  #holders = 1;

  constructor(limits: RunLimits, outer?: Budget) {
    this.#outer = outer;
    this.#line = outer ? outer.#line : { limits, spent: { steps: 0, bytes: 0 }, processes: 0 };
    if (!outer) return;
    this.#aborted = outer.#aborted;
    outer.#inner.add(this);
  }

  get limits(): RunLimits {
    return this.#line.limits;
  }

  /** Aborts when the command is interrupted. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted) this.#abort.abort();
    return this.#abort.signal;
  }

  /** True when the whole command line has used up its bounds. */
  get exhausted(): boolean {
    return beyond(this.#line.spent, this.limits.all);
  }

  interrupt(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    if (this.#abort) this.#abort.abort();
    for (const inner of this.#inner) inner.interrupt();
    this.#inner.clear();
  }

  /** The budget of a process of its own, which this one's interruption reaches and which can be interrupted alone. */
  process(): Budget {
    return new Budget(this.limits, this);
  }

  /** Keeps it open for a job that outlives its process; each needs a `close` of its own. */
  hold(): void {
    this.#holders++;
  }

  /** The process, or a job that held it, has ended. */
  close(): void {
    if (--this.#holders === 0 && this.#outer) this.#outer.#inner.delete(this);
  }

  /** One step of this process. Throws Interrupted or Killed. */
  async step(cost = 1): Promise<void> {
    this.check();
    this.#own.steps += cost;
    if (beyond(this.#own, this.limits)) throw new Killed();
    await this.#turn(cost);
  }

  check(): void {
    if (this.#aborted) throw new Interrupted();
  }

  /** Counts bytes that this process moved. */
  move(bytes: number): void {
    this.spend(bytes);
    this.#count(bytes);
  }

  /** As `move`, for what a stream carries and counts for the command line. */
  spend(bytes: number): void {
    this.check();
    this.#own.bytes += bytes;
    if (beyond(this.#own, this.limits)) throw new Killed();
  }

  /** A step and bytes of a stream, whichever process they are of. Throws Interrupted or Killed. */
  async carry(bytes: number): Promise<void> {
    this.check();
    this.#count(bytes);
    await this.#turn(1);
  }

  /** A new process, or false when there are too many. */
  fork(): boolean {
    if (this.#line.processes >= this.limits.processes) return false;
    this.#line.processes++;
    return true;
  }

  exit(): void {
    this.#line.processes--;
  }

  #count(bytes: number): void {
    this.#line.spent.bytes += bytes;
    if (this.exhausted) throw new Killed();
  }

  async #turn(cost: number): Promise<void> {
    const { spent } = this.#line;
    const before = spent.steps;
    spent.steps += cost;
    if (this.exhausted) throw new Killed();
    if (Math.floor(before / STEPS_PER_TURN) === Math.floor(spent.steps / STEPS_PER_TURN)) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.check();
  }
}
