// Attackers as they are read: one per source address.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import { parseNames } from "./json.ts";
import type { Page } from "./paging.ts";
import { clampLimit, likePattern, parseCursor, toPage } from "./paging.ts";
import type { AttackerTable, Database } from "./schema.ts";

/** An attacker. */
export interface AttackerRow
  extends Omit<AttackerTable, "deckies" | "services" | "drill" | "announced" | "first_seq"> {
  readonly deckies: readonly string[];
  readonly services: readonly string[];
  readonly drill: boolean;
}

/** Columns that attackers may be sorted by, highest first. */
export const attackerSorts = [
  "last_seen",
  "first_seen",
  "evidence",
  "sessions",
  "credentials",
  "commands",
  "files",
] as const;

/** What to list. `q` is searched in the address and the names of deckies and services. */
export interface AttackerFilter {
  readonly sort?: (typeof attackerSorts)[number];
  readonly q?: string;
  readonly decky?: string;
  readonly service?: string;
  /** Only those seen at or after this time, Unix ms. */
  readonly since?: number;
  /** Absent: with drills and real ones alike. */
  readonly drill?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

function toAttackerRow(row: AttackerTable): AttackerRow {
  const { announced: _announced, first_seq: _firstSeq, ...rest } = row;
  return {
    ...rest,
    deckies: parseNames(row.deckies),
    services: parseNames(row.services),
    drill: row.drill === 1,
  };
}

/** Lists attackers, highest of the sort column first. */
export async function listAttackers(
  db: Kysely<Database>,
  filter: AttackerFilter,
): Promise<Page<AttackerRow>> {
  const sort = filter.sort ?? "last_seen";
  const limit = clampLimit(filter.limit);
  let query = db.selectFrom("attacker").selectAll();
  if (filter.since !== undefined) query = query.where("last_seen", ">=", filter.since);
  if (filter.drill !== undefined) query = query.where("drill", "=", filter.drill ? 1 : 0);
  for (const [column, name] of [
    ["deckies", filter.decky],
    ["services", filter.service],
  ] as const) {
    if (name !== undefined)
      query = query.where(
        sql<boolean>`EXISTS (SELECT 1 FROM json_each(${sql.ref(column)}) WHERE value = ${name})`,
      );
  }
  if (filter.q) {
    const like = likePattern(filter.q);
    query = query.where(
      sql<boolean>`(ip LIKE ${like} ESCAPE '\\' OR deckies LIKE ${like} ESCAPE '\\' OR services LIKE ${like} ESCAPE '\\')`,
    );
  }
  if (filter.cursor !== undefined) {
    const after = parseCursor(filter.cursor);
    query = query.where(sql<boolean>`(${sql.ref(sort)}, ip) < (${after.value}, ${after.id})`);
  }
  const rows = await query
    .orderBy(sort, "desc")
    .orderBy("ip", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toAttackerRow), limit, (row) => ({ value: row[sort], id: row.ip }));
}

/** One attacker by address. */
export async function getAttacker(db: Kysely<Database>, ip: string): Promise<AttackerRow | undefined> {
  const row = await db.selectFrom("attacker").selectAll().where("ip", "=", ip).executeTakeFirst();
  return row && toAttackerRow(row);
}

/** What one attacker did on each service of each decky. */
export interface AttackerTarget {
  readonly decky: string;
  readonly service: string;
  readonly sessions: number;
  readonly commands: number;
  readonly credentials: number;
  readonly files: number;
  readonly first_seen: number;
  readonly last_seen: number;
}

/** The deckies and services that an attacker had conversations with, at most 1,000, busiest first. */
export async function listAttackerTargets(
  db: Kysely<Database>,
  ip: string,
): Promise<readonly AttackerTarget[]> {
  return db
    .selectFrom("session")
    .where("attacker_ip", "=", ip)
    .groupBy(["decky", "service"])
    .select((eb) => [
      "decky",
      "service",
      eb.fn.countAll<number>().as("sessions"),
      eb.fn.sum<number>("commands").as("commands"),
      eb.fn.sum<number>("credentials").as("credentials"),
      eb.fn.sum<number>("files").as("files"),
      eb.fn.min<number>("started_at").as("first_seen"),
      sql<number>`max(coalesce(ended_at, started_at))`.as("last_seen"),
    ])
    .orderBy("sessions", "desc")
    .orderBy("decky")
    .orderBy("service")
    .limit(1000)
    .execute();
}
