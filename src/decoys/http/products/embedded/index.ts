// The small servers inside printers, cameras, routers and controllers.

import type { Persona } from "../../../personas/persona.ts";
import { siteOf } from "../../sites/index.ts";
import { serveEngine } from "../engine/serve.ts";
import type { HttpProduct } from "../product.ts";
import type { EmbeddedStyle } from "./dialect.ts";
import { embeddedDialect } from "./dialect.ts";
import { alphapdStyle, ddWrtStyle, hpStyle, schneiderStyle } from "./styles.ts";

function embedded(product: string, style: (persona: Persona) => EmbeddedStyle): HttpProduct {
  return {
    product,
    serve: async (persona) => serveEngine(embeddedDialect(style(persona)), await siteOf(persona)),
  };
}

/** `HP HTTP Server; HP LaserJet … - …; Serial Number: …; Built: … {…}`. */
function hpBanner({ model, products }: Persona): string {
  const built = products["http"]?.version ?? "";
  return `HP HTTP Server; ${model?.name ?? ""}; Serial Number: ${model?.serial ?? ""}; ${built}`;
}

export const hpPrinter = embedded("HP HTTP Server", (persona) => hpStyle(hpBanner(persona)));
export const ddWrtHttpd = embedded("DD-WRT httpd", ddWrtStyle);
export const schneiderWeb = embedded("Schneider-WEB", (persona) =>
  schneiderStyle(persona.products["http"]?.version ?? ""),
);
export const alphapd = embedded("alphapd", alphapdStyle);
