// GET /status, what `decnet status --json` prints, and GET /health, which says only that somebody answers.

import { createRoute } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo, openToAll } from "../guard.ts";
import { readDeckies, readIngested } from "../reads.ts";
import { type ApiRouter, answers } from "../router.ts";
import { healthSchema, statusSchema } from "../schemas.ts";

/** Adds the routes. */
export function addStatusRoutes(router: ApiRouter, deps: ApiDeps): void {
  const { auth, db, registry, serviceView, busConnected, acceptedPosition, version, startedAt } = deps;

  const health = createRoute({
    ...openToAll,
    tags: ["Install"],
    method: "get",
    path: "/health",
    summary: "Whether the API answers",
    responses: answers(healthSchema, "It does"),
  });
  router.openapi(health, (c) => c.json({ status: "ok" } as const, 200));

  const status = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Install"],
    method: "get",
    path: "/status",
    summary: "The whole install at a glance",
    responses: answers(statusSchema, "The status"),
  });
  router.openapi(status, async (c) => {
    await serviceView.refresh();
    // In this order: what is ingested later than it was accepted must not make the difference negative.
    const ingested = await readIngested(db);
    const accepted = Math.max(await acceptedPosition(), ingested);
    const evidence = { accepted, spooled: accepted - ingested, ingested };
    const install = { version, started_at: startedAt, bus_connected: busConnected() };
    return c.json({ ...install, workers: registry.rows(), deckies: await readDeckies(db), evidence }, 200);
  });
}
