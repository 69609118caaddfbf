// The product Apache httpd 2.4.

import { siteOf } from "../../sites/index.ts";
import { serveEngine } from "../engine/serve.ts";
import type { HttpProduct } from "../product.ts";
import { apacheDialect } from "./dialect.ts";

export const apache: HttpProduct = {
  product: "Apache httpd",
  serve: async (persona) =>
    serveEngine(
      apacheDialect(
        `Apache/${persona.products["http"]?.version ?? ""}`,
        persona.random("http-allow").below(4),
      ),
      await siteOf(persona),
    ),
};
