// Personas for tests, drawn from a fixed secret.

import { createPersona } from "../../src/decoys/personas/create.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";

/** The login that gets into every test persona. */
export const TEST_LOGIN = { username: "root", password: "toor-42" } as const;

const secret = { key: new Uint8Array(32).fill(7), madeAt: Date.parse("2026-06-01T00:00:00Z") };

/** The test machine of an archetype. Its only login is {@link TEST_LOGIN}. */
export function testPersona(archetype = "linux-server"): Persona {
  return createPersona(secret, archetype, { logins: [TEST_LOGIN] });
}

/** A test machine of an archetype on one of its OS profiles. */
export function testPersonaOn(profile: string, archetype: string, patches = 0): Persona {
  for (let place = 0; place < 100; place++) {
    const options = { place: `place-${place}`, patches, logins: [TEST_LOGIN] };
    const persona = createPersona(secret, archetype, options);
    if (persona.profile === profile) return persona;
  }
  throw new Error(`${archetype} was never drawn on ${profile}`);
}
