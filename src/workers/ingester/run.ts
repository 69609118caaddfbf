// Runs the ingester: reads the spool's tail, stores batches, tells the bus afterwards, deletes what is durably stored.
// Never gives a record up for a busy or full disk: it waits and tries again.

import { topics } from "../../bus/topics.ts";
import { systemErrorCode, toError } from "../../contract/errors.ts";
import { SpoolReader } from "../../evidence/spool/reader.ts";
import { createBackoff } from "../../kit/backoff.ts";
import { createWaker } from "../../kit/waker.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import type { Store } from "../../store/open.ts";
import { openStore } from "../../store/open.ts";
import { isBusy, isDiskTrouble } from "../../store/sqlite-error.ts";
import { credentialNotice, decodeBatch } from "./core.ts";
import type { Ingested, IngestStore } from "./io.ts";
import { createIngestStore } from "./io.ts";

/** Longest wait for news when the bus brings none. */
const POLL_MS = 250;
const RETRY_FIRST_MS = 50;
const RETRY_LIMIT_MS = 1000;

class Ingester {
  readonly #context: WorkerContext;
  readonly #store: Store;
  readonly #ingest: IngestStore;
  readonly #reader: SpoolReader;
  readonly #counters;
  #ahead = false;

  constructor(context: WorkerContext, store: Store) {
    const { metrics, folder } = context;
    this.#context = context;
    this.#store = store;
    this.#ingest = createIngestStore(store);
    this.#reader = new SpoolReader(folder.spool, this.#ingest.state().position);
    this.#counters = {
      stored: metrics.counter("evidence_stored_total"),
      repeated: metrics.counter("evidence_repeated_total"),
      damaged: metrics.counter("spool_damaged_total"),
    };
    metrics.gauge("ingest_position", () => this.#reader.position);
    context.reportHealth(() => ({ position: this.#reader.position }));
  }

  /** One batch; false when there was nothing to do. */
  async step(): Promise<boolean> {
    const { config } = this.#context;
    this.#checkHead();
    const batch = this.#reader.read(config.get("ingester.batch"));
    if (batch.payloads.length === 0 && batch.damaged === 0) return false;
    const { rows, undecoded } = decodeBatch(batch.payloads);
    const damaged = batch.damaged + undecoded;
    if (damaged > 0) {
      this.#counters.damaged.add(damaged);
      this.#context.log.error({ damaged, position: batch.position }, "spool records damaged, skipped");
    }
    const done = await this.#commit(() =>
      this.#ingest.ingest(rows, batch.position, this.#context.clock.now()),
    );
    if (!done) return false;
    this.#counters.stored.add(done.stored.length);
    this.#counters.repeated.add(rows.length - done.stored.length);
    this.#tell(done, batch.position);
    return true;
  }

  /**
   * Deletes segments that are wholly stored. Only after the store is forced to disk: until then the spool is what a
   * power cut would leave of them.
   */
  async deleteConsumed(): Promise<void> {
    const consumed = this.#reader.consumed(this.#reader.position);
    if (consumed.length === 0) return;
    try {
      await this.#store.sync();
      for (const first of consumed) this.#reader.remove(first);
      this.#context.log.debug({ segments: consumed.length }, "spool segments deleted");
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      this.#context.log.warn({ err: toError(error) }, "consumed spool segments could not be deleted");
      await this.#context.clock.sleep(RETRY_LIMIT_MS, this.#context.signal);
    }
  }

  close(): void {
    this.#reader.close();
  }

  /** A spool that ends before the stored position was replaced: its records are read from its start, known ones are passed over by id. */
  #checkHead(): void {
    const head = this.#reader.head();
    const ahead = head !== null && head < this.#reader.position;
    if (ahead && !this.#ahead) this.#restart(head);
    this.#ahead = ahead;
  }

  #restart(head: number): void {
    const first = this.#reader.segments()[0]?.first ?? 0;
    this.#context.log.error(
      { position: this.#reader.position, head, first },
      "spool is behind the store, read again from its start",
    );
    this.#reader.seek(Math.min(first, head));
  }

  /** Tries until it is stored; undefined when told to stop before that. */
  async #commit(work: () => Ingested): Promise<Ingested | undefined> {
    const { clock, log, signal } = this.#context;
    const backoff = createBackoff(RETRY_FIRST_MS, RETRY_LIMIT_MS);
    for (let tries = 0; ; tries++) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) && !isDiskTrouble(error)) throw error;
        if (tries === 0) log.warn({ err: toError(error) }, "store not writable, evidence waits in the spool");
        await clock.sleep(backoff.next(), signal);
        if (signal.aborted) return undefined;
      }
    }
  }

  #tell({ stored, drills }: Ingested, position: number): void {
    const { bus } = this.#context;
    if (stored.length === 0) return;
    bus.publish(topics.systemLog, {}, { worker: "ingester", count: stored.length, position });
    for (const row of stored) {
      const notice = credentialNotice(row, drills);
      if (notice) bus.publish(topics.credentialCaptured, {}, notice);
    }
  }
}

/** The ingester's life. */
export async function run(context: WorkerContext): Promise<void> {
  const { bus, clock, folder, log, signal } = context;
  const store = openStore({ path: folder.database, log });
  const ingester = new Ingester(context, store);
  const waker = createWaker({ bus, pattern: "system.log", clock, signal });
  context.ready();
  try {
    while (!signal.aborted) {
      const busy = await ingester.step();
      await ingester.deleteConsumed();
      if (busy) await waker.turn();
      else await waker.wait(POLL_MS);
    }
  } finally {
    waker.close();
    ingester.close();
    await store.close();
  }
}
