// The broker from its start to an abort.

import { type Broker, type BrokerOptions, startBroker } from "../../bus/broker.ts";
import { askForTurns } from "../../platform/libc/scheduler.ts";

/**
 * The shortest turn that the kernel gives. A broker has little to do each time it wakes and everybody waits for it, so it
 * is to be let in before whoever computes has had a whole turn.
 */
const TURN_NS = 100_000;

/** Runs a broker until `signal` aborts. `onListening` is called once clients can connect. */
export async function serveBroker(
  options: BrokerOptions,
  signal: AbortSignal,
  onListening: (broker: Broker) => void,
): Promise<void> {
  if (signal.aborted) return;
  // Best effort: without it everything works, and waits longer on a busy machine.
  askForTurns(TURN_NS);
  const broker = await startBroker(options);
  onListening(broker);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
  await broker.close();
}
