// Runs the broker: as a worker, or by itself with a path and a group.

import type { BusLog } from "../../bus/bus-log.ts";
import { UnixBus } from "../../bus/client.ts";
import { runControlListener } from "../../bus/control.ts";
import { answerRollcalls } from "../../bus/heartbeat.ts";
import type { Clock } from "../../contract/clock.ts";
import type { RunWorker } from "../../kit/worker.ts";
import { brokerPlace } from "./core.ts";
import { serveBroker } from "./io.ts";

/** What a broker is run with. */
export interface RunBrokerOptions {
  readonly socketPath: string;
  readonly group: string;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs a broker until `signal` aborts or `system.bus.control` says stop. Throws DecnetError `conflict` when a live one holds the path. */
export async function runBroker({
  socketPath: path,
  group,
  log,
  clock,
  signal,
}: RunBrokerOptions): Promise<void> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const own = new UnixBus({ name: "bus", path, log, clock });
  let control = Promise.resolve();
  try {
    await serveBroker({ path, group, log, clock }, ended, () => {
      control = runControlListener({
        bus: own,
        worker: "bus",
        log,
        signal: ended,
        onStop: () => stop.abort(),
      });
    });
  } finally {
    stop.abort();
    await control;
    await own.close();
  }
}

/** As a worker: the runner listens for orders, the broker beats for itself. */
export const run: RunWorker = async ({ bus, log, clock, signal, ready }) => {
  const { socketPath: path, group } = brokerPlace(process.env);
  await serveBroker({ path, group, log, clock }, signal, (broker) => {
    void answerRollcalls(bus, signal, broker.beat);
    // A call that came before this process could hear it.
    void bus.flush().then(broker.beat);
    ready();
  });
};
