// Runs the collector: recovers the spool, opens the door, and at the end stores what it took.

import { topics } from "../../bus/topics.ts";
import { openDoor } from "../../evidence/door/server.ts";
import { createSpoolFiles } from "../../evidence/spool/files.ts";
import { SpoolWriter } from "../../evidence/spool/writer.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { createIntake } from "./io.ts";

/** Time that peers get for their last acknowledgements. */
const STOP_MS = 3000;
/** Losses are told at the next batch, and at the latest so often. */
const TELL_MS = 5000;

function openSpool({ config, folder, clock, log }: WorkerContext): Promise<SpoolWriter> {
  return SpoolWriter.open({
    files: createSpoolFiles(folder.spool),
    clock,
    log,
    quotaBytes: config.get("spool.quota_bytes"),
    segmentBytes: config.get("spool.segment_bytes"),
    flushMs: config.get("spool.flush_ms"),
    flushBytes: config.get("spool.flush_bytes"),
  });
}

/** The collector's life. Throws DecnetError `conflict` when another collector runs on this data folder. */
export async function run(context: WorkerContext): Promise<void> {
  const { bus, config, folder, clock, log, metrics, signal } = context;
  const violations = metrics.counter("door_violations_total");
  let intake: ReturnType<typeof createIntake> | null = null;
  // The door first: holding its socket is what makes this process the spool's only writer.
  const opening = Promise.withResolvers<void>();
  const door = await openDoor({
    socketPath: folder.collectorSocket,
    clock,
    log,
    onViolation: () => violations.add(),
    accept: async (records) => {
      await opening.promise;
      return intake ? intake.accept(records) : { accepted: 0, rejected: 0, lost: records.length };
    },
  });
  const spool = await openSpool(context).catch(async (error: unknown) => {
    await door.close(0);
    throw error;
  });
  intake = createIntake({
    spool,
    sensor: config.get("decky.sensor"),
    clock,
    log,
    metrics,
    publish: (count, position) => bus.publish(topics.systemLog, {}, { worker: "collector", count, position }),
  });
  opening.resolve();
  metrics.gauge("spool_bytes", () => spool.bytes);
  metrics.gauge("spool_position", () => spool.position);
  metrics.gauge("door_connections", () => door.connections);
  context.reportHealth(() => ({ position: spool.position, spool_bytes: spool.bytes }));
  context.ready();
  while (!signal.aborted) {
    await clock.sleep(TELL_MS, signal);
    await intake.tellLosses();
    await spool.measure();
  }
  await door.close(STOP_MS);
  await intake.tellLosses();
  await spool.close();
}
