// Losses, counted by reason until they can be told as evidence of their own.

import type { Evidence, EvidenceData, EvidenceOf } from "../contract/evidence.ts";
import type { EvidenceId } from "../contract/ids.ts";

/** Why records were dropped. */
export type LossReason = EvidenceData<"evidence.lost">["reason"];

/** Counts of what was lost and has not been told yet. */
export interface LossTally {
  add(reason: LossReason, count: number): void;
  /** Takes the counts out; what could not be told is given back with `add`. */
  take(): readonly (readonly [LossReason, number])[];
  readonly empty: boolean;
}

/** Makes an empty tally. */
export function createLossTally(): LossTally {
  let counts = new Map<LossReason, number>();
  return {
    add(reason, count) {
      if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
    },
    take() {
      const taken = [...counts];
      counts = new Map();
      return taken;
    },
    get empty() {
      return counts.size === 0;
    },
  };
}

const NOWHERE = Object.freeze({ ip: "127.0.0.1", port: 0 });

/** The record that tells a loss. It concerns no decky, so it stands under the sensor's own name. */
export function lostEvidence(loss: {
  readonly id: EvidenceId;
  readonly ts: number;
  readonly sensor: string;
  readonly service: "collector" | "evidence-client";
  readonly reason: LossReason;
  readonly count: number;
}): Evidence {
  const { id, ts, sensor, service, reason, count } = loss;
  const record: EvidenceOf<"evidence.lost"> = {
    id,
    ts,
    sensor,
    decky: sensor,
    service,
    kind: "evidence.lost",
    session: null,
    src: NOWHERE,
    dst: NOWHERE,
    transport: "tcp",
    data: { count, reason },
  };
  return record;
}
