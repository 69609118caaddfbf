// What a plan makes of a machine: its life after it, and whether it was booted anew. Pure.

import type { Moved } from "../../decoys/personas/moved.ts";
import type { MachineLife } from "../../fleet/machine.ts";
import type { Machine } from "../../fleet/placed.ts";
import type { Plan, Topology } from "../../topology/model.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { planOf } from "../../topology/plan.ts";
import type { Fleet } from "./fleet.ts";

/** A machine that a plan has come over. */
export interface Lived {
  readonly machine: Machine;
  /** Versions that the plan moved. */
  readonly moved: readonly Moved[];
}

/** What comes over it. */
export interface Event {
  readonly mutation: Mutation;
  /** The topology with the change in it. */
  readonly topology: Topology;
  /** Unix ms, which a second try repeats. */
  readonly at: number;
  readonly moved: Fleet["moved"];
}

function lifeAfter(life: MachineLife, plan: Plan | undefined, at: number): MachineLife {
  if (plan === "patch") return { ...life, patches: life.patches + 1, patchedAt: at, bootedAt: at };
  if (plan === "reboot") return { ...life, bootedAt: at };
  return life;
}

/** The machine afterwards. A patch night for which nothing newer is out leaves it as it is. */
export function liveThrough(machine: Machine, { mutation, topology, at, moved }: Event): Lived {
  const plan = planOf(mutation);
  const life = lifeAfter(machine.life, plan, at);
  if (plan !== "patch") return { machine: { ...machine, life }, moved: [] };
  const decky = topology.deckies.find(({ name }) => "name" in mutation && name === mutation.name);
  const versions = decky ? moved(decky, machine, life) : [];
  return versions.length === 0 ? { machine, moved: [] } : { machine: { ...machine, life }, moved: versions };
}

/** Whether a plan boots its machine anew, which cuts the conversations with it. */
export function isReboot(plan: Plan | undefined, moved: readonly Moved[]): boolean {
  return plan === "reboot" || (plan === "patch" && moved.length > 0);
}
