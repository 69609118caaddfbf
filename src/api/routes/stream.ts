// GET /stream: everything as it happens, as server-sent events.

import { createRoute, z } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { sendEvents } from "../event-stream.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answersBytes } from "../router.ts";

/** What a browser may send back of its own accord is not worth a refusal. */
const SEQ = /^\d{1,15}$/;

/** Adds the route. */
export function addStreamRoutes(router: ApiRouter, { auth, hub }: ApiDeps): void {
  const get = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Evidence"],
    method: "get",
    path: "/stream",
    summary: "Live events",
    description:
      "`snapshot` first, then `evidence`, `attacker`, `session`, `worker` and `decky` as they change. Every `id` is an evidence seq: " +
      "with Last-Event-ID (or `last_event_id`) the evidence after it is sent again. A client that reads too slowly gets `lagged` and is closed.",
    request: { query: z.object({ last_event_id: z.string().regex(SEQ, "not an event's id").optional() }) },
    responses: answersBytes("text/event-stream", "Events until either side closes"),
  });
  router.openapi(get, (c) => {
    const last = c.req.header("last-event-id") ?? c.req.valid("query").last_event_id ?? "";
    return sendEvents(c, () => hub.open(c.get("principal"), SEQ.test(last) ? Number(last) : undefined));
  });
}
