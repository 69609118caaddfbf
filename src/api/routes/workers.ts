// GET /workers: who lives, by heartbeat.

import { createRoute } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answers } from "../router.ts";
import { workersSchema } from "../schemas.ts";

/** Adds the route. */
export function addWorkerRoutes(router: ApiRouter, { auth, registry, clock, busConnected }: ApiDeps): void {
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Install"],
    method: "get",
    path: "/workers",
    summary: "Every worker and its last heartbeat",
    responses: answers(workersSchema, "One row for each worker that decnet has, in a fixed order"),
  });
  router.openapi(list, (c) =>
    c.json(
      { workers: registry.rows(), generated_at: clock.now() / 1000, bus_connected: busConnected() },
      200,
    ),
  );
}
