// Topologies and the queue of their changes. A status and a version change only from what the caller saw: two writers
// can't both have their way. Knows no kernel and sends nothing.

import type { Kysely, Selectable } from "kysely";
import { DecnetError } from "../contract/errors.ts";
import type { Page } from "./paging.ts";
import { clampLimit } from "./paging.ts";
import type { Database, MachineTable, TopologyMutationTable, TopologyTable } from "./schema.ts";

export type TopologyRow = Selectable<TopologyTable>;
export type MutationRow = Selectable<TopologyMutationTable>;
export type MachineRow = Selectable<MachineTable>;

/** Most topologies of one install, and most changes that wait for one of them. */
const MAX_TOPOLOGIES = 256;
const MAX_WAITING = 256;

/** Adds a topology; false when the name is taken. Throws DecnetError `too_large` at the 257th. */
export async function insertTopology(db: Kysely<Database>, row: TopologyTable): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { n } = await trx
      .selectFrom("topology")
      .select((eb) => eb.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    if (n >= MAX_TOPOLOGIES)
      throw new DecnetError("too_large", `there are ${MAX_TOPOLOGIES} topologies already`);
    const result = await trx
      .insertInto("topology")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  });
}

/** All topologies by name. */
export function listTopologies(db: Kysely<Database>): Promise<readonly TopologyRow[]> {
  return db.selectFrom("topology").selectAll().orderBy("name").execute();
}

/** One topology by id or by name. */
export function findTopology(db: Kysely<Database>, idOrName: string): Promise<TopologyRow | undefined> {
  return db
    .selectFrom("topology")
    .selectAll()
    .where((eb) => eb.or([eb("id", "=", idOrName), eb("name", "=", idOrName)]))
    .executeTakeFirst();
}

/** What tells that a topology has changed, without its definition. */
export type TopologyState = Pick<TopologyRow, "id" | "status" | "version" | "changed_at">;

/** The state of every topology. */
export function listTopologyStates(db: Kysely<Database>): Promise<readonly TopologyState[]> {
  return db.selectFrom("topology").select(["id", "status", "version", "changed_at"]).orderBy("id").execute();
}

/** What a status changes to, and from what. */
export interface StatusChange {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** Unix ms. */
  readonly now: number;
}

/** Moves the status on; false when it was not `from` any more. */
export async function changeTopologyStatus(
  db: Kysely<Database>,
  id: string,
  { from, to, reason, now }: StatusChange,
): Promise<boolean> {
  const result = await db
    .updateTable("topology")
    .set({ status: to, reason, changed_at: now })
    .where("id", "=", id)
    .where("status", "=", from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Replaces the definition, as a change of the queue makes it: the version was counted when that was accepted. */
export async function putTopologyDefinition(
  db: Kysely<Database>,
  id: string,
  { definition, now }: { readonly definition: string; readonly now: number },
): Promise<void> {
  await db.updateTable("topology").set({ definition, changed_at: now }).where("id", "=", id).execute();
}

/** A definition in place of that of version `version`. */
export interface Rewrite {
  readonly version: number;
  readonly name: string;
  readonly definition: string;
  /** Only while it is one of these. */
  readonly statuses: readonly string[];
  /** Unix ms. */
  readonly now: number;
}

/** Replaces the definition of version `version`; false when version or status are not as expected any more. */
export async function rewriteTopology(
  db: Kysely<Database>,
  id: string,
  { version, name, definition, statuses, now }: Rewrite,
): Promise<boolean> {
  const result = await db
    .updateTable("topology")
    .set({ name, definition, version: version + 1, changed_at: now })
    .where("id", "=", id)
    .where("version", "=", version)
    .where("status", "in", statuses)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Removes a topology with its changes and machines; false when there is none of that id with one of these statuses. */
export async function deleteTopology(
  db: Kysely<Database>,
  id: string,
  statuses: readonly string[],
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const there = await trx
      .selectFrom("topology")
      .select("id")
      .where("id", "=", id)
      .where("status", "in", statuses)
      .executeTakeFirst();
    if (!there) return false;
    await trx.deleteFrom("topology_mutation").where("topology_id", "=", id).execute();
    await trx.deleteFrom("machine").where("topology_id", "=", id).execute();
    const result = await trx.deleteFrom("topology").where("id", "=", id).executeTakeFirst();
    return result.numDeletedRows > 0n;
  });
}

/**
 * Puts a change into the queue and counts the topology's version up, so that of two writers who saw the same version
 * one has to look again. Throws DecnetError `conflict` with the versions in `details` for another version than
 * `expected_version`, `not_found` without a topology, `too_large` when too many changes wait. A change that a schedule
 * brings comes with the machine that knows when the next one is: both are written, or neither.
 */
export async function enqueueMutation(
  db: Kysely<Database>,
  row: TopologyMutationTable,
  machine?: MachineTable,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // The write comes first: a transaction that reads and then writes fails as busy when another wrote in between.
    const result = await trx
      .updateTable("topology")
      .set({ version: row.expected_version + 1, changed_at: row.enqueued_at })
      .where("id", "=", row.topology_id)
      .where("version", "=", row.expected_version)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) await refuseDrift(trx, row);
    const { waiting } = await trx
      .selectFrom("topology_mutation")
      .select((eb) => eb.fn.countAll<number>().as("waiting"))
      .where("topology_id", "=", row.topology_id)
      .where("status", "in", ["pending", "applying"])
      .executeTakeFirstOrThrow();
    if (waiting >= MAX_WAITING) throw new DecnetError("too_large", `${MAX_WAITING} changes wait already`);
    await trx.insertInto("topology_mutation").values(row).execute();
    if (machine) await upsertMachine(trx, machine);
  });
}

async function refuseDrift(db: Kysely<Database>, row: TopologyMutationTable): Promise<never> {
  const topology = await db
    .selectFrom("topology")
    .select("version")
    .where("id", "=", row.topology_id)
    .executeTakeFirst();
  if (!topology) throw new DecnetError("not_found", "there is no such topology");
  const details = { expected_version: row.expected_version, version: topology.version };
  throw new DecnetError("conflict", `the topology is at version ${topology.version} by now`, { details });
}

/** Takes the oldest waiting change of a topology that has none under way; undefined when there is none. */
export async function claimMutation(db: Kysely<Database>, now: number): Promise<MutationRow | undefined> {
  // Asked every second, almost always for nothing: a write that changes nothing would still take the one write lock.
  const pending = db.selectFrom("topology_mutation").select("id").where("status", "=", "pending").limit(1);
  if (!(await pending.executeTakeFirst())) return undefined;
  return db
    .updateTable("topology_mutation")
    .set({ status: "applying", claimed_at: now })
    .where("id", "=", (eb) =>
      eb
        .selectFrom("topology_mutation as m")
        .select("m.id")
        .where("m.status", "=", "pending")
        .where("m.topology_id", "not in", (inner) =>
          inner
            .selectFrom("topology_mutation as n")
            .select("n.topology_id")
            .where("n.status", "=", "applying"),
        )
        .orderBy("m.id")
        .limit(1),
    )
    .returningAll()
    .executeTakeFirst();
}

/** The end of a change. */
export interface MutationEnd {
  readonly status: "applied" | "failed";
  readonly reason: string;
  /** Unix ms. */
  readonly now: number;
}

/** What a change leaves behind. */
export interface MutationOutcome extends MutationEnd {
  readonly definition?: string;
  readonly machines?: readonly MachineTable[];
  /** Deckies whose machines are forgotten. */
  readonly gone?: readonly string[];
}

/** Ends a change that is under way together with all that it changes; false, and nothing written, when it is not. */
export async function concludeMutation(
  db: Kysely<Database>,
  row: Pick<MutationRow, "id" | "topology_id">,
  outcome: MutationOutcome,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await endMutation(trx, row.id, outcome))) return false;
    const { definition, machines = [], gone = [], now } = outcome;
    if (definition !== undefined) await putTopologyDefinition(trx, row.topology_id, { definition, now });
    for (const machine of machines) await upsertMachine(trx, machine);
    await deleteMachines(trx, gone);
    return true;
  });
}

/** Ends a change that is under way; false when it is not. */
export async function endMutation(db: Kysely<Database>, id: string, end: MutationEnd): Promise<boolean> {
  const result = await db
    .updateTable("topology_mutation")
    .set({ status: end.status, reason: end.reason, ended_at: end.now })
    .where("id", "=", id)
    .where("status", "=", "applying")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Changes that were under way when a mutator ended. */
export function listApplying(db: Kysely<Database>): Promise<readonly MutationRow[]> {
  return db
    .selectFrom("topology_mutation")
    .selectAll()
    .where("status", "=", "applying")
    .orderBy("id")
    .execute();
}

/** The change of a topology that ended last, or undefined. */
export function lastEnded(db: Kysely<Database>, topologyId: string): Promise<MutationRow | undefined> {
  return db
    .selectFrom("topology_mutation")
    .selectAll()
    .where("topology_id", "=", topologyId)
    .where("status", "in", ["applied", "failed"])
    .orderBy("ended_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Changes of a topology, newest first. */
export async function listMutations(
  db: Kysely<Database>,
  topologyId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<MutationRow>> {
  const limit = clampLimit(page.limit);
  let query = db.selectFrom("topology_mutation").selectAll().where("topology_id", "=", topologyId);
  if (page.cursor !== undefined) query = query.where("id", "<", page.cursor);
  const rows = await query
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  const kept = rows.slice(0, limit);
  return { rows: kept, next: rows.length > limit ? (kept.at(-1)?.id ?? null) : null };
}

/** The machines of a topology, or of all. */
export function listMachines(db: Kysely<Database>, topologyId?: string): Promise<readonly MachineRow[]> {
  const query = db.selectFrom("machine").selectAll().orderBy("decky");
  return (topologyId === undefined ? query : query.where("topology_id", "=", topologyId)).execute();
}

/** Writes machines, new or changed. */
export async function putMachines(db: Kysely<Database>, rows: readonly MachineTable[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const row of rows) await upsertMachine(trx, row);
  });
}

async function upsertMachine(db: Kysely<Database>, row: MachineTable): Promise<void> {
  const { decky: _, ...rest } = row;
  await db
    .insertInto("machine")
    .values(row)
    .onConflict((conflict) => conflict.column("decky").doUpdateSet(rest))
    .execute();
}

/** Forgets machines. */
export async function deleteMachines(db: Kysely<Database>, deckies: readonly string[]): Promise<void> {
  // SQLite takes a limited number of values in one statement.
  for (let from = 0; from < deckies.length; from += 500) {
    await db
      .deleteFrom("machine")
      .where("decky", "in", deckies.slice(from, from + 500))
      .execute();
  }
}
