// What a plan means for a topology's definition, and when one can be asked for. Pure: what it draws comes from a seed.

import { DecnetError } from "../contract/errors.ts";
import { normalOffers, offerFaults, usualPorts } from "../contract/offer.ts";
import type { Random } from "../contract/random.ts";
import type { Catalogue, Plan, Topology, TopologyDecky } from "./model.ts";
import { LIMITS } from "./model.ts";
import type { Mutation } from "./mutation.ts";

/** The plan that a change brings over a machine. */
export function planOf(mutation: Mutation): Plan | undefined {
  return mutation.op === "update_decky" ? mutation.plan : undefined;
}

/**
 * Every set of offers that is one more, of the archetype's at their usual ports, or one fewer; none when the machine has
 * no choice.
 */
function choicesOf(decky: TopologyDecky, catalogue: Catalogue): readonly (readonly string[])[] {
  const offered = catalogue.archetypes.get(decky.archetype) ?? [];
  const now = normalOffers(decky.services ?? offered, usualPorts(catalogue.services));
  const more = offered
    .filter((name) => !now.includes(name))
    .map((name) => [...now, name])
    .filter(
      (offers) => offerFaults(offers, catalogue.services).length === 0 && offers.length <= LIMITS.services,
    );
  const fewer = now.length > 1 ? now.map((offer) => now.filter((other) => other !== offer)) : [];
  return [...more, ...fewer];
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
