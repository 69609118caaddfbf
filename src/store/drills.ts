// Drill sources, and forgetting what they did: in one transaction, as if the drill had never been.
// Never touches evidence of any other source; `evidence.seq` keeps the gaps and is never reused.

import type { Kysely, Selectable, Transaction } from "kysely";
import { sql } from "kysely";
import type { Database, DrillTable } from "./schema.ts";

/** Names the sources of a drill, before it starts. `startedAt` is Unix ms. */
export async function insertDrillSources(
  db: Kysely<Database>,
  drill: { readonly run: string; readonly ips: readonly string[]; readonly startedAt: number },
): Promise<void> {
  if (drill.ips.length === 0) return;
  const rows = drill.ips.map((ip) => ({ ip, run: drill.run, started_at: drill.startedAt }));
  const update = { run: drill.run, started_at: drill.startedAt };
  await db
    .insertInto("drill")
    .values(rows)
    .onConflict((conflict) => conflict.column("ip").doUpdateSet(update))
    .execute();
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

/** Notes the secrets that drills used, before their credentials go. */
async function noteSecrets(trx: Transaction<Database>): Promise<void> {
  await sql`CREATE TEMP TABLE IF NOT EXISTS touched (secret_sha256 TEXT PRIMARY KEY)`.execute(trx);
  await sql`DELETE FROM touched`.execute(trx);
  await sql`INSERT INTO touched SELECT DISTINCT secret_sha256 FROM credential
    WHERE attacker_ip IN (SELECT ip FROM drill)`.execute(trx);
}

function distinctOf(column: "decky" | "service" | "attacker_ip") {
  return sql`(SELECT json_group_array(name) FROM (SELECT ${sql.ref(column)} AS name FROM credential c
    WHERE c.secret_sha256 = credential_reuse.secret_sha256 GROUP BY name ORDER BY min(seq) LIMIT 64))`;
}

/** A secret that nobody else used goes; one that somebody did is summed up again without the drill. */
async function sumUpSecrets(trx: Transaction<Database>): Promise<void> {
  await sql`DELETE FROM credential_reuse WHERE secret_sha256 IN touched AND NOT EXISTS
    (SELECT 1 FROM credential c WHERE c.secret_sha256 = credential_reuse.secret_sha256)`.execute(trx);
  await sql`UPDATE credential_reuse SET
      (first_seen, last_seen, attempts) = (SELECT min(ts), max(ts), count(*) FROM credential c
        WHERE c.secret_sha256 = credential_reuse.secret_sha256),
      deckies = ${distinctOf("decky")}, services = ${distinctOf("service")}, attackers = ${distinctOf("attacker_ip")}
    WHERE secret_sha256 IN touched`.execute(trx);
  await sql`UPDATE credential_reuse SET reused = json_array_length(deckies) > 1 OR json_array_length(attackers) > 1
    WHERE secret_sha256 IN touched`.execute(trx);
  await sql`DELETE FROM touched`.execute(trx);
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
    await noteSecrets(trx);
    const forgotten = await removeRows(trx);
    await sumUpSecrets(trx);
    await trx.deleteFrom("activity").where("drill", "=", 1).execute();
    return forgotten;
  });
}
