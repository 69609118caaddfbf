// Which derived rows the evidence that went by will have changed, once the correlator has come that far.
// Pure; bounded: under a flood the oldest changes are forgotten, and the next snapshot tells them.

import { isOwnKind } from "../../contract/evidence.ts";

/** The part of an evidence row that names derived rows. */
export interface Touch {
  readonly seq: number;
  readonly kind: string;
  readonly decky: string;
  readonly session: string | null;
  readonly srcIp: string;
}

/** Names of rows to be read again. */
export interface Changes {
  readonly attackers: readonly string[];
  readonly sessions: readonly string[];
  readonly deckies: readonly string[];
}

const MAX_PENDING = 10_000;

/** Collects touches until the correlator's cursor has passed them. */
export class PendingChanges {
  readonly #maxPending: number;
  #touches: Touch[] = [];

  constructor(maxPending = MAX_PENDING) {
    this.#maxPending = maxPending;
  }

  get size(): number {
    return this.#touches.length;
  }

  add(touches: readonly Touch[]): void {
    this.#touches.push(...touches);
    if (this.#touches.length > this.#maxPending) this.#touches = this.#touches.slice(-this.#maxPending);
  }

  clear(): void {
    this.#touches = [];
  }

  /** Takes what lies at or before `cursor`, each name once, at most `limit` touches of them. */
  take(cursor: number, limit: number): Changes {
    const end = this.#touches.findIndex((touch) => touch.seq > cursor);
    const ready = this.#touches.splice(0, Math.min(end === -1 ? this.#touches.length : end, limit));
    const ofAttackers = ready.filter((touch) => !isOwnKind(touch.kind));
    return {
      attackers: unique(ofAttackers.map((touch) => touch.srcIp)),
      sessions: unique(ofAttackers.flatMap((touch) => touch.session ?? [])),
      deckies: unique(ready.filter((touch) => touch.kind === "decky.changed").map((touch) => touch.decky)),
    };
  }
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
