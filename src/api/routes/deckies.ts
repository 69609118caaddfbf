// GET /deckies: the fake machines as they last described themselves.

import { createRoute } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { readDeckies } from "../reads.ts";
import { type ApiRouter, answers } from "../router.ts";
import { deckiesSchema } from "../schemas.ts";

/** Adds the route. */
export function addDeckyRoutes(router: ApiRouter, { auth, db }: ApiDeps): void {
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Fleet"],
    method: "get",
    path: "/deckies",
    summary: "Every decky and its services",
    responses: answers(deckiesSchema, "Deckies by name"),
  });
  router.openapi(list, async (c) => c.json({ data: await readDeckies(db) }, 200));
}
