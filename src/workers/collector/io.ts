// The collector's sockets and files: the door in front, the spool behind, and what is told of each batch.

import type { Clock } from "../../contract/clock.ts";
import type { EvidenceId } from "../../contract/ids.ts";
import { createIdSource } from "../../contract/ids.ts";
import type { BatchOutcome } from "../../evidence/door/server.ts";
import { createLossTally, lostEvidence } from "../../evidence/lost.ts";
import { encodeRecord } from "../../evidence/record.ts";
import type { AppendResult, SpoolWriter } from "../../evidence/spool/writer.ts";
import type { Logger } from "../../kit/log.ts";
import type { Metrics } from "../../kit/metrics.ts";
import { examineBatch } from "./core.ts";

/** What the intake needs. `publish` is called after each batch that is on disk. */
export interface IntakeOptions {
  readonly spool: SpoolWriter;
  readonly sensor: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly publish: (count: number, position: number) => void;
}

/** Takes batches in and remembers what it had to drop. */
export interface Intake {
  accept(records: readonly Uint8Array[]): Promise<BatchOutcome>;
  /** Stores what was lost as evidence, if there is room now. */
  tellLosses(): Promise<void>;
}

/** Makes the intake. */
export function createIntake(options: IntakeOptions): Intake {
  const { spool, sensor, clock, log, metrics, publish } = options;
  const losses = createLossTally();
  const nextId = createIdSource(clock);
  const accepted = metrics.counter("evidence_accepted_total");
  const rejected = metrics.counter("evidence_rejected_total");
  const lost = metrics.counter("evidence_lost_total");

  const told = (count: number, result: AppendResult): void => {
    if (!result.ok) return;
    accepted.add(count);
    publish(count, result.position);
  };

  const tellLosses = async (): Promise<void> => {
    for (const [reason, count] of losses.take()) {
      const loss = {
        id: nextId<EvidenceId>(),
        ts: clock.now(),
        sensor,
        service: "collector",
        reason,
        count,
      } as const;
      const result = await spool.append([encodeRecord(lostEvidence(loss))]);
      told(1, result);
      if (!result.ok) losses.add(reason, count);
    }
  };

  return {
    tellLosses,
    async accept(records) {
      const examined = examineBatch(records);
      const count = examined.payloads.length;
      const result = await spool.append(examined.payloads);
      if (examined.rejected > 0) {
        rejected.add(examined.rejected);
        log.warn({ rejected: examined.rejected, reason: examined.reason }, "records rejected: not evidence");
      }
      if (count > 0) told(count, result);
      const dropped = result.ok ? 0 : count;
      if (!result.ok && losses.empty) log.error({ reason: result.reason }, "evidence refused: no room");
      if (!result.ok) losses.add(result.reason, count);
      losses.add("too-large", examined.tooLarge);
      lost.add(dropped + examined.tooLarge);
      if (result.ok && !losses.empty) await tellLosses();
      return { accepted: count - dropped, rejected: examined.rejected, lost: dropped + examined.tooLarge };
    },
  };
}
