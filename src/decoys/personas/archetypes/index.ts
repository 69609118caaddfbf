// The registry of archetypes: the only list of the kinds of machines.

import type { ArchetypeDefinition } from "./archetype.ts";
import { embeddedDevice } from "./embedded-device.ts";
import { linuxServer } from "./linux-server.ts";

/** Every archetype, in the order in which they are shown. */
export const archetypes: readonly ArchetypeDefinition[] = Object.freeze([linuxServer, embeddedDevice]);

/** The archetype of that name, or undefined. */
export function findArchetype(name: string): ArchetypeDefinition | undefined {
  return archetypes.find((archetype) => archetype.name === name);
}
