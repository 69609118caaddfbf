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

/** Removes a user and the user's tokens; false when there is no such user. */
export async function deleteUser(db: Kysely<Database>, username: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await trx.deleteFrom("token").where("username", "=", username).execute();
    const result = await trx.deleteFrom("user").where("username", "=", username).executeTakeFirst();
    return result.numDeletedRows > 0n;
  });
}
