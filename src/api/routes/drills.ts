// Routes under /drills: which sources are a drill, and forgetting all that drills left behind.

import { createRoute, z } from "@hono/zod-openapi";
import type { Kysely } from "kysely";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import { createIdSource } from "../../contract/ids.ts";
import { insertAudit } from "../../store/audit.ts";
import { listDrillBlobs } from "../../store/drill-blobs.ts";
import { forgetDrills, insertDrillSources, listDrillSources } from "../../store/drills.ts";
import type { Database } from "../../store/schema.ts";
import type { ApiDeps, BlobSource } from "../deps.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answers, takes } from "../router.ts";
import { drillRegisteredSchema, drillRemovedSchema, drillRequestSchema, drillSchema } from "../schemas.ts";

/** An address as evidence writes it: IPv6 compressed, never IPv4-mapped. */
function canonicalIp(ip: string): string {
  if (!ip.includes(":")) return ip;
  const text = new URL(`http://[${ip}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (!mapped) return text;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Removes the files that drills alone left behind. Before the rows: after a failure the next try finds them again. */
async function removeFiles(db: Kysely<Database>, blobs: BlobSource): Promise<number> {
  let removed = 0;
  for (const { sha256, until } of await listDrillBlobs(db)) {
    try {
      if (await blobs.remove(sha256, until)) removed++;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      const why = `a captured file of the drill cannot be removed (${code}); nothing else was forgotten`;
      throw new DecnetError("unavailable", why, { cause: error });
    }
  }
  return removed;
}

/** Adds the routes. */
export function addDrillRoutes(router: ApiRouter, { auth, db, blobs, clock }: ApiDeps): void {
  const newId = createIdSource(clock);

  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Drills"],
    method: "get",
    path: "/drills",
    summary: "Sources that are a drill",
    responses: answers(z.object({ data: z.array(drillSchema) }), "At most 1,000, newest first"),
  });
  router.openapi(list, async (c) => c.json({ data: [...(await listDrillSources(db))] }, 200));

  const add = createRoute({
    ...openTo(auth, "admin"),
    tags: ["Drills"],
    method: "post",
    path: "/drills",
    summary: "Name the sources of a drill, before it starts",
    request: takes(drillRequestSchema),
    responses: answers(drillRegisteredSchema, "Registered"),
  });
  router.openapi(add, async (c) => {
    const { ips: asked, run = `drill-${newId()}` } = c.req.valid("json");
    const ips = [...new Set(asked.map(canonicalIp))];
    const now = clock.now();
    await insertDrillSources(db, { run, ips, startedAt: now });
    const { username } = c.get("principal");
    await insertAudit(db, {
      ts: now,
      username,
      action: "drill.add",
      target: run,
      detail: `${ips.length} sources`,
    });
    return c.json({ run, ips }, 200);
  });

  const forget = createRoute({
    ...openTo(auth, "admin"),
    tags: ["Drills"],
    method: "delete",
    path: "/drills",
    summary: "Forget everything that drills left behind",
    responses: answers(drillRemovedSchema, "How many rows and captured files are gone"),
  });
  router.openapi(forget, async (c) => {
    const gone = await removeFiles(db, blobs);
    const removed = { ...(await forgetDrills(db)), blobs: gone };
    const { username } = c.get("principal");
    await insertAudit(db, {
      ts: clock.now(),
      username,
      action: "drill.forget",
      target: "drills",
      detail: JSON.stringify(removed),
    });
    return c.json({ removed }, 200);
  });
}
