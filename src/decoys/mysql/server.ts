// What the persona fixes about its MySQL: version, accounts, rights, variables, data.
// Drawn from the persona, so it is the same after a restart.

import type { Persona } from "../personas/persona.ts";
import { createBait } from "./bait.ts";
import type { Databases } from "./catalog.ts";
import type { ServerKey } from "./rsa.ts";
import { createServerKey } from "./rsa.ts";
import type { Plugin } from "./scramble.ts";
import { createVariables } from "./variables.ts";

/** Most bytes of one packet: the server's `max_allowed_packet`. */
export const MAX_PACKET = 1024 * 1024;
const FIRST_THREAD = 8;

/** The server of one persona. Its conversations share the thread ids and the sha2 cache. */
export interface Server {
  readonly persona: Persona;
  readonly version: string;
  /** Unix ms when the daemon started. */
  readonly startedAt: number;
  readonly databases: Databases;
  /** Database that the limited accounts may use. */
  readonly application: string;
  readonly variables: ReadonlyMap<string, string>;
  /** The next connection's id. */
  nextThread(): number;
  /** The plugin of an account; unknown names have the default one too. */
  pluginOf(username: string): Plugin;
  /** Users whose password the sha2 cache knows: a real server's cache is cold after each start. */
  readonly cached: Set<string>;
  /** The RSA pair, drawn when first asked for. */
  key(): ServerKey;
}

/** Draws the server of a persona. */
export function createServer(persona: Persona): Server {
  const random = persona.random("mysql-server");
  const startedAt = persona.bootedAt + 9000 + random.below(12_000);
  const version = persona.products["mysql"]?.version ?? "8.0.40";
  const legacy = new Set(
    persona.accounts
      .filter(({ name, password }) => name !== "root" && password !== null)
      .map(({ name }) => name),
  );
  let thread = FIRST_THREAD + random.below(9000);
  let key: ServerKey | null = null;
  // Drawn when somebody looks: most of those who scan a fleet go after the greeting.
  let bait: ReturnType<typeof createBait> | undefined;
  let variables: Server["variables"] | undefined;
  const baitOf = (): ReturnType<typeof createBait> => {
    bait ??= createBait(persona);
    return bait;
  };
  return {
    persona,
    version,
    startedAt,
    get databases() {
      return baitOf().databases;
    },
    get application() {
      return baitOf().application;
    },
    get variables() {
      const [port] = persona.portsOf("mysql");
      const moved = port !== undefined && variables?.get("port") !== String(port);
      if (!variables || moved) variables = createVariables(persona, version);
      return variables;
    },
    nextThread: () => thread++,
    // An application's account made for an older driver, as most servers have one; names that are not known
    // are asked by the default plugin, as the server does.
    pluginOf: (username) => (legacy.has(username) ? "mysql_native_password" : "caching_sha2_password"),
    cached: new Set(),
    key() {
      key ??= createServerKey(persona.random("mysql-rsa"));
      return key;
    },
  };
}
