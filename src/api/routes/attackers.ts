// Routes under /attackers: the sources that touched a decky, and everything about one.

import { createRoute, z } from "@hono/zod-openapi";
import type { Kysely } from "kysely";
import { DecnetError } from "../../contract/errors.ts";
import type { EvidenceKind } from "../../contract/evidence.ts";
import { attackerSorts, getAttacker, listAttackers } from "../../store/attackers.ts";
import { listCredentials } from "../../store/credentials.ts";
import { listEvidence } from "../../store/evidence.ts";
import type { Database } from "../../store/schema.ts";
import { listSessions } from "../../store/sessions.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { type ApiRouter, answers, flag, nameFilter, paging } from "../router.ts";
import { toAttacker, toCredential, toFinding, toSession } from "../rows.ts";
import { attackerDetailSchema, attackerSchema, pageOf } from "../schemas.ts";
import type { AttackerDetail } from "../types.ts";

const DETAIL_ROWS = 200;

async function findings<K extends EvidenceKind>(db: Kysely<Database>, attacker: string, kind: K) {
  const page = await listEvidence(db, { attacker, kind, order: "desc", limit: DETAIL_ROWS });
  return page.rows.map((row) => toFinding(kind, row)).filter((finding) => finding !== undefined);
}

async function readDetail(db: Kysely<Database>, ip: string): Promise<AttackerDetail | undefined> {
  const row = await getAttacker(db, ip);
  if (!row) return undefined;
  const sessions = await listSessions(db, { attacker: ip, limit: DETAIL_ROWS });
  const credentials = await listCredentials(db, { attacker: ip, limit: DETAIL_ROWS });
  const commands = await findings(db, ip, "command.executed");
  const files = await findings(db, ip, "file.uploaded");
  const fingerprints = await findings(db, ip, "client.fingerprinted");
  const clients = await findings(db, ip, "client.identified");
  return {
    ...toAttacker(row),
    sessions: sessions.rows.map(toSession),
    credentials: credentials.rows.map(toCredential),
    commands: commands.map(({ where, data: { status, ...rest } }) => ({
      ...where,
      ...rest,
      ...defined({ status }),
    })),
    files: files.map(({ where, data }) => ({ ...where, ...data })),
    fingerprints: fingerprints.map(({ where, data }) => ({ ...where, ...data })),
    clients: clients.map(({ where, data }) => ({ ...where, ...data })),
  };
}

/** Adds the routes. */
export function addAttackerRoutes(router: ApiRouter, { auth, db }: ApiDeps): void {
  const query = z.object({
    ...paging,
    sort: z.enum(attackerSorts).default("last_seen").openapi({ description: "highest first" }),
    q: z
      .string()
      .max(200)
      .optional()
      .openapi({ description: "in the address and the names of deckies and services" }),
    decky: nameFilter.optional(),
    service: nameFilter.optional(),
    drill: flag.optional().openapi({ description: "only drills, or none; both when absent" }),
  });
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Attackers"],
    method: "get",
    path: "/attackers",
    summary: "Sources that touched a decky",
    request: { query },
    responses: answers(pageOf(attackerSchema), "A page of attackers"),
  });
  router.openapi(list, async (c) => {
    const { limit, sort, ...rest } = c.req.valid("query");
    const page = await listAttackers(db, { limit, sort, ...defined(rest) });
    return c.json({ data: page.rows.map(toAttacker), next: page.next }, 200);
  });

  const detail = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Attackers"],
    method: "get",
    path: "/attackers/{id}",
    summary: "Everything about one source",
    request: { params: z.object({ id: z.string().max(64).openapi({ example: "203.0.113.7" }) }) },
    responses: answers(attackerDetailSchema, "The attacker"),
  });
  router.openapi(detail, async (c) => {
    const found = await readDetail(db, c.req.valid("param").id);
    if (!found) throw new DecnetError("not_found", "no such attacker");
    return c.json(found, 200);
  });
}
