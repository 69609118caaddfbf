// What an archetype is: a use that machines are put to, with everything that shows it from outside.
// Holds facts and small draws; a machine is made by create.ts.

import type { Random } from "../../../contract/random.ts";
import type { OsProfile } from "../os-profiles/profile.ts";
import type { Account, Hardware } from "../persona.ts";

/** What naming a machine may hang on. */
export interface NamingContext {
  readonly random: Random;
  readonly mac: string;
  readonly serial: string;
}

/** How machines of an archetype are called. */
export interface NameStyle {
  /** Every name matches it. */
  readonly pattern: RegExp;
  readonly draw: (context: NamingContext) => string;
}

/** A kind of machine. */
export interface ArchetypeDefinition {
  readonly name: string;
  readonly summary: string;
  /** Names of the decoys that it may offer, in the order in which they are shown. */
  readonly services: readonly string[];
  /** Systems that it runs on: of one TCP/IP stack, each with a product for every service. */
  readonly profiles: readonly OsProfile[];
  /** Products that it allows of a service, where its profiles know more. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** Vendor prefixes of network cards; an appliance has its own. */
  readonly ouis: readonly string[];
  readonly hostname: NameStyle;
  readonly domains: readonly string[];
  readonly accounts: (random: Random) => readonly Account[];
  /** Of a computer; an appliance has its own. */
  readonly hardware?: (random: Random) => Hardware;
  /** What its files are like, in words for the operator. */
  readonly files: string;
  /** What the disguise is not, in words for the operator. */
  readonly limits: string;
}

/** Declares an archetype. */
export function defineArchetype<const D extends ArchetypeDefinition>(definition: D): D {
  return Object.freeze(definition);
}
