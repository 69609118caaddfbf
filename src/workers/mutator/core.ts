// What the mutator decides: statuses, what a change touches, what a machine has lived through. Pure.

import type { Compiled, CompiledDecky } from "../../fleet/compile.ts";
import type { MachineLife } from "../../fleet/machine.ts";
import type { Schedule } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import type { TopologyStatus } from "../../topology/status.ts";

/** What may happen to a machine by itself. */
export type Plan = Schedule["plans"][number];

const plans: readonly string[] = ["patch", "reboot", "service"] satisfies Plan[];

/** What brought a change about: a schedule's plan, or a request. */
export function planOf(cause: string): Plan | undefined {
  return plans.includes(cause) ? (cause as Plan) : undefined;
}

/** Statuses in which a topology has machines in the kernel that shall stay. */
export function isUp(status: string): boolean {
  return status === "active" || status === "degraded";
}

/** Why deckies are not as they should be, in one line that names the first of them. */
export function reasonOf(problems: ReadonlyMap<string, string>): string {
  const shown = [...problems].slice(0, 3).map(([decky, reason]) => `${decky}: ${reason}`);
  const more = problems.size - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`.slice(0, 500);
}

/** The status of a topology with so many deckies, some of which have problems. */
export function statusFor(deckies: number, problems: number): "active" | "degraded" | "failed" {
  if (problems === 0) return "active";
  return problems < deckies ? "degraded" : "failed";
}

/** A topology's end of a try to deploy it. */
export interface Verdict {
  readonly status: TopologyStatus;
  readonly reason: string;
}

/** What two states of a fleet have not in common. */
export interface Difference {
  readonly changed: readonly CompiledDecky[];
  readonly gone: readonly CompiledDecky[];
  /** Bridges, ours and joined, that are wanted no longer. */
  readonly bridges: readonly string[];
  readonly none: boolean;
}

/** Compares what was wanted with what is wanted now. */
export function differenceOf(before: Compiled, after: Compiled): Difference {
  const old = new Map(before.deckies.map((decky) => [decky.name, decky]));
  const names = new Set(after.deckies.map(({ name }) => name));
  const changed = after.deckies.filter((decky) => !Bun.deepEquals(old.get(decky.name), decky));
  const gone = before.deckies.filter(({ name }) => !names.has(name));
  const kept = new Set([...after.bridges, ...after.joined]);
  const all = [...before.bridges, ...before.joined];
  const bridges = all.filter((name) => !kept.has(name));
  const fresh = [...kept].some((name) => !all.includes(name));
  return { changed, gone, bridges, none: changed.length + gone.length + bridges.length === 0 && !fresh };
}

/** The life of a machine after a plan came over it at `at`, which a second try repeats. */
export function lifeAfter(life: MachineLife, plan: Plan | undefined, at: number): MachineLife {
  if (plan === "patch") return { ...life, patches: life.patches + 1, bootedAt: at };
  if (plan === "reboot") return { ...life, bootedAt: at };
  return life;
}

const listed = (words: readonly string[]): string => words.join(", ");

/** What a change of the services means, in words. */
function servicesChanged(before: readonly string[], after: readonly string[]): string {
  const more = after.filter((service) => !before.includes(service));
  const fewer = before.filter((service) => !after.includes(service));
  const words = [
    ...(more.length > 0 ? [`offers ${listed(more)} from now on`] : []),
    ...(fewer.length > 0 ? [`offers ${listed(fewer)} no longer`] : []),
  ];
  return words.join(" and ");
}

/** What a change that was applied means, for the operator. */
export function explain(
  mutation: Mutation,
  cause: string,
  services: { readonly before: readonly string[]; readonly after: readonly string[] },
): string {
  const plan = planOf(cause);
  const subject =
    "decky" in mutation ? mutation.decky.name : "name" in mutation ? mutation.name : mutation.lan.name;
  const offers = servicesChanged(services.before, services.after);
  if (plan === "patch") return `patch night: versions of ${subject} moved forward, and it was rebooted`;
  if (plan === "reboot") return `${subject} was rebooted: its uptime begins anew`;
  if (mutation.op === "update_decky" && offers !== "") return `${subject} ${offers}`;
  const words: Record<Mutation["op"], string> = {
    add_lan: `LAN ${subject} is there`,
    remove_lan: `LAN ${subject} is gone`,
    update_lan: `LAN ${subject} is changed`,
    add_decky: `${subject} is there`,
    remove_decky: `${subject} is gone`,
    update_decky: `${subject} is changed`,
    attach_decky: `${subject} stands in one more LAN`,
    detach_decky: `${subject} stands in one LAN fewer`,
  };
  return words[mutation.op];
}
