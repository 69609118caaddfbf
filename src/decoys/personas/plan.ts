// Which machines an install shows and which decoys each offers: pure, from the secret and the settings.

import { DecnetError } from "../../contract/errors.ts";
import { MAX_OFFERS, MAX_PORT, nameIn, offerFaults, offersOf, readOffers } from "../../contract/offer.ts";
import { decoys, usualPort } from "../index.ts";
import { embeddedDevice } from "./archetypes/embedded-device.ts";
import { linuxServer } from "./archetypes/linux-server.ts";
import type { Login } from "./create.ts";
import { createPersona } from "./create.ts";
import type { Persona } from "./persona.ts";
import type { InstallSecret } from "./secret.ts";

/** One decky to be. */
export interface DeckyPlan {
  readonly persona: Persona;
  /** What it offers, each as `name` or `name:port`, in the archetype's order. */
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

/** What was asked for: offers, all decoys when none is named, and `name:password` pairs that get in. */
interface PlanWish {
  readonly services: readonly string[];
  readonly logins: readonly string[];
  /** Added to every port. */
  readonly offset?: number;
}

/** The offers asked for, each once. They are on one address, whatever machine they belong to. */
function wantedOf({ services, offset = 0 }: PlanWish): readonly string[] {
  const known = hostArchetypes.flatMap((archetype) => archetype.services as readonly string[]);
  const offerable = decoys.filter(({ name }) => known.includes(name));
  const { offers, faults } = readOffers(services, offerable);
  const [fault] = [...faults, ...offerFaults(offers, offerable)];
  if (fault) throw new DecnetError("config", `decky.services: ${fault.message}`);
  if (offers.length > MAX_OFFERS)
    throw new DecnetError(
      "config",
      `decky.services: ${offers.length} are too many; name ${MAX_OFFERS} at most`,
    );
  const wanted = offers.length === 0 ? known : offers;
  const high = offersOf(wanted, usualPort).find(({ port }) => port + offset > MAX_PORT);
  if (high)
    throw new DecnetError(
      "config",
      `decky.services: ${high.name}:${high.port} and an offset of ${offset} are beyond port ${MAX_PORT}; choose a lower port, or --port-offset 0`,
    );
  return wanted;
}

/** The offers and logins asked for. Throws DecnetError `config` on offers that can't be, and on what is no login. */
export function checkPlan(options: PlanWish): { wanted: readonly string[]; logins: readonly Login[] } {
  return { wanted: wantedOf(options), logins: parseLogins(options.logins) };
}

function offeredBy(
  archetype: { readonly services: readonly string[] },
  wanted: readonly string[],
): readonly string[] {
  return archetype.services.flatMap((name) => wanted.filter((offer) => nameIn(offer) === name));
}

/** The machines of the host driver: every service asked for on the archetype it belongs to. Throws as {@link checkPlan}. */
export function planDeckies(secret: InstallSecret, options: PlanWish): readonly DeckyPlan[] {
  const { wanted, logins } = checkPlan(options);
  return hostArchetypes
    .map((archetype): DeckyPlan => {
      const services = offeredBy(archetype, wanted);
      return {
        persona: createPersona(secret, archetype.name, { logins, services: () => services }),
        services,
      };
    })
    .filter((plan) => plan.services.length > 0);
}

/** The machines of the host driver of which nothing is asked for. Throws as {@link checkPlan}. */
export function machinesLeftOut(secret: InstallSecret, options: PlanWish): readonly Persona[] {
  const { wanted, logins } = checkPlan(options);
  return hostArchetypes
    .filter((archetype) => offeredBy(archetype, wanted).length === 0)
    .map((archetype) => createPersona(secret, archetype.name, { logins }));
}
