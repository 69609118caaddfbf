// Routes under /sessions: conversations, what was said in one, and its terminal recording.

import { createRoute, z } from "@hono/zod-openapi";
import type { Kysely } from "kysely";
import { DecnetError } from "../../contract/errors.ts";
import type { EvidenceRow } from "../../store/evidence.ts";
import type { Database } from "../../store/schema.ts";
import { getSession, listSessionEvidence, listSessions } from "../../store/sessions.ts";
import type { ApiDeps } from "../deps.ts";
import { download } from "../download.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { type ApiRouter, answers, answersBytes, flag, nameFilter, paging } from "../router.ts";
import { ANSWER_BYTES, toEvidence, toSession, withinBytes } from "../rows.ts";
import { pageOf, sessionDetailSchema, sessionSchema, ulidParam } from "../schemas.ts";

const PAGE = 500;
const TRANSCRIPT_ROWS = 5000;

/** A session's evidence in order, within the bounds of one answer. */
async function readTranscript(db: Kysely<Database>, id: string) {
  const rows: EvidenceRow[] = [];
  let bytes = 0;
  for (let since = 0; ; ) {
    const page = await listSessionEvidence(db, id, { since, limit: PAGE });
    const fitting = withinBytes(page.rows, ANSWER_BYTES - bytes);
    rows.push(...fitting);
    bytes += fitting.reduce((sum, row) => sum + JSON.stringify(row.data).length, 0);
    if (page.next === null && fitting.length === page.rows.length) return { rows, complete: true };
    if (page.next === null || bytes >= ANSWER_BYTES || fitting.length < page.rows.length)
      return { rows, complete: false };
    if (rows.length >= TRANSCRIPT_ROWS) return { rows, complete: false };
    since = page.next;
  }
}

function addList(router: ApiRouter, { auth, db }: ApiDeps): void {
  const query = z.object({
    ...paging,
    attacker: nameFilter.optional(),
    decky: nameFilter.optional(),
    service: nameFilter.optional(),
    logged_in: flag.optional().openapi({ description: "somebody was let in" }),
    open: flag.optional().openapi({ description: "still going on" }),
    drill: flag.optional(),
  });
  const list = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Sessions"],
    method: "get",
    path: "/sessions",
    summary: "Conversations, newest first",
    request: { query },
    responses: answers(pageOf(sessionSchema), "A page of sessions"),
  });
  router.openapi(list, async (c) => {
    const { limit, logged_in, ...rest } = c.req.valid("query");
    const page = await listSessions(db, { limit, ...defined({ ...rest, loggedIn: logged_in }) });
    return c.json({ data: page.rows.map(toSession), next: page.next }, 200);
  });
}

/** Adds the routes. */
export function addSessionRoutes(router: ApiRouter, deps: ApiDeps): void {
  const { auth, db, blobs } = deps;
  const params = z.object({ id: ulidParam });
  addList(router, deps);

  const detail = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Sessions"],
    method: "get",
    path: "/sessions/{id}",
    summary: "One conversation and all that was said in it",
    description: "Of a very long one the beginning; the rest is at /evidence?session=&since=.",
    request: { params },
    responses: answers(sessionDetailSchema, "The session"),
  });
  router.openapi(detail, async (c) => {
    const { id } = c.req.valid("param");
    const row = await getSession(db, id);
    if (!row) throw new DecnetError("not_found", "no such session");
    const { rows, complete } = await readTranscript(db, id);
    return c.json(
      { ...toSession(row), transcript: rows.map(toEvidence), transcript_complete: complete },
      200,
    );
  });

  const recording = createRoute({
    ...openTo(auth, "viewer"),
    tags: ["Sessions"],
    method: "get",
    path: "/sessions/{id}/recording",
    summary: "The terminal of a conversation, as asciicast v2",
    request: { params },
    responses: answersBytes("application/x-asciicast", "The recording"),
  });
  router.openapi(recording, async (c) => {
    const { id } = c.req.valid("param");
    const sha256 = (await getSession(db, id))?.recording_sha256;
    const blob = sha256 ? await blobs.find(sha256) : undefined;
    if (!blob) throw new DecnetError("not_found", "this session has no recording");
    return download(c, blob, { type: "application/x-asciicast", name: `${id}.cast` });
  });
}
