// The product lighttpd 1.4.

import { siteOf } from "../../sites/index.ts";
import { serveEngine } from "../engine/serve.ts";
import type { HttpProduct } from "../product.ts";
import { lighttpdDialect } from "./dialect.ts";

export const lighttpd: HttpProduct = {
  product: "lighttpd",
  serve: async (persona) =>
    serveEngine(
      lighttpdDialect(`lighttpd/${persona.products["http"]?.version ?? ""}`),
      await siteOf(persona),
    ),
};
