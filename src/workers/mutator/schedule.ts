// When a machine changes by itself, and how: drawn from the install's secret, so a second look gives the same. Pure.

import type { Random } from "../../contract/random.ts";
import type { Schedule, TopologyDecky } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import type { Plan } from "./core.ts";

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

/** A change that is due. */
export interface DueChange {
  readonly plan: Plan;
  readonly mutation: Mutation;
}

/** One service more or one fewer; undefined when the machine has no choice. */
function otherServices(
  now: readonly string[],
  offered: readonly string[],
  random: Random,
): readonly string[] | undefined {
  const more = offered.filter((service) => !now.includes(service)).map((service) => [...now, service]);
  const fewer = now.length > 1 ? now.map((service) => now.filter((other) => other !== service)) : [];
  const choices = [...more, ...fewer];
  return choices.length === 0 ? undefined : random.pick(choices);
}

/** What comes over a machine whose time has come. */
export function dueChange(decky: TopologyDecky, offered: readonly string[], random: Random): DueChange {
  const wanted: Plan = random.pick(decky.schedule?.plans ?? (["reboot"] as const));
  const services =
    wanted === "service" ? otherServices(decky.services ?? offered, offered, random) : undefined;
  // A machine that has no choice of services is rebooted: something happens at each of its times.
  const plan = wanted === "service" && services === undefined ? "reboot" : wanted;
  const changes = services === undefined ? {} : { services: [...services] };
  return { plan, mutation: { op: "update_decky", name: decky.name, changes } };
}
