// Evidence as it is read: pages in order of `seq`, filtered, with a bound on what one call may scan.

import type { Kysely, SelectQueryBuilder } from "kysely";
import { sql } from "kysely";
import type { Endpoint } from "../contract/evidence.ts";
import { isDrillSource } from "./drills.ts";
import { parseJson } from "./json.ts";
import { clampLimit, likePattern } from "./paging.ts";
import type { Database, EvidenceTable } from "./schema.ts";

/** One stored record. `data` is that of its kind. */
export interface EvidenceRow {
  readonly seq: number;
  readonly id: string;
  readonly ts: number;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly kind: string;
  readonly session: string | null;
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly transport: string;
  readonly data: unknown;
  /** Its source is a drill's. */
  readonly drill: boolean;
  readonly ingested_at: number;
}

/** What to list. `since` and `before` are `seq`, both exclusive. `q` is searched in the JSON text of `data`. */
export interface EvidenceFilter {
  readonly since?: number;
  readonly before?: number;
  readonly kind?: string;
  readonly attacker?: string;
  readonly decky?: string;
  readonly service?: string;
  readonly session?: string;
  readonly q?: string;
  readonly drill?: boolean;
  readonly limit: number;
  readonly order: "asc" | "desc";
}

/**
 * A page. `next` is the `seq` to go on from (as `since` when ascending, `before` when descending), null at the end.
 * A page may be short, even empty, and still have a `next`: the bound on scanning was reached first.
 */
export interface EvidencePage {
  readonly rows: readonly EvidenceRow[];
  readonly next: number | null;
}

/** Records that one query looks through when no index serves the filter, and queries per call. */
const WINDOW = 20_000;
const WINDOWS = 10;

/** A stored row, and whether its source is a drill's: the list of drills is the only place that says so. */
type MarkedEvidence = EvidenceTable & { readonly drill: number };

/** The stored row as a record. */
function toEvidenceRow(row: MarkedEvidence): EvidenceRow {
  const { src_ip, src_port, dst_ip, dst_port, data, drill, ...rest } = row;
  return {
    ...rest,
    src: { ip: src_ip, port: src_port },
    dst: { ip: dst_ip, port: dst_port },
    data: parseJson(data),
    drill: drill === 1,
  };
}

type Query = SelectQueryBuilder<Database, "evidence", EvidenceTable>;

function applyFilter(query: Query, filter: EvidenceFilter): Query {
  const { kind, attacker, decky, service, session, q, drill } = filter;
  let result = query;
  if (session !== undefined) result = result.where("session", "=", session);
  if (attacker !== undefined) result = result.where("src_ip", "=", attacker);
  if (kind !== undefined) result = result.where("kind", "=", kind);
  if (decky !== undefined) result = result.where("decky", "=", decky);
  if (service !== undefined) result = result.where("service", "=", service);
  if (drill !== undefined) result = result.where(isDrillSource("src_ip"), "=", drill ? 1 : 0);
  if (q) result = result.where(sql<boolean>`data LIKE ${likePattern(q)} ESCAPE '\\'`);
  return result;
}

/** First and last `seq` that the filter's bounds leave, or null when that is nothing. */
async function bounds(
  db: Kysely<Database>,
  filter: EvidenceFilter,
): Promise<{ low: number; high: number } | null> {
  const stored = await db
    .selectFrom("evidence")
    .select([
      sql<number | null>`(SELECT min(seq) FROM evidence)`.as("low"),
      sql<number | null>`(SELECT max(seq) FROM evidence)`.as("high"),
    ])
    .limit(1)
    .executeTakeFirst();
  if (stored?.low == null || stored.high == null) return null;
  const low = Math.max(stored.low, (filter.since ?? 0) + 1);
  const high = Math.min(stored.high, (filter.before ?? Number.MAX_SAFE_INTEGER) - 1);
  return low <= high ? { low, high } : null;
}

async function fetchRange(
  db: Kysely<Database>,
  filter: EvidenceFilter,
  range: { low: number; high: number; limit: number },
) {
  const base = db
    .selectFrom("evidence")
    .selectAll()
    .where("seq", ">=", range.low)
    .where("seq", "<=", range.high);
  return applyFilter(base, filter)
    .select(isDrillSource("src_ip").as("drill"))
    .orderBy("seq", filter.order)
    .limit(range.limit)
    .execute();
}

/** Lists evidence by `seq`. Looks at no more than 200,000 records unless `session` or `attacker` narrows it by index. */
export async function listEvidence(db: Kysely<Database>, filter: EvidenceFilter): Promise<EvidencePage> {
  const limit = clampLimit(filter.limit);
  const range = await bounds(db, filter);
  if (!range) return { rows: [], next: null };
  const ascending = filter.order === "asc";
  const indexed = filter.session !== undefined || filter.attacker !== undefined;
  const size = indexed && !filter.q ? Number.MAX_SAFE_INTEGER : WINDOW;
  const rows: MarkedEvidence[] = [];
  let { low, high } = range;
  for (let turn = 0; turn < WINDOWS && low <= high; turn++) {
    const from = ascending ? low : Math.max(low, high - size + 1);
    const to = ascending ? Math.min(high, low + size - 1) : high;
    rows.push(...(await fetchRange(db, filter, { low: from, high: to, limit: limit - rows.length + 1 })));
    if (rows.length > limit) {
      const last = rows[limit - 1];
      return { rows: rows.slice(0, limit).map(toEvidenceRow), next: last?.seq ?? null };
    }
    if (ascending) low = to + 1;
    else high = from - 1;
  }
  const done = low > high;
  const next = ascending ? low - 1 : high + 1;
  return { rows: rows.map(toEvidenceRow), next: done ? null : next };
}

/** One record by id. */
export async function getEvidence(db: Kysely<Database>, id: string): Promise<EvidenceRow | undefined> {
  const row = await db
    .selectFrom("evidence")
    .selectAll()
    .select(isDrillSource("src_ip").as("drill"))
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toEvidenceRow(row);
}

/** The highest `seq` stored so far, 0 when there is none: where a live reader begins. */
export async function lastSeq(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom("ingest_state").select("seq").executeTakeFirst();
  return row?.seq ?? 0;
}
