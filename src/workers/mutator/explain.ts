// What a change that was applied means, in words for the operator: of what really differs, and nothing else. Pure.

import { isDeepStrictEqual } from "node:util";
import type { Moved } from "../../decoys/personas/moved.ts";
import type { Lan, Plan, Topology, TopologyDecky } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { planOf } from "../../topology/plan.ts";

/** What differs once a change is in force. */
export interface Effect {
  readonly before: Topology;
  readonly after: Topology;
  /** Services that its machine offers. */
  readonly services: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Versions that its plan moved. */
  readonly moved: readonly Moved[];
}

/** Versions that are named one by one. */
const NAMED = 4;
/** Characters of an explanation: it is a row's reason and a topic's sentence. */
const MOST = 500;

function servicesChanged({ before, after }: Effect["services"]): string[] {
  const more = after.filter((service) => !before.includes(service));
  const fewer = before.filter((service) => !after.includes(service));
  return [
    ...(more.length > 0 ? [`offers ${more.join(", ")} from now on`] : []),
    ...(fewer.length > 0 ? [`offers ${fewer.join(", ")} no longer`] : []),
  ];
}

function scheduleChanged(before: TopologyDecky, after: TopologyDecky): string[] {
  if (isDeepStrictEqual(before.schedule, after.schedule)) return [];
  if (!after.schedule) return ["changes by itself no longer"];
  const { every, jitter, plans } = after.schedule;
  const around = jitter === 0 ? "" : `, ${Math.round(jitter * 100)} % more or less`;
  return [`changes by itself every ${every}${around}: ${[...new Set(plans)].join(", ")}`];
}

function forwardChanged(before: TopologyDecky, after: TopologyDecky): string[] {
  if (before.forward === after.forward) return [];
  return [
    after.forward
      ? "forwards packets between its LANs from now on"
      : "forwards packets between its LANs no longer",
  ];
}

function movedWords(moved: readonly Moved[]): string {
  const named = moved.slice(0, NAMED).map(({ what, from, to }) => `${what} ${from} to ${to}`);
  const more = moved.length - named.length;
  return `${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function planWords(name: string, plan: Plan | undefined, moved: readonly Moved[]): string | undefined {
  if (plan === "reboot") return `${name} was rebooted: its uptime begins anew`;
  if (plan !== "patch") return undefined;
  if (moved.length === 0)
    return `patch night: nothing newer is out for ${name}; it was left as it is and not rebooted`;
  return `patch night: ${name} moved from ${movedWords(moved)}, and was rebooted`;
}

function deckyChanged(name: string, plan: Plan | undefined, effect: Effect): string {
  const find = ({ deckies }: Topology) => deckies.find((decky) => decky.name === name);
  const [before, after] = [find(effect.before), find(effect.after)];
  const settings =
    before && after ? [...forwardChanged(before, after), ...scheduleChanged(before, after)] : [];
  const changes = [...servicesChanged(effect.services), ...settings].join(" and ");
  const planned = planWords(name, plan, effect.moved);
  const own = changes === "" ? undefined : `${name} ${changes}`;
  if (planned !== undefined || own !== undefined)
    return [planned, own].filter((words) => words !== undefined).join("; ");
  return plan === "service"
    ? `${name} has no other service to offer: it was left as it is`
    : `${name} is as it was: the change is what was in force`;
}

function lanChanged(name: string, { before, after }: Effect): string {
  const find = ({ lans }: Topology): Partial<Lan> => lans.find((lan) => lan.name === name) ?? {};
  const [old, now] = [find(before), find(after)];
  const gateway = now.gateway === undefined ? "names no gateway any more" : `has the gateway ${now.gateway}`;
  const words = [
    ...(old.subnet === now.subnet ? [] : [`has the subnet ${now.subnet} in place of ${old.subnet}`]),
    ...(old.gateway === now.gateway ? [] : [gateway]),
    ...(old.dmz === now.dmz ? [] : [now.dmz ? "is the DMZ" : "is the DMZ no longer"]),
  ];
  return words.length === 0
    ? `LAN ${name} is as it was: the change is what was in force`
    : `LAN ${name} ${words.join(" and ")}`;
}

function wordsFor(mutation: Mutation, effect: Effect): string {
  switch (mutation.op) {
    case "add_lan":
      return `LAN ${mutation.lan.name} is there`;
    case "remove_lan":
      return `LAN ${mutation.name} is gone`;
    case "update_lan":
      return lanChanged(mutation.name, effect);
    case "add_decky":
      return `${mutation.decky.name} is there`;
    case "remove_decky":
      return `${mutation.name} is gone`;
    case "update_decky":
      return deckyChanged(mutation.name, planOf(mutation), effect);
    case "attach_decky":
      return `${mutation.name} stands in one more LAN: ${mutation.edge.lan}`;
    case "detach_decky":
      return `${mutation.name} stands in one LAN fewer: it left ${mutation.lan}`;
  }
}

/** What a change that was applied means. */
export function explain(mutation: Mutation, effect: Effect): string {
  return wordsFor(mutation, effect).slice(0, MOST);
}
