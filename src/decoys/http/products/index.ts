// The registry of web server products: which code answers for the claim of a persona.

import { DecnetError } from "../../../contract/errors.ts";
import type { Decoy } from "../../decoy.ts";
import type { Persona } from "../../personas/persona.ts";
import type { HttpProduct } from "./product.ts";

/** Loads of each product, by the name in a claim. */
export const httpProducts: Readonly<Record<string, () => Promise<HttpProduct>>> = Object.freeze({
  nginx: async () => (await import("./nginx/index.ts")).nginx,
  "Apache httpd": async () => (await import("./apache/index.ts")).apache,
  lighttpd: async () => (await import("./lighttpd/index.ts")).lighttpd,
  "Microsoft IIS httpd": async () => (await import("./iis/index.ts")).iis,
  "HP HTTP Server": async () => (await import("./embedded/index.ts")).hpPrinter,
  "DD-WRT httpd": async () => (await import("./embedded/index.ts")).ddWrtHttpd,
  alphapd: async () => (await import("./embedded/index.ts")).alphapd,
  "Schneider-WEB": async () => (await import("./embedded/index.ts")).schneiderWeb,
});

/** The web server of a persona. */
export async function createHttpDecoy(persona: Persona): Promise<Decoy> {
  const claim = persona.products["http"]?.product ?? "nginx";
  const load = Object.hasOwn(httpProducts, claim) ? httpProducts[claim] : undefined;
  if (!load) throw new DecnetError("internal", `there is no web server product "${claim}"`);
  return (await load()).serve(persona);
}
