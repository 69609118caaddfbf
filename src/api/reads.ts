// Reads that several routes and the stream share, put together from the store's queries.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import { type Captured, capturedSchema } from "../contract/captured.ts";
import { listDeckies } from "../store/deckies.ts";
import { isDrillSource } from "../store/drills.ts";
import { parseJson } from "../store/json.ts";
import type { Database } from "../store/schema.ts";
import { readStats } from "../store/stats.ts";
import { toDecky } from "./rows.ts";
import type { Decky, Stats } from "./types.ts";

const HOUR_MS = 3_600_000;
const activityColumns = ["evidence", "sessions", "credentials", "commands", "files"] as const;

/** Which figures: the last `hours` until `now` (Unix ms). */
export interface StatsWanted {
  readonly now: number;
  readonly hours: number;
  readonly drills: boolean;
}

/** All deckies by name. */
export async function readDeckies(db: Kysely<Database>): Promise<Decky[]> {
  return (await listDeckies(db)).map(toDecky);
}

/** Counts of what is so now, with what drills do or without. */
export async function readNow(db: Kysely<Database>, drills: boolean) {
  const counted = drills ? [0, 1] : [0];
  const open = await db
    .selectFrom("session")
    .where("drill", "in", counted)
    .where("ended_at", "is", null)
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const reused = await db
    .selectFrom("credential_reuse")
    // A literal, so that the partial index serves it.
    .where(sql<boolean>`reused = 1`)
    .where("drill", "in", counted)
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  let evidence = db.selectFrom("evidence");
  if (!drills) evidence = evidence.where(isDrillSource("src_ip"), "=", 0);
  const newest = await evidence.select("ts").orderBy("seq", "desc").limit(1).executeTakeFirst();
  return {
    sessions_open: open.count,
    credentials_reused: reused.count,
    last_evidence_ts: newest?.ts ?? null,
  };
}

/** Sums over all time by service; the table has a row per quarter of an hour and service. */
async function readSums(db: Kysely<Database>, drills: boolean) {
  let query = db.selectFrom("activity").groupBy("service");
  if (!drills) query = query.where("drill", "=", 0);
  return query
    .select((eb) => [
      "service" as const,
      ...activityColumns.map((column) => eb.fn.sum<number>(column).as(column)),
    ])
    .orderBy("evidence", "desc")
    .execute();
}

async function countAttackers(db: Kysely<Database>, drills: boolean): Promise<number> {
  let query = db.selectFrom("attacker").select((eb) => eb.fn.countAll<number>().as("count"));
  if (!drills) query = query.where("drill", "=", 0);
  return (await query.executeTakeFirstOrThrow()).count;
}

/** The figures of the overview. */
export async function readOverview(
  db: Kysely<Database>,
  wanted: StatsWanted,
  deckies: readonly Decky[],
): Promise<Stats> {
  const { now, hours, drills } = wanted;
  const sums = await readSums(db, drills);
  const total = (column: (typeof activityColumns)[number]) => sums.reduce((sum, row) => sum + row[column], 0);
  // The current hour counts as one of them.
  const { byHour } = await readStats(db, {
    since: now - (hours - 1) * HOUR_MS - (now % HOUR_MS),
    now,
    drills,
  });
  return {
    drills,
    attackers: await countAttackers(db, drills),
    evidence: total("evidence"),
    sessions: total("sessions"),
    credentials: total("credentials"),
    commands: total("commands"),
    files: total("files"),
    ...(await readNow(db, drills)),
    deckies: deckies.length,
    deckies_running: deckies.filter((decky) => decky.state === "running").length,
    by_service: sums.map((row) => ({ name: row.service, count: row.evidence })),
    hourly: byHour.map(({ start, ...counts }) => ({ ts: start, ...counts })),
  };
}

/** Records of the spool that the ingester has stored, ever. */
export async function readIngested(db: Kysely<Database>): Promise<number> {
  const row = await db.selectFrom("ingest_state").select("position").executeTakeFirst();
  return row?.position ?? 0;
}

/** Evidence seq up to which the correlator has derived rows. */
export async function readDerivedSeq(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom("cursor")
    .select("seq")
    .where("worker", "=", "correlator")
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** A secret by its hash, from any attempt that sent it; null where none was sent as text. */
export async function readSecret(db: Kysely<Database>, sha256: string): Promise<Captured | null> {
  const row = await db
    .selectFrom("credential")
    .select("secret")
    .where("secret_sha256", "=", sha256)
    .limit(1)
    .executeTakeFirst();
  const parsed = capturedSchema.safeParse(row?.secret ? parseJson(row.secret) : null);
  return parsed.success ? parsed.data : null;
}
