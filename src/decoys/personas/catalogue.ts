// What machines there can be: every archetype with the decoys it may offer, read from the registries.

import type { Offerable } from "../../contract/offer.ts";
import { decoys } from "../index.ts";
import { archetypes } from "./archetypes/index.ts";

/** Archetype to the names of its decoys, and every decoy there is. */
export interface MachineCatalogue {
  readonly archetypes: ReadonlyMap<string, readonly string[]>;
  readonly services: readonly Offerable[];
}

/** The catalogue of this build. */
export function machineCatalogue(): MachineCatalogue {
  return {
    archetypes: new Map(archetypes.map(({ name, services }) => [name, services])),
    services: decoys,
  };
}
