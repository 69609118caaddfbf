// Who did what to the install: written once, never changed.

import type { Insertable, Kysely, Selectable } from "kysely";
import type { Page } from "./paging.ts";
import { clampLimit, parseCursor, toPage } from "./paging.ts";
import type { AuditTable, Database } from "./schema.ts";

/** Adds an entry. `detail` must hold no secret. */
export async function insertAudit(
  db: Kysely<Database>,
  entry: Omit<Insertable<AuditTable>, "id">,
): Promise<void> {
  await db.insertInto("audit").values(entry).execute();
}

/** Lists entries, newest first. */
export async function listAudit(
  db: Kysely<Database>,
  page: { readonly limit: number; readonly cursor?: string; readonly username?: string },
): Promise<Page<Selectable<AuditTable>>> {
  const limit = clampLimit(page.limit);
  let query = db.selectFrom("audit").selectAll();
  if (page.username !== undefined) query = query.where("username", "=", page.username);
  if (page.cursor !== undefined) query = query.where("id", "<", parseCursor(page.cursor).value);
  const rows = await query
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows, limit, (row) => ({ value: row.id, id: "" }));
}
