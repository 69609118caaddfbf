// What is read of topologies besides the rows themselves: counts, the queue of one, and whose a decky's name is.
// Parses no definition: SQLite looks into the JSON.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Database } from "./schema.ts";
import type { MutationRow, TopologyRow } from "./topologies.ts";

/** A topology without its definition, and what there is of it. */
export interface TopologySummary extends Omit<TopologyRow, "definition"> {
  readonly lans: number;
  readonly deckies: number;
  /** Deckies that were given addresses. */
  readonly machines: number;
  /** Of these, those that serve. */
  readonly serving: number;
  /** Changes that wait or are under way. */
  readonly waiting: number;
}

/** Which topologies. */
export interface SummaryFilter {
  /** Id or name. */
  readonly id?: string;
  /** Only the one that this decky is defined in. */
  readonly decky?: string;
}

const machinesOf = sql<number>`(SELECT count(*) FROM machine m WHERE m.topology_id = topology.id)`;
const servingOf = sql<number>`(SELECT count(*) FROM machine m JOIN decky d ON d.name = m.decky
  WHERE m.topology_id = topology.id AND d.state = 'running')`;
const waitingOf = sql<number>`(SELECT count(*) FROM topology_mutation q
  WHERE q.topology_id = topology.id AND q.status IN ('pending', 'applying'))`;

/** Topologies by name. */
export function listSummaries(
  db: Kysely<Database>,
  filter: SummaryFilter = {},
): Promise<readonly TopologySummary[]> {
  let query = db
    .selectFrom("topology")
    .select(["id", "name", "status", "reason", "version", "created_at", "changed_at"])
    .select([
      sql<number>`json_array_length(definition, '$.lans')`.as("lans"),
      sql<number>`json_array_length(definition, '$.deckies')`.as("deckies"),
      machinesOf.as("machines"),
      servingOf.as("serving"),
      waitingOf.as("waiting"),
    ]);
  const { id } = filter;
  if (id !== undefined) query = query.where((eb) => eb.or([eb("id", "=", id), eb("name", "=", id)]));
  if (filter.decky !== undefined)
    query = query.where(
      sql<boolean>`EXISTS (SELECT 1 FROM json_each(definition, '$.deckies') d
        WHERE json_extract(d.value, '$.name') = ${filter.decky})`,
    );
  return query.orderBy("name").execute();
}

/** A decky's name and the topology that has it; null for one that this host shows on its own addresses. */
export interface NameOwner {
  readonly decky: string;
  readonly topology: string | null;
}

/**
 * Which of these deckies' names are taken: by another topology than `except`, in its definition or in a change that
 * waits, or by a decky without a MAC of its own, which is one of the host driver.
 */
export async function findNameOwners(
  db: Kysely<Database>,
  names: readonly string[],
  except = "",
): Promise<readonly NameOwner[]> {
  const wanted = JSON.stringify(names);
  const { rows } = await sql<NameOwner>`
    SELECT json_extract(d.value, '$.name') AS decky, t.name AS topology
      FROM topology t, json_each(t.definition, '$.deckies') d
      WHERE t.id <> ${except} AND json_extract(d.value, '$.name') IN (SELECT value FROM json_each(${wanted}))
    UNION
    SELECT json_extract(q.mutation, '$.decky.name') AS decky, t.name AS topology
      FROM topology_mutation q JOIN topology t ON t.id = q.topology_id
      WHERE t.id <> ${except} AND q.status IN ('pending', 'applying')
        AND json_extract(q.mutation, '$.op') = 'add_decky'
        AND json_extract(q.mutation, '$.decky.name') IN (SELECT value FROM json_each(${wanted}))
    UNION
    SELECT name AS decky, NULL AS topology FROM decky
      WHERE mac IS NULL AND name IN (SELECT value FROM json_each(${wanted}))
    ORDER BY decky LIMIT 2000`.execute(db);
  return rows;
}

/** Changes of a topology that wait or are under way, in the order in which they will be taken. */
export function listWaiting(db: Kysely<Database>, topologyId: string): Promise<readonly MutationRow[]> {
  return db
    .selectFrom("topology_mutation")
    .selectAll()
    .where("topology_id", "=", topologyId)
    .where("status", "in", ["pending", "applying"])
    .orderBy("id")
    .execute();
}

/** One change of a topology. */
export function findMutation(
  db: Kysely<Database>,
  topologyId: string,
  id: string,
): Promise<MutationRow | undefined> {
  return db
    .selectFrom("topology_mutation")
    .selectAll()
    .where("topology_id", "=", topologyId)
    .where("id", "=", id)
    .executeTakeFirst();
}
