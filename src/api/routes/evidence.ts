// GET /evidence: every record, in order of its seq, by a cursor that neither repeats nor skips.

import { createRoute, z } from "@hono/zod-openapi";
import { isEvidenceKind } from "../../contract/evidence.ts";
import { listEvidence } from "../../store/evidence.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { type ApiRouter, answers, flag, nameFilter, paging, whole } from "../router.ts";
import { toEvidence, withinBytes } from "../rows.ts";
import { evidenceSchema, pageOf } from "../schemas.ts";

const seq = whole(0, Number.MAX_SAFE_INTEGER);

/** Adds the route. */
export function addEvidenceRoutes(router: ApiRouter, { auth, db }: ApiDeps): void {
  const query = z.object({
    limit: paging.limit,
    since: seq.optional().openapi({
      description: "only records after this seq; makes the order ascending unless told otherwise",
    }),
    before: seq.optional().openapi({ description: "only records before this seq" }),
    order: z.enum(["asc", "desc"]).optional(),
    kind: z.string().refine(isEvidenceKind, "not a kind of evidence").optional(),
    attacker: nameFilter.optional(),
    decky: nameFilter.optional(),
    service: nameFilter.optional(),
    session: nameFilter.optional(),
    drill: flag.optional(),
    q: z.string().max(200).optional().openapi({ description: "text anywhere in the record's data" }),
  });
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Evidence"],
    method: "get",
    path: "/evidence",
    summary: "Evidence, newest first; oldest first with `since`",
    description:
      "`next` is a seq: give it back as `since` when ascending, as `before` when descending. A page may be short and still have a `next`.",
    request: { query },
    responses: answers(pageOf(evidenceSchema), "A page of evidence"),
  });
  router.openapi(list, async (c) => {
    const { limit, order: asked, ...rest } = c.req.valid("query");
    const order = asked ?? (rest.since === undefined ? "desc" : "asc");
    const page = await listEvidence(db, { limit, order, ...defined(rest) });
    const rows = withinBytes(page.rows);
    const next = rows.length < page.rows.length ? rows.at(-1)?.seq : page.next;
    return c.json({ data: rows.map(toEvidence), next: next == null ? null : String(next) }, 200);
  });
}
