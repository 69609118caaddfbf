// Drill sources, and forgetting what they did: in one transaction, as if the drill had never been.
// Never touches evidence of any other source; `evidence.seq` keeps the gaps and is never reused.

import type { Kysely, Selectable, Transaction } from "kysely";
import { sql } from "kysely";
import { markDrills } from "./drill-marks.ts";
import { noteSecrets, sumUpSecrets } from "./reuse-sums.ts";
import type { Database, DrillTable } from "./schema.ts";

/** Names the sources of a drill, before it starts; what they had done already is marked as well. `startedAt` is Unix ms. */
export async function insertDrillSources(
  db: Kysely<Database>,
  drill: { readonly run: string; readonly ips: readonly string[]; readonly startedAt: number },
): Promise<void> {
  if (drill.ips.length === 0) return;
  const rows = drill.ips.map((ip) => ({ ip, run: drill.run, started_at: drill.startedAt }));
  const update = { run: drill.run, started_at: drill.startedAt };
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("drill")
      .values(rows)
      .onConflict((conflict) => conflict.column("ip").doUpdateSet(update))
      .execute();
    await markDrills(trx, drill.ips);
  });
}

/** True in a query on rows whose source address is `column`. */
export function isDrillSource(column: string) {
  return sql<number>`${sql.ref(column)} IN (SELECT ip FROM drill)`;
}

/** Drill sources, newest first, at most 1,000. */
export async function listDrillSources(db: Kysely<Database>): Promise<readonly Selectable<DrillTable>[]> {
  return db.selectFrom("drill").selectAll().orderBy("started_at", "desc").orderBy("ip").limit(1000).execute();
}

/** How many rows were removed. */
export interface Forgotten {
  readonly evidence: number;
  readonly attackers: number;
  readonly sessions: number;
  readonly credentials: number;
}

async function removeRows(trx: Transaction<Database>): Promise<Forgotten> {
  const drills = sql`(SELECT ip FROM drill)`;
  const evidence = await trx
    .deleteFrom("evidence")
    .where(sql<boolean>`src_ip IN ${drills}`)
    .executeTakeFirst();
  const attackers = await trx.deleteFrom("attacker").where(sql<boolean>`ip IN ${drills}`).executeTakeFirst();
  const sessions = await trx
    .deleteFrom("session")
    .where(sql<boolean>`attacker_ip IN ${drills}`)
    .executeTakeFirst();
  const credentials = await trx
    .deleteFrom("credential")
    .where(sql<boolean>`attacker_ip IN ${drills}`)
    .executeTakeFirst();
  return {
    evidence: Number(evidence.numDeletedRows),
    attackers: Number(attackers.numDeletedRows),
    sessions: Number(sessions.numDeletedRows),
    credentials: Number(credentials.numDeletedRows),
  };
}

/**
 * Removes everything that drill sources did. The sources stay listed, so that what a drill sent and the spool still
 * holds is marked as a drill's when it arrives.
 */
export async function forgetDrills(db: Kysely<Database>): Promise<Forgotten> {
  return db.transaction().execute(async (trx) => {
    await noteSecrets(trx, "drills");
    const forgotten = await removeRows(trx);
    await sumUpSecrets(trx);
    await trx.deleteFrom("activity").where("drill", "=", 1).execute();
    return forgotten;
  });
}
