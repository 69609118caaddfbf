// Which machines an install shows and which decoys each offers: pure, from the secret and the settings.

import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import { embeddedDevice } from "./archetypes/embedded-device.ts";
import { linuxServer } from "./archetypes/linux-server.ts";
import type { Login } from "./create.ts";
import { createPersona } from "./create.ts";
import type { Persona } from "./persona.ts";
import type { InstallSecret } from "./secret.ts";

/** One decky to be. */
export interface DeckyPlan {
  readonly persona: Persona;
  /** Decoy names, in the archetype's order. */
  readonly services: readonly string[];
}

/** The machines of the host driver: together they offer every decoy once. */
export const hostArchetypes = Object.freeze([linuxServer, embeddedDevice]);

/** `name:password` pairs as the setting holds them. */
function parseLogins(pairs: readonly string[]): readonly Login[] {
  return pairs.map((pair) => {
    const colon = pair.indexOf(":");
    const username = pair.slice(0, colon);
    if (colon < 1 || !/^[a-z_][a-z0-9_-]{0,31}$/.test(username)) {
      throw new DecnetError("config", `decky.logins: each entry is name:password, such as root:123456`);
    }
    return { username, password: pair.slice(colon + 1) };
  });
}

/** What was asked for: decoys, all when none is named, and `name:password` pairs that get in. */
interface PlanWish {
  readonly services: readonly string[];
  readonly logins: readonly string[];
}

/** The decoys and logins asked for. Throws DecnetError `config` on a name that no archetype offers, and on what is no login. */
export function checkPlan(options: PlanWish): { wanted: ReadonlySet<string>; logins: readonly Login[] } {
  const known = hostArchetypes.flatMap((archetype) => archetype.services as readonly string[]);
  const stranger = options.services.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const remedy = didYouMean(stranger, known) || ` Known: ${known.join(", ")}.`;
    throw new DecnetError("config", `unknown service "${stranger}".${remedy}`);
  }
  const wanted = new Set(options.services.length === 0 ? known : options.services);
  return { wanted, logins: parseLogins(options.logins) };
}

/** The machines of the host driver: every service asked for on the archetype it belongs to. Throws as {@link checkPlan}. */
export function planDeckies(secret: InstallSecret, options: PlanWish): readonly DeckyPlan[] {
  const { wanted, logins } = checkPlan(options);
  return hostArchetypes
    .map((archetype) => ({
      persona: createPersona(secret, archetype.name, { logins }),
      services: archetype.services.filter((name) => wanted.has(name)) as readonly string[],
    }))
    .filter((plan) => plan.services.length > 0);
}

/** The machines of the host driver of which nothing is asked for. Throws as {@link checkPlan}. */
export function machinesLeftOut(secret: InstallSecret, options: PlanWish): readonly Persona[] {
  const { wanted, logins } = checkPlan(options);
  return hostArchetypes
    .filter((archetype) => !archetype.services.some((name) => wanted.has(name)))
    .map((archetype) => createPersona(secret, archetype.name, { logins }));
}
