// People who may use the dashboard. Sees password hashes only, never a password.

import type { Kysely } from "kysely";
import type { Database, UserTable } from "./schema.ts";

/** Adds a user; false when the name is taken. */
export async function insertUser(db: Kysely<Database>, user: UserTable): Promise<boolean> {
  const result = await db
    .insertInto("user")
    .values(user)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** One user by name. */
export async function findUser(db: Kysely<Database>, username: string): Promise<UserTable | undefined> {
  return db.selectFrom("user").selectAll().where("username", "=", username).executeTakeFirst();
}

/** All users by name, without their hashes. */
export async function listUsers(db: Kysely<Database>): Promise<readonly Omit<UserTable, "password">[]> {
  return db
    .selectFrom("user")
    .select(["username", "role", "created_at", "changed_at"])
    .orderBy("username")
    .limit(10_000)
    .execute();
}

/** Changes a user's hash or role; false when there is no such user. `changed_at` is Unix ms. */
export async function updateUser(
  db: Kysely<Database>,
  username: string,
  change: Partial<Pick<UserTable, "password" | "role">> & Pick<UserTable, "changed_at">,
): Promise<boolean> {
  const result = await db.updateTable("user").set(change).where("username", "=", username).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** What came of a removal. */
export type UserRemoval = "removed" | "absent" | "last_admin";

/** Removes a user and the user's tokens, but never the last admin. */
export async function deleteUser(db: Kysely<Database>, username: string): Promise<UserRemoval> {
  return db.transaction().execute(async (trx) => {
    const admins = await trx
      .selectFrom("user")
      .select("username")
      .where("role", "=", "admin")
      .limit(2)
      .execute();
    if (admins.length === 1 && admins[0]?.username === username) return "last_admin";
    await trx.deleteFrom("token").where("username", "=", username).execute();
    const result = await trx.deleteFrom("user").where("username", "=", username).executeTakeFirst();
    return result.numDeletedRows > 0n ? "removed" : "absent";
  });
}
