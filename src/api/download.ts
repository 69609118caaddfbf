// Captured bytes on their way to a disk: always an attachment, never something that a browser opens.

import type { Context } from "hono";
import type { ApiEnv } from "./env.ts";

/** The answer that holds `blob`. `name` is ours: an id or a hash and a suffix. */
export function download(
  c: Context<ApiEnv>,
  blob: Blob,
  file: { readonly type: string; readonly name: string },
): Response {
  const headers = {
    "Content-Type": file.type,
    "Content-Length": String(blob.size),
    "Content-Disposition": `attachment; filename="${file.name}"`,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
  };
  return c.body(blob.stream(), 200, headers);
}
