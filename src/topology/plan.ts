// What a plan means for a topology's definition, and when one can be asked for. Pure: what it draws comes from a seed.

import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";
import type { Catalogue, Plan, Topology, TopologyDecky } from "./model.ts";
import type { Mutation } from "./mutation.ts";

/** The plan that a change brings over a machine. */
export function planOf(mutation: Mutation): Plan | undefined {
  return mutation.op === "update_decky" ? mutation.plan : undefined;
}

/** Every set of services that is one more or one fewer; none when the machine has no choice. */
function otherServices(now: readonly string[], offered: readonly string[]): readonly (readonly string[])[] {
  const more = offered.filter((service) => !now.includes(service)).map((service) => [...now, service]);
  const fewer = now.length > 1 ? now.map((service) => now.filter((other) => other !== service)) : [];
  return [...more, ...fewer];
}

function choicesOf(decky: TopologyDecky, { archetypes }: Catalogue): readonly (readonly string[])[] {
  const offered = archetypes.get(decky.archetype) ?? [];
  return otherServices(decky.services ?? offered, offered);
}

/** Whether a machine can offer one service more or one fewer. */
export function hasChoice(decky: TopologyDecky, catalogue: Catalogue): boolean {
  return choicesOf(decky, catalogue).length > 0;
}

/** The change with what its plan draws written out; as it is where there is nothing to draw. */
export function withDraw(
  mutation: Mutation,
  topology: Topology,
  { catalogue, random }: { readonly catalogue: Catalogue; readonly random: Random },
): Mutation {
  if (mutation.op !== "update_decky" || mutation.plan !== "service") return mutation;
  const decky = topology.deckies.find(({ name }) => name === mutation.name);
  const choices = decky ? choicesOf(decky, catalogue) : [];
  if (choices.length === 0) return mutation;
  return { ...mutation, changes: { ...mutation.changes, services: [...random.pick(choices)] } };
}

/**
 * Refuses a change that asks for nothing, and a plan that can't come over its machine as `topology` will have it.
 * Throws DecnetError `invalid`.
 */
export function refuseIdle(mutation: Mutation, topology: Topology, catalogue: Catalogue): void {
  if (!("changes" in mutation)) return;
  const plan = planOf(mutation);
  if (plan === undefined && Object.values(mutation.changes).every((value) => value === undefined))
    throw new DecnetError("invalid", "the request names no change");
  if (mutation.op !== "update_decky" || plan !== "service") return;
  if (mutation.changes.services !== undefined)
    throw new DecnetError(
      "invalid",
      'the plan "service" draws the services itself: ask for one or the other',
    );
  const decky = topology.deckies.find(({ name }) => name === mutation.name);
  if (decky && !hasChoice(decky, catalogue))
    throw new DecnetError(
      "invalid",
      `a ${decky.archetype} has no other service that ${decky.name} could offer`,
    );
}
