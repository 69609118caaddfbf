// The OpenAPI document and a page of it for people, both derived from the routes.
// The page asks nothing of any other host and runs no script.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { renderDocs } from "./docs-page.ts";
import { DOCS_STYLE } from "./docs-style.ts";
import type { ApiEnv } from "./env.ts";
import { COOKIE } from "./guard.ts";
import { DOCS_POLICY } from "./protect.ts";

/** Where the API lives and what it is. */
export interface DocsOptions {
  readonly base: string;
  readonly version: string;
}

/** Adds `openapi.json`, `docs` and its style sheet. Call it after all routes are there. */
export function addDocs(app: OpenAPIHono<ApiEnv>, { base, version }: DocsOptions): void {
  const description =
    "Read and steer a decnet install. Times are Unix milliseconds unless a field says otherwise. " +
    "Lists are paged: give `next` back as `cursor`. Errors are {error: {code, message, details?}}.";
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: COOKIE,
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "decnet", version, description },
  });
  const page = renderDocs(document, base);
  const cache = { "Cache-Control": "no-cache" };
  app.get(`${base}/openapi.json`, (c) => c.json(document as object, 200, cache));
  app.get(`${base}/docs`, (c) => c.html(page, 200, { ...cache, "Content-Security-Policy": DOCS_POLICY }));
  app.get(`${base}/docs.css`, (c) =>
    c.body(DOCS_STYLE, 200, { ...cache, "Content-Type": "text/css; charset=utf-8" }),
  );
}
