// Everything that the correlator derives, as one thing: what emptying it means.

import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** The correlator's cursor, and how far evidence was announced before derived rows were emptied. */
export const CORRELATOR_CURSOR = "correlator";
export const ANNOUNCED_CURSOR = "correlator.announced";

/**
 * Empties the derived rows and the cursor, so that the correlator makes them again from evidence. What it had taken
 * into account before is not announced a second time.
 */
export async function resetDerived(db: Kysely<Database>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const cursor = await trx
      .selectFrom("cursor")
      .select("seq")
      .where("worker", "=", CORRELATOR_CURSOR)
      .executeTakeFirst();
    const row = { worker: ANNOUNCED_CURSOR, seq: cursor?.seq ?? 0 };
    await trx
      .insertInto("cursor")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .column("worker")
          .doUpdateSet((eb) => ({ seq: eb.fn("max", ["cursor.seq", "excluded.seq"]) })),
      )
      .execute();
    await trx.deleteFrom("cursor").where("worker", "=", CORRELATOR_CURSOR).execute();
    for (const table of [
      "attacker",
      "session",
      "credential",
      "credential_reuse",
      "decky",
      "activity",
    ] as const) {
      await trx.deleteFrom(table).execute();
    }
  });
}
