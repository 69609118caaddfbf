// Bearer tokens by their SHA-256. The token itself never reaches the store.

import type { Kysely } from "kysely";
import type { Database, TokenTable, UserTable } from "./schema.ts";

/** Adds a token. */
export async function insertToken(db: Kysely<Database>, token: TokenTable): Promise<void> {
  await db.insertInto("token").values(token).execute();
}

/** A token that still holds at `now` (Unix ms), with the role of its user. */
export async function findToken(
  db: Kysely<Database>,
  tokenSha256: string,
  now: number,
): Promise<(TokenTable & Pick<UserTable, "role">) | undefined> {
  return db
    .selectFrom("token")
    .innerJoin("user", "user.username", "token.username")
    .select(["token_sha256", "token.username", "token.created_at", "expires_at", "role"])
    .where("token_sha256", "=", tokenSha256)
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** Removes one token; false when there was none. */
export async function deleteToken(db: Kysely<Database>, tokenSha256: string): Promise<boolean> {
  const result = await db.deleteFrom("token").where("token_sha256", "=", tokenSha256).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Removes all tokens of a user, but for one when `except` names it. */
export async function deleteTokensOf(
  db: Kysely<Database>,
  username: string,
  except?: string,
): Promise<number> {
  let query = db.deleteFrom("token").where("username", "=", username);
  if (except !== undefined) query = query.where("token_sha256", "!=", except);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** Removes what has expired by `now`. */
export async function deleteExpiredTokens(db: Kysely<Database>, now: number): Promise<number> {
  const result = await db.deleteFrom("token").where("expires_at", "<=", now).executeTakeFirst();
  return Number(result.numDeletedRows);
}
