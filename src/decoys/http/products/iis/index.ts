// The product Microsoft IIS.

import { siteOf } from "../../sites/index.ts";
import { serveEngine } from "../engine/serve.ts";
import type { HttpProduct } from "../product.ts";
import { iisDialect } from "./dialect.ts";

export const iis: HttpProduct = {
  product: "Microsoft IIS httpd",
  serve: async (persona) =>
    serveEngine(
      iisDialect(`Microsoft-IIS/${persona.products["http"]?.version ?? "10.0"}`),
      await siteOf(persona),
    ),
};
