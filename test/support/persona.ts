// Personas for tests, drawn from a fixed secret.

import { createPersona } from "../../src/decoys/personas/create.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";

/** The login that gets into every test persona. */
export const TEST_LOGIN = { username: "root", password: "toor-42" } as const;

/** The test machine of an archetype. Its only login is {@link TEST_LOGIN}. */
export function testPersona(archetype = "linux-server"): Persona {
  const secret = { key: new Uint8Array(32).fill(7), madeAt: Date.parse("2026-06-01T00:00:00Z") };
  return createPersona(secret, archetype, { logins: [TEST_LOGIN] });
}
