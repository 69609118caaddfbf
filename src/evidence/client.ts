// The way to the collector for whoever observes: hand a record over and forget it.
// Never throws and never blocks; holds a bounded number of records while the collector is away and counts what it drops.

import type { Clock } from "../contract/clock.ts";
import type { Evidence } from "../contract/evidence.ts";
import { EVIDENCE_BYTES } from "../contract/evidence.ts";
import type { EvidenceId } from "../contract/ids.ts";
import { createIdSource } from "../contract/ids.ts";
import type { Logger } from "../kit/log.ts";
import type { Metrics } from "../kit/metrics.ts";
import { createLink } from "./door/link.ts";
import { BATCH_BYTES, BATCH_RECORDS, formatMessage } from "./door/messages.ts";
import type { LossReason } from "./lost.ts";
import { createLossTally, lostEvidence } from "./lost.ts";

/** What the client needs. `maxPending` bounds the records held; the newest are dropped beyond it. */
export interface EvidenceClientOptions {
  readonly socketPath: string;
  readonly sensor: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly maxPending: number;
}

/** A client of the door. */
export interface EvidenceClient {
  /** Hands one record over. Never throws. */
  send(evidence: Evidence): void;
  /** Resolves true once everything sent before is acknowledged, false after `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Records not acknowledged yet. */
  readonly pending: number;
  /** Records dropped or refused so far. */
  readonly lost: number;
  /** Drops the connection and what is still pending. Idempotent. */
  close(): void;
}

interface Batch {
  readonly seq: number;
  readonly records: Uint8Array<ArrayBuffer>[];
  readonly bytes: number;
  sent: boolean;
}

/** Most bytes held, whatever the number of records. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Batches sent and not acknowledged. */
const WINDOW = 8;

class Client implements EvidenceClient {
  readonly #options: EvidenceClientOptions;
  readonly #link;
  readonly #nextId;
  readonly #losses = createLossTally();
  readonly #counters;
  /** In the order of their `seq`; a batch leaves when it is acknowledged. */
  readonly #batches = new Map<number, Batch>();
  #open: Uint8Array<ArrayBuffer>[] = [];
  #openBytes = 0;
  #bytes = 0;
  #pending = 0;
  #lost = 0;
  #nextSeq = 1;
  #turn: NodeJS.Immediate | null = null;
  #waiters: (() => void)[] = [];
  #closed = false;

  constructor(options: EvidenceClientOptions) {
    this.#options = options;
    this.#nextId = createIdSource(options.clock);
    this.#counters = {
      sent: options.metrics.counter("evidence_sent_total"),
      lost: options.metrics.counter("evidence_lost_total"),
      rejected: options.metrics.counter("evidence_rejected_total"),
    };
    options.metrics.gauge("evidence_pending", () => this.#pending);
    this.#link = createLink({
      ...options,
      onReady: () => this.#resend(),
      onAck: (seq, outcome) => this.#acknowledge(seq, outcome),
    });
  }

  get pending(): number {
    return this.#pending;
  }

  get lost(): number {
    return this.#lost;
  }

  send(evidence: Evidence): void {
    if (this.#closed) {
      this.#lose("buffer-full", 1);
      return;
    }
    const bytes = Buffer.from(JSON.stringify(evidence));
    if (bytes.length > EVIDENCE_BYTES) {
      this.#lose("too-large", 1);
      return;
    }
    if (this.#pending >= this.#options.maxPending || this.#bytes + bytes.length > MAX_PENDING_BYTES) {
      if (this.#losses.empty)
        this.#options.log.warn({ pending: this.#pending }, "evidence buffer full, dropping the newest");
      this.#lose("buffer-full", 1);
      return;
    }
    this.#add(bytes);
  }

  flush(timeoutMs: number): Promise<boolean> {
    if (this.#pending === 0) return Promise.resolve(true);
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => resolve(false));
      this.#waiters.push(() => {
        cancel();
        resolve(this.#pending === 0);
      });
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#turn) clearImmediate(this.#turn);
    this.#link.close();
    this.#release();
  }

  #add(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#open.length >= BATCH_RECORDS || this.#openBytes + bytes.length > BATCH_BYTES) this.#seal();
    this.#open.push(bytes);
    this.#openBytes += bytes.length;
    this.#bytes += bytes.length;
    this.#pending++;
    this.#counters.sent.add();
    this.#turn ??= setImmediate(() => {
      this.#turn = null;
      this.#pump();
    });
  }

  #lose(reason: LossReason, count: number): void {
    this.#losses.add(reason, count);
    this.#lost += count;
    this.#counters.lost.add(count);
  }

  #seal(): void {
    if (this.#open.length === 0) return;
    const batch: Batch = { seq: this.#nextSeq++, records: this.#open, bytes: this.#openBytes, sent: false };
    this.#batches.set(batch.seq, batch);
    this.#open = [];
    this.#openBytes = 0;
  }

  #pump(): void {
    if (!this.#link.ready) return;
    let inflight = 0;
    for (const batch of this.#batches.values()) {
      if (inflight++ >= WINDOW) return;
      if (!batch.sent) this.#put(batch);
    }
    // Records gather in the open batch while the window is full, so that a busy client sends few large batches.
    if (inflight >= WINDOW || this.#open.length === 0) return;
    this.#seal();
    this.#pump();
  }

  #put(batch: Batch): void {
    batch.sent = true;
    this.#link.send(formatMessage(["put", batch.seq, batch.records]));
  }

  /** A new connection: what was sent and not acknowledged may be stored or not; the ingester knows it by its ids. */
  #resend(): void {
    for (const batch of this.#batches.values()) batch.sent = false;
    this.#pump();
  }

  #acknowledge(seq: number, outcome: { readonly rejected: number; readonly lost: number }): void {
    const batch = this.#batches.get(seq);
    if (!batch) return;
    this.#batches.delete(seq);
    this.#pending -= batch.records.length;
    this.#bytes -= batch.bytes;
    this.#counters.rejected.add(outcome.rejected);
    // The collector tells these losses itself; here they only count.
    this.#lost += outcome.lost;
    this.#counters.lost.add(outcome.lost);
    if (!this.#losses.empty && this.#pending <= this.#options.maxPending / 2) this.#tellLosses();
    this.#pump();
    if (this.#pending === 0) this.#release();
  }

  #tellLosses(): void {
    const { clock, sensor } = this.#options;
    for (const [reason, count] of this.#losses.take()) {
      const id = this.#nextId<EvidenceId>();
      this.#add(
        Buffer.from(
          JSON.stringify(
            lostEvidence({ id, ts: clock.now(), sensor, service: "evidence-client", reason, count }),
          ),
        ),
      );
    }
  }

  #release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** Makes a client. It connects by itself, now and whenever the connection breaks. */
export function createEvidenceClient(options: EvidenceClientOptions): EvidenceClient {
  return new Client(options);
}
