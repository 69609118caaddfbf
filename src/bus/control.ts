// A worker's ear for orders on the bus: `stop` ends this worker and no other, everything else is ignored.

import { printable } from "../contract/captured.ts";
import type { Bus } from "./bus.ts";
import type { BusLog } from "./bus-log.ts";
import { readEvent } from "./topic-of.ts";
import { topicOf } from "./topics.ts";

/** Options of {@link runControlListener}. */
export interface ControlOptions {
  readonly bus: Bus;
  /** The worker's name; one topic token. */
  readonly worker: string;
  readonly log: BusLog;
  readonly signal: AbortSignal;
  /** Called at each `stop`, with who asked for it, fit for a log. */
  readonly onStop: (requestedBy: string) => void;
}

/**
 * Listens on `system.<worker>.control` until `signal` aborts or the bus closes. Starting a worker is its
 * supervisor's part: a running one ignores `start`.
 */
export async function runControlListener(options: ControlOptions): Promise<void> {
  const { bus, worker, log, signal, onStop } = options;
  if (signal.aborted) return;
  const subscription = bus.subscribe(topicOf("systemControl", { worker }));
  const end = (): void => subscription.close();
  signal.addEventListener("abort", end, { once: true });
  for await (const event of subscription) {
    const order = readEvent("systemControl", event)?.payload;
    if (order?.action === "stop") onStop(printable(order.requested_by));
    else log.debug({ action: order?.action }, "order ignored");
  }
  signal.removeEventListener("abort", end);
}
