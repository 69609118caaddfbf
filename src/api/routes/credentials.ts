// Routes under /credentials: what was tried at logins, and secrets seen in more than one place.

import { createRoute, z } from "@hono/zod-openapi";
import { listCredentialReuse, listCredentials } from "../../store/credentials.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { readSecret } from "../reads.ts";
import { type ApiRouter, answers, flag, nameFilter, paging } from "../router.ts";
import { toCredential, toReuse } from "../rows.ts";
import { credentialReuseSchema, credentialSchema, pageOf, sha256Param } from "../schemas.ts";

/** Adds the routes. */
export function addCredentialRoutes(router: ApiRouter, { auth, db }: ApiDeps): void {
  const query = z.object({
    ...paging,
    attacker: nameFilter.optional(),
    decky: nameFilter.optional(),
    service: nameFilter.optional(),
    session: nameFilter.optional(),
    secret_sha256: sha256Param.optional(),
    accepted: flag.optional(),
    drill: flag.optional(),
  });
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Credentials"],
    method: "get",
    path: "/credentials",
    summary: "Login attempts, newest first",
    request: { query },
    responses: answers(pageOf(credentialSchema), "A page of attempts"),
  });
  router.openapi(list, async (c) => {
    const { limit, secret_sha256, ...rest } = c.req.valid("query");
    const page = await listCredentials(db, { limit, ...defined({ ...rest, secretSha256: secret_sha256 }) });
    return c.json({ data: page.rows.map(toCredential), next: page.next }, 200);
  });

  const reuse = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Credentials"],
    method: "get",
    path: "/credentials/reuse",
    summary: "Secrets seen on more than one decky or from more than one source",
    request: { query: z.object({ ...paging, drill: flag.optional() }) },
    responses: answers(pageOf(credentialReuseSchema), "A page of secrets, last seen first"),
  });
  router.openapi(reuse, async (c) => {
    const { limit, ...rest } = c.req.valid("query");
    const page = await listCredentialReuse(db, { limit, ...defined(rest) });
    const data = await Promise.all(
      page.rows.map(async (row) => toReuse(row, await readSecret(db, row.secret_sha256))),
    );
    return c.json({ data, next: page.next }, 200);
  });
}
