// The product nginx: what its conversations share, and its request loop over each connection.
// Serves its persona's site; reads and runs nothing real.

import type { Decoy } from "../../../decoy.ts";
import type { Persona } from "../../../personas/persona.ts";
import { machineOf } from "../../../shell/shell.ts";
import { createApp } from "../../app.ts";
import type { SiteFile } from "../../site.ts";
import { createSite, typeOf } from "../../site.ts";
import { hasOwnSite, siteOf } from "../../sites/index.ts";
import type { HttpProduct, WebSite } from "../product.ts";
import { HttpConversation } from "./conversation.ts";

/** What the conversations of one machine share. */
export interface HttpServer {
  readonly site: ReturnType<typeof createSite>;
  readonly app: ReturnType<typeof createApp>;
  /** Pages in place of the site and its application. */
  readonly pages: WebSite | undefined;
  /** As in headers and pages: `nginx/1.22.1`. */
  readonly name: string;
  readonly nextBoundary: () => string;
  /** A file below the site's root that this source wrote by another service. */
  readonly written: (source: string, path: string) => SiteFile | undefined;
}

/** `nginx/1.22.1`; the bare name where the box hides its version. */
function nameOf(persona: Persona): string {
  const version = persona.products["http"]?.version ?? "1.22.1";
  return version === "" ? "nginx" : `nginx/${version}`;
}

/** Makes the web server of a persona. */
async function serve(persona: Persona): Promise<Decoy> {
  const site = persona.shared(createSite);
  let boundary = persona.random("http-boundary").below(40);
  const server: HttpServer = {
    site,
    app: createApp(persona, site),
    pages: hasOwnSite(persona) ? await siteOf(persona) : undefined,
    name: nameOf(persona),
    written(source, path) {
      const found = persona.shared(machineOf).written(source, `/var/www/html${path}`);
      return found && { body: found.body, type: typeOf(path), modifiedAt: found.mtimeMs };
    },
    // nginx counts up from its start, in twenty digits.
    nextBoundary: () => String(++boundary).padStart(20, "0"),
  };
  return { serve: (session) => new HttpConversation(session, server).run() };
}

export const nginx: HttpProduct = { product: "nginx", serve };
