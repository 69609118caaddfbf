// Runs of frames in the order in which they go out. Events may leave from the middle: control frames before them stay.
// Knows nothing of bounds or of writing.

import type { Run } from "./outbox-run.ts";

/** How many runs that have gone are kept in the list before it is cut. */
const CUT_EACH = 1024;

/** The queue. A run that leaves it lets go of its slab. */
export class RunQueue {
  /** Control frames that stood before events that were dropped. */
  readonly #front: Run[] = [];
  #runs: Run[] = [];
  #head = 0;

  get length(): number {
    return this.#front.length + this.#runs.length - this.#head;
  }

  /** The next to go out. */
  get first(): Run | undefined {
    return this.#front[0] ?? this.#runs[this.#head];
  }

  /** The newest, unless nothing but control frames that were moved to the front is left. */
  get last(): Run | undefined {
    return this.#runs.at(-1);
  }

  *[Symbol.iterator](): Iterator<Run> {
    yield* this.#front;
    for (let i = this.#head; i < this.#runs.length; i++) yield this.#runs[i] as Run;
  }

  push(run: Run): void {
    this.#runs.push(run);
  }

  /** Removes the next to go out. */
  shift(): void {
    if (!this.#front.shift()) this.#skip();
  }

  /** The oldest run of events; there must be one. */
  oldestEvents(): Run {
    let run = this.#runs[this.#head] as Run;
    while (run.control) {
      this.#skip();
      this.#front.push(run);
      run = this.#runs[this.#head] as Run;
    }
    return run;
  }

  /** Removes what {@link oldestEvents} has just given. */
  dropOldestEvents(): void {
    this.#skip();
  }

  #skip(): void {
    this.#runs[this.#head]?.slab?.release();
    this.#head++;
    if (this.#head < this.#runs.length && this.#head < CUT_EACH) return;
    this.#runs = this.#runs.slice(this.#head);
    this.#head = 0;
  }
}
