// GET /stats: the figures of the overview.

import { createRoute, z } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { readDeckies, readOverview } from "../reads.ts";
import { type ApiRouter, answers, flag, whole } from "../router.ts";
import { statsSchema } from "../schemas.ts";

/** Adds the route. */
export function addStatsRoutes(router: ApiRouter, { auth, db, clock }: ApiDeps): void {
  const query = z.object({
    hours: whole(1, 744).default(24).openapi({ description: "how far back the figures go" }),
    drills: flag.default(false).openapi({ description: "count drills too" }),
  });
  const get = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Install"],
    method: "get",
    path: "/stats",
    summary: "Figures of the last hours",
    request: { query },
    responses: answers(statsSchema, "The figures"),
  });
  router.openapi(get, async (c) => {
    const wanted = { now: clock.now(), ...c.req.valid("query") };
    return c.json(await readOverview(db, wanted, await readDeckies(db)), 200);
  });
}
