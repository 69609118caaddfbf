// Marks as a drill's what sources had done before they were named, so that a mark is in every row or in none.
// Looks only at sources that were not known as drills; what they do from now on is the correlator's to mark.

import type { Transaction } from "kysely";
import { sql } from "kysely";
import { ownKinds } from "../contract/evidence.ts";
import { CORRELATOR_CURSOR } from "./derived.ts";
import { noteSecrets, sumUpSecrets } from "./reuse-sums.ts";
import type { ActivityTable, Database } from "./schema.ts";
import { SLOT_MS } from "./stats.ts";

const columns = ["evidence", "sessions", "credentials", "commands", "files"] as const;

/** What these sources added to the figures, by slot and service. */
async function activityOf(trx: Transaction<Database>, ips: string): Promise<readonly ActivityTable[]> {
  const sources = sql`(SELECT value FROM json_each(${ips}))`;
  const { rows } = await sql<ActivityTable>`WITH part AS (
    SELECT ts / ${SLOT_MS} AS slot, service, count(*) AS evidence, 0 AS sessions, 0 AS credentials,
        sum(kind = 'command.executed') AS commands, sum(kind = 'file.uploaded') AS files
      FROM evidence WHERE src_ip IN ${sources} AND kind NOT IN (SELECT value FROM json_each(${JSON.stringify(ownKinds)}))
        AND seq <= coalesce((SELECT seq FROM cursor WHERE worker = ${CORRELATOR_CURSOR}), 0) GROUP BY 1, 2
    UNION ALL SELECT ts / ${SLOT_MS}, service, 0, 0, count(*), 0, 0
      FROM credential WHERE attacker_ip IN ${sources} GROUP BY 1, 2
    UNION ALL SELECT e.ts / ${SLOT_MS}, e.service, 0, count(*), 0, 0, 0
      FROM session s JOIN evidence e ON e.seq = s.first_seq WHERE s.attacker_ip IN ${sources} GROUP BY 1, 2)
    SELECT slot, service, 1 AS drill, sum(evidence) AS evidence, sum(sessions) AS sessions,
      sum(credentials) AS credentials, sum(commands) AS commands, sum(files) AS files
    FROM part GROUP BY slot, service`.execute(trx);
  return rows;
}

async function moveActivity(trx: Transaction<Database>, rows: readonly ActivityTable[]): Promise<void> {
  for (const row of rows) {
    await trx
      .updateTable("activity")
      .set((eb) => Object.fromEntries(columns.map((name) => [name, eb(name, "-", row[name])])))
      .where("slot", "=", row.slot)
      .where("service", "=", row.service)
      .where("drill", "=", 0)
      .execute();
    await trx
      .insertInto("activity")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(["slot", "service", "drill"])
          .doUpdateSet((eb) =>
            Object.fromEntries(columns.map((name) => [name, eb(`activity.${name}`, "+", row[name])])),
          ),
      )
      .execute();
  }
  await trx.deleteFrom("activity").where("drill", "=", 0).where("evidence", "<=", 0).execute();
}

/** Marks what those of `ips` did that acted before. */
export async function markDrills(trx: Transaction<Database>, ips: readonly string[]): Promise<void> {
  const acted = await trx
    .selectFrom("attacker")
    .select("ip")
    .where("drill", "=", 0)
    .where(sql<boolean>`ip IN (SELECT value FROM json_each(${JSON.stringify(ips)}))`)
    .execute();
  if (acted.length === 0) return;
  const late = acted.map((row) => row.ip);
  await noteSecrets(trx, late);
  await moveActivity(trx, await activityOf(trx, JSON.stringify(late)));
  for (const ip of late) {
    await trx.updateTable("attacker").set({ drill: 1 }).where("ip", "=", ip).execute();
    await trx.updateTable("session").set({ drill: 1 }).where("attacker_ip", "=", ip).execute();
    await trx.updateTable("credential").set({ drill: 1 }).where("attacker_ip", "=", ip).execute();
  }
  await sumUpSecrets(trx);
}
