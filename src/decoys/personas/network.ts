// How a machine of an archetype looks below its services: settings of its network namespace and vendors of its card.
// Says what shall be; the kernel is touched elsewhere.

import { DecnetError } from "../../contract/errors.ts";
import { findArchetype } from "./archetypes/index.ts";
import { stacks } from "./os-profiles/stacks.ts";

/** Settings below `net.` and prefixes of MAC addresses (three bytes, lower case with colons). */
export interface NetworkProfile {
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ouis: readonly string[];
}

/** The profile of an archetype. Throws DecnetError `config` where there is none of that name. */
export function networkProfileOf(archetype: string): NetworkProfile {
  const found = findArchetype(archetype);
  const [first] = found?.profiles ?? [];
  if (!found || !first) throw new DecnetError("config", `there is no archetype "${archetype}"`);
  const appliances = found.profiles.flatMap((profile) => profile.appliances ?? []);
  const ouis = appliances.length > 0 ? appliances.flatMap((one) => one.ouis) : found.ouis;
  return { sysctls: stacks[first.stack], ouis: [...new Set(ouis)] };
}
