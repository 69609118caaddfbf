// The broker from its start to an abort.

import { type Broker, type BrokerOptions, startBroker } from "../../bus/broker.ts";
import { keepTurns } from "./turns.ts";

/** Runs a broker until `signal` aborts. `onListening` is called once clients can connect. */
export async function serveBroker(
  options: BrokerOptions,
  signal: AbortSignal,
  onListening: (broker: Broker) => void,
): Promise<void> {
  if (signal.aborted) return;
  const broker = await startBroker(options);
  keepTurns(broker, options.clock, signal);
  onListening(broker);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
  await broker.close();
}
