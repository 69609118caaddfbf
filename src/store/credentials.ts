// Credentials as they are read: attempts, the most tried, and those seen in more than one place.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Captured } from "../contract/captured.ts";
import { capturedSchema } from "../contract/captured.ts";
import { parseJson, parseNames } from "./json.ts";
import type { Page } from "./paging.ts";
import { clampLimit, parseCursor, toPage } from "./paging.ts";
import type { CredentialReuseTable, CredentialTable, Database } from "./schema.ts";

/** One attempt. */
export interface CredentialRow extends Omit<CredentialTable, "username" | "secret" | "accepted" | "drill"> {
  readonly username: Captured;
  readonly secret: Captured | null;
  readonly accepted: boolean;
  readonly drill: boolean;
}

/** What to list. `since` is Unix ms. */
export interface CredentialFilter {
  readonly attacker?: string;
  readonly decky?: string;
  readonly service?: string;
  readonly session?: string;
  readonly secretSha256?: string;
  readonly accepted?: boolean;
  readonly since?: number;
  readonly drill?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

const NOTHING: Captured = Object.freeze({ enc: "utf8", val: "", len: 0 });

function toCaptured(text: string | null): Captured | null {
  if (text === null) return null;
  const parsed = capturedSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function toCredentialRow(row: CredentialTable): CredentialRow {
  const username = toCaptured(row.username) ?? NOTHING;
  return {
    ...row,
    username,
    secret: toCaptured(row.secret),
    accepted: row.accepted === 1,
    drill: row.drill === 1,
  };
}

/** Lists attempts, newest first. */
export async function listCredentials(
  db: Kysely<Database>,
  filter: CredentialFilter,
): Promise<Page<CredentialRow>> {
  const limit = clampLimit(filter.limit);
  let query = db.selectFrom("credential").selectAll();
  if (filter.attacker !== undefined) query = query.where("attacker_ip", "=", filter.attacker);
  if (filter.decky !== undefined) query = query.where("decky", "=", filter.decky);
  if (filter.service !== undefined) query = query.where("service", "=", filter.service);
  if (filter.session !== undefined) query = query.where("session", "=", filter.session);
  if (filter.secretSha256 !== undefined) query = query.where("secret_sha256", "=", filter.secretSha256);
  if (filter.accepted !== undefined) query = query.where("accepted", "=", filter.accepted ? 1 : 0);
  if (filter.since !== undefined) query = query.where("ts", ">=", filter.since);
  if (filter.drill !== undefined) query = query.where("drill", "=", filter.drill ? 1 : 0);
  if (filter.cursor !== undefined) query = query.where("seq", "<", parseCursor(filter.cursor).value);
  const rows = await query
    .orderBy("seq", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toCredentialRow), limit, (row) => ({ value: row.seq, id: "" }));
}

/** One login as often as it was tried. */
export interface TopCredential {
  readonly username: Captured;
  readonly secret: Captured | null;
  readonly secret_sha256: string;
  readonly attempts: number;
  readonly attackers: number;
  readonly last_seen: number;
}

/** Attempts that {@link topCredentials} looks at: the newest ones, so that its cost stays bounded. */
const TOP_WINDOW = 200_000;

/** The pairs of name and secret tried most among the newest 200,000 attempts. */
export async function topCredentials(
  db: Kysely<Database>,
  options: { readonly limit: number; readonly drill?: boolean },
): Promise<readonly TopCredential[]> {
  const newest = db
    .selectFrom("credential")
    .selectAll()
    .orderBy("seq", "desc")
    .limit(TOP_WINDOW)
    .as("newest");
  let query = db.selectFrom(newest);
  if (options.drill !== undefined) query = query.where("drill", "=", options.drill ? 1 : 0);
  const rows = await query
    .groupBy(["username", "secret_sha256"])
    .select((eb) => [
      "username",
      eb.fn.max<string | null>("secret").as("secret"),
      "secret_sha256",
      eb.fn.countAll<number>().as("attempts"),
      sql<number>`count(DISTINCT attacker_ip)`.as("attackers"),
      eb.fn.max<number>("ts").as("last_seen"),
    ])
    .orderBy("attempts", "desc")
    .orderBy("last_seen", "desc")
    .limit(clampLimit(options.limit))
    .execute();
  return rows.map((row) => ({
    ...row,
    username: toCaptured(row.username) ?? NOTHING,
    secret: toCaptured(row.secret),
  }));
}

/** One secret seen on more than one decky or from more than one source. */
export interface CredentialReuseRow
  extends Omit<
    CredentialReuseTable,
    "drill" | "deckies" | "services" | "attackers" | "reused" | "announced"
  > {
  /** What drills did with it, apart from what others did. */
  readonly drill: boolean;
  readonly deckies: readonly string[];
  readonly services: readonly string[];
  readonly attackers: readonly string[];
}

function toReuseRow(row: CredentialReuseTable): CredentialReuseRow {
  const { reused: _reused, announced: _announced, ...rest } = row;
  return {
    ...rest,
    drill: row.drill === 1,
    deckies: parseNames(row.deckies),
    services: parseNames(row.services),
    attackers: parseNames(row.attackers),
  };
}

/** Lists reused secrets, last seen first. */
export async function listCredentialReuse(
  db: Kysely<Database>,
  filter: { readonly drill?: boolean; readonly limit: number; readonly cursor?: string },
): Promise<Page<CredentialReuseRow>> {
  const limit = clampLimit(filter.limit);
  let query = db.selectFrom("credential_reuse").selectAll().where(sql<boolean>`reused = 1`);
  if (filter.drill !== undefined) query = query.where("drill", "=", filter.drill ? 1 : 0);
  if (filter.cursor !== undefined) {
    const after = parseCursor(filter.cursor);
    const [secret = "", drill] = after.id.split(" ");
    query = query.where(
      sql<boolean>`(last_seen, secret_sha256, drill) < (${after.value}, ${secret}, ${Number(drill) || 0})`,
    );
  }
  const rows = await query
    .orderBy("last_seen", "desc")
    .orderBy("secret_sha256", "desc")
    .orderBy("drill", "desc")
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toReuseRow), limit, (row) => ({
    value: row.last_seen,
    id: `${row.secret_sha256} ${row.drill ? 1 : 0}`,
  }));
}
