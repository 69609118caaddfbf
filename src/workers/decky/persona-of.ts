// Which machine a fleet decky is: its persona, drawn by its name, with what the fleet gave it and what it lived through.
// Decides nothing by itself: the same description gives the same machine.

import { nameIn, offerFaults } from "../../contract/offer.ts";
import { machineCatalogue } from "../../decoys/personas/catalogue.ts";
import { createPersona } from "../../decoys/personas/create.ts";
import type { Persona } from "../../decoys/personas/persona.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import type { DeckySpec } from "../../fleet/handover.ts";
import { livedOf } from "../../fleet/machine.ts";

/** What the services of one machine share, by what made it: outlasts a change, not a reboot. */
export type SharedState = Map<unknown, unknown>;

/** Why no machine of this build fits the description; undefined when one does. */
export function whyUnknown(spec: DeckySpec): string | undefined {
  const { archetypes, services } = machineCatalogue();
  const offered = archetypes.get(spec.archetype);
  if (!offered) return `unknown archetype "${spec.archetype}"`;
  const stranger = spec.services.find((offer) => !offered.includes(nameIn(offer)));
  if (stranger !== undefined) return `a ${spec.archetype} has no service "${stranger}"`;
  return offerFaults(spec.services, services)[0]?.message;
}

/** Draws the machine. {@link whyUnknown} must have had nothing against it. `services` tells what it offers by now. */
export function personaOf(
  secret: InstallSecret,
  spec: DeckySpec,
  shared: SharedState,
  services: () => readonly string[] = () => spec.services,
): Persona {
  const drawn = createPersona(secret, spec.archetype, {
    place: spec.decky,
    mac: spec.mac,
    ...livedOf(spec.life),
    services,
  });
  const persona: Persona = Object.freeze({
    ...drawn,
    shared<T>(make: (persona: Persona) => T): T {
      if (!shared.has(make)) shared.set(make, make(persona));
      return shared.get(make) as T;
    },
  });
  return persona;
}
