// The audit trail as the API writes it: an entry that the store does not take now waits for it, in its order.
// Waits in memory: a disk without room takes no file either. Only what is left at the end becomes notes for the next API.

import type { Kysely, Selectable } from "kysely";
import { toError } from "../contract/errors.ts";
import type { Logger } from "../kit/log.ts";
import { insertAudit } from "../store/audit.ts";
import type { AuditTable, Database } from "../store/schema.ts";

/** Who did what, and what came of it. */
export type TrailEntry = Omit<Selectable<AuditTable>, "id">;

/** What it needs. */
export interface AuditTrailOptions {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  /** Keeps an entry for the API that comes after this one. May throw. */
  readonly leave: (entry: TrailEntry) => void;
}

/** Entries that may wait: an order a second for a quarter of an hour. */
const MOST = 1000;

/** Writes it. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #waiting: TrailEntry[] = [];
  #retrying: Promise<void> | undefined;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** Enters it now, or as soon as the store takes it. Never rejects. */
  async enter(entry: TrailEntry): Promise<void> {
    if (this.#waiting.length === 0 && (await this.#insert(entry))) return;
    if (this.#waiting.length < MOST) this.#waiting.push(entry);
    else this.#options.log.error({ untrusted: entry }, "audit entry is lost: too many wait for the store");
  }

  /** Tries again what waits. */
  retry(): Promise<void> {
    this.#retrying ??= this.#takeWaiting().finally(() => {
      this.#retrying = undefined;
    });
    return this.#retrying;
  }

  /** The end of this API: what the store still does not take is left for the next one. */
  async end(): Promise<void> {
    await this.retry();
    for (const entry of this.#waiting.splice(0)) this.#leave(entry);
  }

  async #takeWaiting(): Promise<void> {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (!(await this.#insert(next))) return;
      this.#waiting.shift();
    }
  }

  async #insert(entry: TrailEntry): Promise<boolean> {
    const { db, log } = this.#options;
    try {
      await insertAudit(db, entry);
      return true;
    } catch (error) {
      if (this.#waiting.length === 0)
        log.warn({ err: toError(error), untrusted: entry }, "audit entry waits for the store");
      return false;
    }
  }

  #leave(entry: TrailEntry): void {
    const { leave, log } = this.#options;
    try {
      leave(entry);
    } catch (error) {
      log.error({ err: toError(error), untrusted: entry }, "audit entry is lost");
    }
  }
}
