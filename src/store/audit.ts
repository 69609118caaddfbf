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

/** Which entries. */
export interface AuditQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly username?: string;
  /** An action (`worker.stop`), or what several begin with (`worker`). */
  readonly action?: string;
}

/** Lists entries, newest first. */
export async function listAudit(
  db: Kysely<Database>,
  page: AuditQuery,
): Promise<Page<Selectable<AuditTable>>> {
  const limit = clampLimit(page.limit);
  let query = db.selectFrom("audit").selectAll();
  const { action, username } = page;
  if (username !== undefined) query = query.where("username", "=", username);
  if (action !== undefined) {
    // From `worker.` to below `worker/`, which is the next character: what begins so, without a pattern.
    query = query.where(({ eb, and, or }) =>
      or([
        eb("action", "=", action),
        and([eb("action", ">=", `${action}.`), eb("action", "<", `${action}/`)]),
      ]),
    );
  }
  if (page.cursor !== undefined) query = query.where("id", "<", parseCursor(page.cursor).value);
  const rows = await query
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows, limit, (row) => ({ value: row.id, id: "" }));
}
