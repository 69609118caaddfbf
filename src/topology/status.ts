// The life of a topology: which status may follow which. Pure; who acts on it is elsewhere.

import { DecnetError } from "../contract/errors.ts";

/** Every status and those that may follow it. */
const transitions = {
  pending: ["deploying"],
  deploying: ["active", "degraded", "failed", "tearing_down"],
  active: ["degraded", "failed", "tearing_down"],
  /** Something of it is not as it should be; what stands goes on serving. */
  degraded: ["active", "failed", "tearing_down"],
  /** Nothing of it serves; it may be tried again. */
  failed: ["deploying", "tearing_down"],
  tearing_down: ["torn_down", "failed"],
  torn_down: ["deploying"],
} as const satisfies Record<string, readonly string[]>;

/** A key of {@link transitions}. */
export type TopologyStatus = keyof typeof transitions;

/** Every status. */
export const topologyStatuses = Object.keys(transitions) as readonly TopologyStatus[];

/** Those in which nothing of a topology stands, so that it may be replaced or forgotten. */
export const restingStatuses = [
  "pending",
  "failed",
  "torn_down",
] as const satisfies readonly TopologyStatus[];

/** Whether a text is a status. */
export function isTopologyStatus(text: string): text is TopologyStatus {
  return Object.hasOwn(transitions, text);
}

/** True when `to` may follow `from`. A status does not follow itself. */
export function mayFollow(from: TopologyStatus, to: TopologyStatus): boolean {
  return (transitions[from] as readonly TopologyStatus[]).includes(to);
}

/** `to`, where it may follow; throws DecnetError `conflict` where it may not. */
export function advance(from: TopologyStatus, to: TopologyStatus): TopologyStatus {
  if (mayFollow(from, to)) return to;
  const allowed: readonly TopologyStatus[] = transitions[from];
  const words = `a topology that is ${from} can't become ${to}; it may become ${allowed.join(", ")}`;
  throw new DecnetError("conflict", words, { details: { from, to, allowed } });
}
