// Sessions as they are read: conversations, newest first, and the evidence of one in order.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { EvidencePage } from "./evidence.ts";
import { listEvidence } from "./evidence.ts";
import type { Page } from "./paging.ts";
import { clampLimit, parseCursor, toPage } from "./paging.ts";
import type { Database, SessionTable } from "./schema.ts";

/** A session. */
export interface SessionRow extends Omit<SessionTable, "logged_in" | "drill" | "announced" | "first_seq"> {
  readonly logged_in: boolean;
  readonly drill: boolean;
}

/** What to list. Times are Unix ms of the start. */
export interface SessionFilter {
  readonly attacker?: string;
  readonly decky?: string;
  readonly service?: string;
  readonly since?: number;
  /** Only those where somebody was let in. */
  readonly loggedIn?: boolean;
  /** Only those that go on. */
  readonly open?: boolean;
  readonly drill?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

function toSessionRow(row: SessionTable): SessionRow {
  const { announced: _announced, first_seq: _firstSeq, ...rest } = row;
  return { ...rest, logged_in: row.logged_in === 1, drill: row.drill === 1 };
}

/** Lists sessions, newest first. */
export async function listSessions(db: Kysely<Database>, filter: SessionFilter): Promise<Page<SessionRow>> {
  const limit = clampLimit(filter.limit);
  let query = db.selectFrom("session").selectAll();
  if (filter.attacker !== undefined) query = query.where("attacker_ip", "=", filter.attacker);
  if (filter.decky !== undefined) query = query.where("decky", "=", filter.decky);
  if (filter.service !== undefined) query = query.where("service", "=", filter.service);
  if (filter.since !== undefined) query = query.where("started_at", ">=", filter.since);
  if (filter.loggedIn !== undefined) query = query.where("logged_in", "=", filter.loggedIn ? 1 : 0);
  if (filter.open !== undefined) query = query.where("ended_at", filter.open ? "is" : "is not", null);
  if (filter.drill !== undefined) query = query.where("drill", "=", filter.drill ? 1 : 0);
  if (filter.cursor !== undefined) {
    const after = parseCursor(filter.cursor);
    query = query.where(sql<boolean>`(started_at, id) < (${after.value}, ${after.id})`);
  }
  const rows = await query
    .orderBy("started_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toSessionRow), limit, (row) => ({ value: row.started_at, id: row.id }));
}

/** One session by id. */
export async function getSession(db: Kysely<Database>, id: string): Promise<SessionRow | undefined> {
  const row = await db.selectFrom("session").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toSessionRow(row);
}

/** The transcript of a session: its evidence in the order in which it was stored. */
export function listSessionEvidence(
  db: Kysely<Database>,
  id: string,
  page: { readonly since?: number; readonly limit: number },
): Promise<EvidencePage> {
  return listEvidence(db, { ...page, session: id, order: "asc" });
}
