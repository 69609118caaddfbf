// GET /audit: who did what to the install.

import { createRoute, z } from "@hono/zod-openapi";
import { listAudit } from "../../store/audit.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { type ApiRouter, answers, paging } from "../router.ts";
import { auditSchema, pageOf } from "../schemas.ts";

/** Adds the route. */
export function addAuditRoutes(router: ApiRouter, { auth, db }: ApiDeps): void {
  const list = createRoute({
    ...openTo(auth, "admin"),
    tags: ["Install"],
    method: "get",
    path: "/audit",
    summary: "Who did what, newest first",
    request: {
      query: z.object({
        ...paging,
        username: z.string().min(1).max(64).optional(),
        action: z
          .string()
          .regex(/^[a-z][a-z.-]{0,63}$/)
          .optional()
          .openapi({ description: "an action, or what several begin with: `worker`", example: "worker" }),
      }),
    },
    responses: answers(pageOf(auditSchema), "A page of entries"),
  });
  router.openapi(list, async (c) => {
    const { limit, ...rest } = c.req.valid("query");
    const page = await listAudit(db, { limit, ...defined(rest) });
    return c.json({ data: [...page.rows], next: page.next }, 200);
  });
}
