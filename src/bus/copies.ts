// Copies of one event that a transport brings once for each pattern that matches: paired, so that they share one decoding.
// Never merges two events: each pattern gets as many as came for it. Bounded; a copy that comes too late is its own event.

import type { Incoming } from "./subscription.ts";

/** Most events, and most bytes of them, whose further copies are awaited. */
const MAX_OPEN = 64;
const MAX_OPEN_BYTES = 1024 * 1024;

/** One copy. */
export interface Copy {
  /** The pattern that it came for. */
  readonly pattern: string;
  readonly topic: string;
  readonly body: Uint8Array;
  /** How many patterns match: as many copies are to come. */
  readonly patterns: number;
}

interface Open {
  readonly first: Copy;
  readonly event: Incoming;
  readonly given: Set<string>;
}

/** The events of which some copies have come and others are to come. */
export class Copies {
  #open: Open[] = [];
  #bytes = 0;

  /** The event that this is a copy of, or what `make` gives for the first of its copies. */
  share(copy: Copy, make: () => Incoming): Incoming {
    if (copy.patterns < 2) return make();
    const known = this.#open.find(({ first, given }) => !given.has(copy.pattern) && isSame(first, copy));
    if (known) {
      known.given.add(copy.pattern);
      if (known.given.size >= copy.patterns) this.#forget(known);
      return known.event;
    }
    const event = make();
    this.#open.push({ first: copy, event, given: new Set([copy.pattern]) });
    this.#bytes += copy.body.length;
    while (this.#open.length > MAX_OPEN || this.#bytes > MAX_OPEN_BYTES) this.#forget(this.#open[0]);
    return event;
  }

  #forget(entry: Open | undefined): void {
    if (!entry) return;
    this.#open = this.#open.filter((other) => other !== entry);
    this.#bytes -= entry.first.body.length;
  }
}

function isSame(a: Copy, b: Copy): boolean {
  return a.topic === b.topic && Buffer.compare(a.body, b.body) === 0;
}
