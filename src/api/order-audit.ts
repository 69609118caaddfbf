// The audit trail of orders that did not come through the API: those heard on the bus, and notes of the command line.
// Believes nobody's name on the bus: who is said to ask is kept as a stranger's word, and a flood is cut short.

import type { Kysely } from "kysely";
import type { BusEvent } from "../bus/bus.ts";
import { readEvent } from "../bus/topic-of.ts";
import { printable } from "../contract/captured.ts";
import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import type { Logger } from "../kit/log.ts";
import type { FoundNote } from "../kit/order-notes.ts";
import { insertAudit } from "../store/audit.ts";
import type { Database } from "../store/schema.ts";
import type { AuditTrail, TrailEntry } from "./audit-trail.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

/** Where notes lie. */
export interface NoteSource {
  find(): readonly FoundNote[];
  remove(note: FoundNote): void;
}

/** What it needs. */
export interface OrderAuditOptions {
  readonly db: Kysely<Database>;
  readonly trail: AuditTrail;
  readonly registry: Pick<WorkerRegistry, "present">;
  readonly notes: NoteSource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whom entries of orders on the bus name: anybody who may write to it. No user can have this name. */
const BUS_USER = "bus";
/** The same order again within this time is the same order: askers repeat it until it is heard. */
const SAME_MS = 10_000;
/** Entries a minute that the bus may make; one more says that there was more. */
const WINDOW_MS = 60_000;
const MOST = 60;
const ASKER_CHARS = 200;
const LOOK_MS = 5_000;

/** Takes them in. */
export class OrderAudit {
  readonly #options: OrderAuditOptions;
  readonly #heard = new Map<string, number>();
  /** Notes that are in the trail and could not be removed. */
  readonly #taken = new Set<string>();
  #windowFrom = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #failing = false;

  constructor(options: OrderAuditOptions) {
    this.#options = options;
  }

  /** An order that somebody else than the API put on the bus. Only a stop has an effect there. */
  async take(event: BusEvent): Promise<void> {
    const { clock, registry } = this.#options;
    const order = readEvent("systemControl", event);
    const worker = order?.params.worker;
    if (order?.payload.action !== "stop" || worker === undefined || !registry.present.includes(worker))
      return;
    const asker = printable(order.payload.requested_by, ASKER_CHARS);
    if (this.#isRepeated(`${worker} ${asker}`) || !(await this.#fits())) return;
    await this.#options.trail.enter({
      ts: clock.now(),
      username: BUS_USER,
      action: "worker.stop",
      target: worker,
      detail: `requested_by: ${asker}`,
      source: "bus",
      outcome: "told on the bus",
    });
  }

  /** Takes in what the command line has left. What can't be stored now stays for the next time. */
  async takeNotes(): Promise<void> {
    const { notes, log } = this.#options;
    for (const found of notes.find()) {
      if (this.#taken.has(found.path)) continue;
      if (!found.note) log.warn({ path: found.path }, "not a note of an order; removed");
      else if (!(await this.#insert({ ...found.note, source: found.note.source ?? "command line" }))) return;
      this.#taken.add(found.path);
      notes.remove(found);
      this.#taken.delete(found.path);
    }
  }

  /** Goes on taking them, and what else waits for the store, until the signal aborts. */
  async keepTakingNotes(signal: AbortSignal): Promise<void> {
    const { clock, log, trail } = this.#options;
    while (!signal.aborted) {
      await trail.retry();
      try {
        await this.takeNotes();
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) log.warn({ err: toError(error) }, "notes of orders can't be taken in");
        this.#failing = true;
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }

  #isRepeated(key: string): boolean {
    const now = this.#options.clock.monotonic();
    for (const [known, at] of this.#heard) if (now - at >= SAME_MS) this.#heard.delete(known);
    const repeated = this.#heard.has(key);
    if (this.#heard.size < MOST) this.#heard.set(key, this.#heard.get(key) ?? now);
    return repeated;
  }

  async #fits(): Promise<boolean> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    if (now - this.#windowFrom >= WINDOW_MS) {
      this.#windowFrom = now;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow !== MOST) return this.#inWindow < MOST;
    const detail = "more orders on the bus than are listed, for up to a minute";
    const about = { username: BUS_USER, action: "worker.stop", target: "", detail, source: "bus" };
    await this.#options.trail.enter({ ...about, ts: clock.now(), outcome: "told on the bus" });
    return false;
  }

  async #insert(entry: TrailEntry): Promise<boolean> {
    try {
      await insertAudit(this.#options.db, entry);
      return true;
    } catch (error) {
      this.#options.log.error(
        { err: toError(error), untrusted: entry },
        "note of an order could not be stored",
      );
      return false;
    }
  }
}
