// The figures of a span of time, summed from quarter-hour counts so that a day's worth costs the same at any volume.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { ActivityTable, Database } from "./schema.ts";

/** Length of one slot of activity, ms. A quarter of an hour, so that every time zone's day begins on one. */
export const SLOT_MS = 900_000;

/** The slot that a time (Unix ms) falls into. */
export function slotOf(ts: number): number {
  return Math.floor(ts / SLOT_MS);
}

/** Counts of what was observed. */
export type Counts = Pick<ActivityTable, "evidence" | "sessions" | "credentials" | "commands" | "files">;

/** Figures since a time. `byHour` has one entry per hour from `since` on, `start` in Unix ms, empty hours included. */
export interface Stats extends Counts {
  readonly since: number;
  readonly attackers: number;
  readonly byHour: readonly (Counts & { readonly start: number })[];
  readonly byService: readonly (Counts & { readonly service: string })[];
}

/** `since` is Unix ms and is taken back to its quarter of an hour. `now` ends the hours (at most 744 of them). */
export interface StatsOptions {
  readonly since: number;
  readonly now: number;
  /** Count drills too; left out by default. */
  readonly drills?: boolean;
}

const HOUR_MS = 3_600_000;
const MAX_HOURS = 744;
const NONE: Counts = Object.freeze({ evidence: 0, sessions: 0, credentials: 0, commands: 0, files: 0 });

function add(a: Counts, b: Counts): Counts {
  return {
    evidence: a.evidence + b.evidence,
    sessions: a.sessions + b.sessions,
    credentials: a.credentials + b.credentials,
    commands: a.commands + b.commands,
    files: a.files + b.files,
  };
}

function toHours(rows: readonly ActivityTable[], start: number, now: number): Stats["byHour"] {
  const hours = Math.max(1, Math.min(MAX_HOURS, Math.ceil((now - start) / HOUR_MS)));
  const counts = new Map<number, Counts>();
  for (const row of rows) {
    const hour = Math.floor((row.slot * SLOT_MS - start) / HOUR_MS);
    counts.set(hour, add(counts.get(hour) ?? NONE, row));
  }
  return Array.from({ length: hours }, (_, hour) => ({
    start: start + hour * HOUR_MS,
    ...(counts.get(hour) ?? NONE),
  }));
}

function toServices(rows: readonly ActivityTable[]): Stats["byService"] {
  const counts = new Map<string, Counts>();
  for (const row of rows) counts.set(row.service, add(counts.get(row.service) ?? NONE, row));
  return [...counts].map(([service, sums]) => ({ service, ...sums })).sort((a, b) => b.evidence - a.evidence);
}

/** The figures since a time. */
export async function readStats(db: Kysely<Database>, options: StatsOptions): Promise<Stats> {
  const slot = slotOf(options.since);
  const start = slot * SLOT_MS;
  let activity = db.selectFrom("activity").selectAll().where("slot", ">=", slot);
  let attackers = db
    .selectFrom("attacker")
    .select(sql<number>`count(*)`.as("count"))
    .where("last_seen", ">=", start);
  if (!options.drills) {
    activity = activity.where("drill", "=", 0);
    attackers = attackers.where("drill", "=", 0);
  }
  const rows = await activity.execute();
  const counted = await attackers.executeTakeFirst();
  return {
    since: start,
    attackers: counted?.count ?? 0,
    ...rows.reduce<Counts>(add, NONE),
    byHour: toHours(rows, start, options.now),
    byService: toServices(rows),
  };
}
