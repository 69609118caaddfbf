// GET /blobs/{sha256}: a captured file as it was captured. Live malware: admins only, as an attachment.

import { createRoute, z } from "@hono/zod-openapi";
import { DecnetError } from "../../contract/errors.ts";
import { insertAudit } from "../../store/audit.ts";
import type { ApiDeps } from "../deps.ts";
import { download } from "../download.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answersBytes } from "../router.ts";
import { sha256Param } from "../schemas.ts";

/** Adds the route. */
export function addBlobRoutes(router: ApiRouter, { auth, blobs, db, clock }: ApiDeps): void {
  const get = createRoute({
    ...openTo(auth, "admin"),
    tags: ["Evidence"],
    method: "get",
    path: "/blobs/{sha256}",
    summary: "A captured file",
    description: "The bytes are what an intruder sent. Treat them as hostile.",
    request: { params: z.object({ sha256: sha256Param }) },
    responses: answersBytes("application/octet-stream", "The bytes"),
  });
  router.openapi(get, async (c) => {
    const { sha256 } = c.req.valid("param");
    const blob = await blobs.find(sha256);
    if (!blob) throw new DecnetError("not_found", "no such file");
    const { username } = c.get("principal");
    await insertAudit(db, { ts: clock.now(), username, action: "blob.read", target: sha256, detail: "" });
    return download(c, blob, { type: "application/octet-stream", name: `${sha256}.bin` });
  });
}
