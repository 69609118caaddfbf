// GET /stream: everything as it happens, as server-sent events.

import { createRoute, z } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
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
    const headers = {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    };
    // Hono answers HEAD by GET: nobody would ever read or close that stream.
    if (c.req.raw.method === "HEAD") return c.body(null, 200, headers);
    const last = c.req.header("last-event-id") ?? c.req.valid("query").last_event_id ?? "";
    const client = hub.open(c.get("principal"), SEQ.test(last) ? Number(last) : undefined);
    c.req.raw.signal.addEventListener("abort", () => client.close(), { once: true });
    return c.body(client.body as ReadableStream<Uint8Array<ArrayBuffer>>, 200, headers);
  });
}
