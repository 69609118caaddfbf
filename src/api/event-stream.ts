// An open event stream as the answer to a request.

import type { Context } from "hono";
import type { ApiEnv } from "./env.ts";
import type { StreamClient } from "./stream/client.ts";

const HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  "X-Accel-Buffering": "no",
};

/** Answers with a stream that ends when either side closes. */
export function sendEvents(c: Context<ApiEnv>, open: () => StreamClient) {
  // Hono answers HEAD by GET: nobody would ever read or close that stream.
  if (c.req.raw.method === "HEAD") return c.body(null, 200, HEADERS);
  const client = open();
  c.req.raw.signal.addEventListener("abort", () => client.close(), { once: true });
  return c.body(client.body as ReadableStream<Uint8Array<ArrayBuffer>>, 200, HEADERS);
}
