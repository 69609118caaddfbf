// Which pages a machine's web server shows: the only list, by archetype.

import type { Persona } from "../../personas/persona.ts";
import type { WebSite } from "../products/product.ts";

const SITES: Readonly<Record<string, (persona: Persona) => Promise<WebSite>>> = {
  "mail-server": async (persona) => (await import("./applications.ts")).webmailSite(persona),
  "voip-pbx": async (persona) => (await import("./applications.ts")).pbxSite(persona),
  "storage-server": async (persona) => (await import("./applications.ts")).storageSite(persona),
  "windows-workstation": async (persona) => (await import("./windows.ts")).windowsSite(persona),
  "windows-server": async (persona) => (await import("./windows.ts")).windowsSite(persona),
  "domain-controller": async (persona) => (await import("./domain.ts")).domainSite(persona),
  printer: async (persona) => (await import("./devices.ts")).printerSite(persona),
  camera: async (persona) => (await import("./devices.ts")).cameraSite(persona),
  router: async (persona) => (await import("./devices.ts")).routerSite(persona),
  plc: async (persona) => (await import("./devices.ts")).controllerSite(persona),
  nas: async () => (await import("./boxes.ts")).diskStationSite(),
  "container-host": async (persona) => (await import("./boxes.ts")).registrySite(persona),
};

/** Whether a machine has pages of its own instead of a company's site. */
export function hasOwnSite({ archetype }: Persona): boolean {
  return Object.hasOwn(SITES, archetype);
}

/** The pages of a persona: a company's site where its archetype has none of its own. */
export async function siteOf(persona: Persona): Promise<WebSite> {
  const make = hasOwnSite(persona) ? SITES[persona.archetype] : undefined;
  return make ? make(persona) : (await import("./company.ts")).companySite(persona);
}
