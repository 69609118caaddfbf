// Sums secrets up again from their credentials, where those were removed or turned out to be a drill's.
// Touches no secret but those that were noted; the others are the correlator's.

import type { Transaction } from "kysely";
import { sql } from "kysely";
import type { Database } from "./schema.ts";

/** Notes the reused secrets of these sources, before their credentials change. */
export async function noteSecrets(
  trx: Transaction<Database>,
  ips: readonly string[] | "drills",
): Promise<void> {
  const sources =
    ips === "drills"
      ? sql`(SELECT ip FROM drill)`
      : sql`(SELECT value FROM json_each(${JSON.stringify(ips)}))`;
  await sql`CREATE TEMP TABLE IF NOT EXISTS touched (secret_sha256 TEXT PRIMARY KEY)`.execute(trx);
  await sql`DELETE FROM touched`.execute(trx);
  await sql`INSERT INTO touched SELECT DISTINCT secret_sha256 FROM credential_reuse WHERE secret_sha256 IN
    (SELECT secret_sha256 FROM credential WHERE attacker_ip IN ${sources})`.execute(trx);
}

function distinctOf(column: "decky" | "service" | "attacker_ip") {
  return sql`(SELECT json_group_array(name) FROM (SELECT ${sql.ref(column)} AS name FROM credential d
    WHERE d.secret_sha256 = c.secret_sha256 AND d.drill = c.drill GROUP BY name ORDER BY min(seq) LIMIT 64))`;
}

/** Makes the rows of the noted secrets anew. What was announced of a secret is not announced again while it is so. */
export async function sumUpSecrets(trx: Transaction<Database>): Promise<void> {
  await sql`INSERT INTO credential_reuse
    SELECT c.secret_sha256, c.drill, min(c.ts), max(c.ts), count(*), ${distinctOf("decky")}, ${distinctOf("service")},
      ${distinctOf("attacker_ip")}, 0,
      (SELECT max(announced) FROM credential_reuse r WHERE r.secret_sha256 = c.secret_sha256)
    FROM credential c WHERE c.secret_sha256 IN touched GROUP BY c.secret_sha256, c.drill
    ON CONFLICT (secret_sha256, drill) DO UPDATE SET first_seen = excluded.first_seen,
      last_seen = excluded.last_seen, attempts = excluded.attempts, deckies = excluded.deckies,
      services = excluded.services, attackers = excluded.attackers`.execute(trx);
  await sql`DELETE FROM credential_reuse WHERE secret_sha256 IN touched AND NOT EXISTS (SELECT 1 FROM credential c
    WHERE c.secret_sha256 = credential_reuse.secret_sha256 AND c.drill = credential_reuse.drill)`.execute(
    trx,
  );
  await sql`UPDATE credential_reuse SET reused = json_array_length(deckies) > 1 OR json_array_length(attackers) > 1
    WHERE secret_sha256 IN touched`.execute(trx);
  await sql`UPDATE credential_reuse SET announced = 0 WHERE reused = 0 AND secret_sha256 IN touched`.execute(
    trx,
  );
  await sql`DELETE FROM touched`.execute(trx);
}
