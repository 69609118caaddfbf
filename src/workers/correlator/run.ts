// Runs the correlator: follows the evidence, derives, and sends out what is new.
// Works without a bus: rows are derived all the same and announced when there is one.

import { toError } from "../../contract/errors.ts";
import { createBackoff } from "../../kit/backoff.ts";
import { createWaker } from "../../kit/waker.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { openStore } from "../../store/open.ts";
import { isBusy, isDiskTrouble } from "../../store/sqlite-error.ts";
import { createDerivedStore } from "./io.ts";
import { createOutbox } from "./outbox.ts";

/** Longest wait for news when the bus brings none. */
const POLL_MS = 250;
/** Rest between two small batches. */
const REST_MS = 50;
/** Wait before announcing again when the broker did not confirm. */
const SILENT_MS = 2000;
/** Records of one transaction: short enough to leave the store to others. */
const BATCH = 2000;

/** Runs a store task; false when the store was busy or the disk full, after a wait. */
async function guarded(
  context: WorkerContext,
  backoff: ReturnType<typeof createBackoff>,
  task: () => void,
): Promise<boolean> {
  try {
    await task();
    backoff.reset();
    return true;
  } catch (error) {
    if (!isBusy(error) && !isDiskTrouble(error)) throw error;
    context.log.warn({ err: toError(error) }, "store not writable, deriving waits");
    await context.clock.sleep(backoff.next(), context.signal);
    return false;
  }
}

/** The correlator's life. */
export async function run(context: WorkerContext): Promise<void> {
  const { bus, clock, folder, log, metrics, signal } = context;
  const store = openStore({ path: folder.database, log });
  const derived = createDerivedStore(store);
  const outbox = createOutbox({ store, bus, log });
  const waker = createWaker({ bus, pattern: "system.log", clock, signal });
  const taken = metrics.counter("evidence_derived_total");
  const announced = metrics.counter("announced_total");
  const backoff = createBackoff(50, 1000);
  metrics.gauge("derived_seq", () => derived.cursor());
  let silentUntil = 0;

  const announce = async (): Promise<number> => {
    if (clock.monotonic() < silentUntil) return 0;
    const round = await outbox.round();
    announced.add(round.announced);
    if (!round.confirmed) silentUntil = clock.monotonic() + SILENT_MS;
    return round.announced;
  };

  context.ready();
  try {
    while (!signal.aborted) {
      let count = 0;
      let sent = 0;
      const done = await guarded(context, backoff, async () => {
        count = derived.deriveNext(BATCH);
        taken.add(count);
        sent = await announce();
      });
      // A full batch has more behind it; a smaller one leaves the store's one write lock to the ingester for a while.
      if (count === BATCH || !done) await waker.turn();
      else if (count > 0 || sent > 0) await clock.sleep(REST_MS, signal);
      else await waker.wait(POLL_MS);
    }
  } finally {
    waker.close();
    await store.close();
  }
}
