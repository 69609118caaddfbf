// When a machine changes by itself, and how: drawn from the install's secret, so a second look gives the same. Pure.

import type { Random } from "../../contract/random.ts";
import type { Catalogue, Plan, Schedule, TopologyDecky } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { hasChoice } from "../../topology/plan.ts";

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The mean time between two changes in ms. */
function everyMs(every: string): number {
  const unit = every.slice(-1) as keyof typeof UNIT_MS;
  return Number(every.slice(0, -1)) * UNIT_MS[unit];
}

/** When the next change comes after `from`. */
export function nextAfter({ every, jitter }: Schedule, from: number, random: Random): number {
  const factor = 1 - jitter + 2 * jitter * random.fraction();
  return from + Math.max(1, Math.round(everyMs(every) * factor));
}

/** What comes over a machine whose time has come. */
export function dueChange(decky: TopologyDecky, catalogue: Catalogue, random: Random): Mutation {
  const wanted: Plan = random.pick(decky.schedule?.plans ?? (["reboot"] as const));
  // A machine that has no choice of services is rebooted.
  const plan = wanted === "service" && !hasChoice(decky, catalogue) ? "reboot" : wanted;
  return { op: "update_decky", name: decky.name, changes: {}, plan };
}
