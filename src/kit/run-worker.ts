// Runs one worker in this process: its context, heartbeat, control listener and orderly end.
// Never exits the process and never catches what the worker throws: that is for the top.

import type { Bus } from "../bus/bus.ts";
import { runControlListener } from "../bus/control.ts";
import { runHealthHeartbeat } from "../bus/heartbeat.ts";
import type { Clock } from "../contract/clock.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Logger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import type { WorkerContext, WorkerDefinition } from "./worker.ts";

/** What a worker is run with. `signal` ends it. */
export interface RunOptions {
  readonly bus: Bus;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly prepared?: WorkerContext["prepared"];
  /** Called once, when the worker does its work. */
  readonly onReady?: (info?: Readonly<Record<string, unknown>>) => void;
  /** Called when an order on the bus ends it, before it ends. */
  readonly onStopOrdered?: () => void;
}

/** Runs it to its end. Resolves after an orderly one; rejects with what it threw. */
export async function runWorker(definition: WorkerDefinition, options: RunOptions): Promise<void> {
  const metrics = createMetrics();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const reports: (() => Record<string, unknown>)[] = [];
  const run = await definition.load();
  const beat = (): Record<string, unknown> => ({
    ...Object.assign({}, ...reports.map((report) => report())),
    rss_bytes: process.memoryUsage.rss(),
    metrics: metrics.snapshot(),
  });
  const common = { bus: options.bus, worker: definition.name, log: options.log, clock: options.clock };
  let control = Promise.resolve();
  const listenForOrders = (): void => {
    control = runControlListener({
      ...common,
      signal,
      onStop: (requestedBy: string) => {
        options.log.info({ requested_by: requestedBy }, "stop requested on the bus");
        options.onStopOrdered?.();
        stop.abort();
      },
    });
  };
  // The bus can hear orders once it is there; everybody else waits for it from the beginning.
  const isBus = definition.name === "bus";
  if (!isBus) listenForOrders();
  // The broker beats for itself: it must also do so when nobody else could connect.
  const heartbeat = isBus ? Promise.resolve() : runHealthHeartbeat({ ...common, signal, extra: beat });
  options.log.info("worker started");
  try {
    await run({
      bus: options.bus,
      config: options.config,
      folder: options.folder,
      log: options.log,
      metrics,
      clock: options.clock,
      signal,
      ...(options.prepared ? { prepared: options.prepared } : {}),
      reportHealth: (extra) => reports.push(extra),
      ready: (info) => {
        if (isBus) listenForOrders();
        options.onReady?.(info);
      },
    });
    options.log.info("worker ended");
  } finally {
    stop.abort();
    await Promise.allSettled([control, heartbeat]);
  }
}
