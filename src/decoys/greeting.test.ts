// Every archetype's every service says what is expected of it, and of no other version.

import { expect, test } from "bun:test";
import { connect } from "node:net";
import { startDecoy } from "../../test/support/decoy-host.ts";
import type { Greeting } from "./greeting.ts";
import { fits, greetingOf } from "./greeting.ts";
import { findDecoy } from "./index.ts";
import { archetypes } from "./personas/archetypes/index.ts";
import { createPersona } from "./personas/create.ts";
import type { Persona } from "./personas/persona.ts";

const DRAWS = 12;
const secret = { key: new Uint8Array(32).fill(9), madeAt: Date.parse("2026-06-01T00:00:00Z") };

/** All that is heard until the last of the expected words came, or the server has closed. */
function hear(port: number, greeting: Greeting): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(greeting.ask));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      if (fits(greeting, heard)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}

/** Machines of an archetype until each product and version has been met. */
function* machines(name: string, services: readonly string[]): Iterable<[Persona, string]> {
  const met = new Set<string>();
  for (let index = 0; index < DRAWS; index++) {
    const persona = createPersona(secret, name, { place: `machine${index}` });
    for (const service of services) {
      const claim = JSON.stringify([service, persona.products[service]]);
      if (!met.has(claim)) yield [persona, service];
      met.add(claim);
    }
  }
}

test.each(archetypes.map(({ name, services }) => [name, services] as const))(
  "the services of a %s say what their machine claims",
  async (name, services) => {
    for (const [persona, service] of machines(name, services)) {
      const definition = findDecoy(service);
      const greeting = greetingOf(service, persona);
      if (!definition || !greeting) throw new Error(`nothing is expected of ${service} of a ${name}`);
      await using decoy = await startDecoy(definition, { persona });
      const heard = await hear(decoy.port, greeting);
      expect([service, fits(greeting, heard) ? "fits" : heard]).toEqual([service, "fits"]);
    }
  },
);

test("another version is another greeting, and what a machine does not run has none", () => {
  const persona = createPersona(secret, "linux-server", { place: "one" });
  const other = {
    ...persona,
    products: { ...persona.products, ssh: { product: "OpenSSH", version: "9.9" } },
  };
  expect(greetingOf("ssh", other)).not.toEqual(greetingOf("ssh", persona));
  expect(greetingOf("telnet", persona)).toBeUndefined();
});
