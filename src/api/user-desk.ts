// The people who may log in: listed, added, removed, given a new password. By admins, and by the operator at the machine.
// Never takes the last admin away, and never keeps or tells a password that was given.

import type { Kysely } from "kysely";
import type { Clock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";
import type { Database } from "../store/schema.ts";
import { deleteUser, insertUser, listUsers, updateUser } from "../store/users.ts";
import type { Auth } from "./auth.ts";
import type { PasswordHasher } from "./passwords.ts";
import { generatePassword } from "./passwords.ts";
import type { NewUser, User, UserMade } from "./types.ts";

/** What it needs. */
export interface UserDeskOptions {
  readonly db: Kysely<Database>;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly auth: Pick<Auth, "revokeAll">;
}

/** Names in the audit trail that are nobody's login. */
const RESERVED: ReadonlySet<string> = new Set(["local", "bus"]);

/** Users of one install. */
export class UserDesk {
  readonly #options: UserDeskOptions;

  constructor(options: UserDeskOptions) {
    this.#options = options;
  }

  async list(): Promise<User[]> {
    return [...(await listUsers(this.#options.db))];
  }

  /** Adds one. Without a password one is drawn, and told this once. Throws `conflict` for a name that is taken. */
  async add({ username, role, password }: NewUser): Promise<UserMade> {
    if (RESERVED.has(username.toLowerCase()))
      throw new DecnetError("conflict", `"${username}" is reserved: choose another name`);
    const { db, clock } = this.#options;
    const { hash, told } = await this.#hash(password);
    const now = clock.now();
    const user = { username, role, password: hash, created_at: now, changed_at: now };
    if (!(await insertUser(db, user)))
      throw new DecnetError("conflict", `there is a user "${username}" already`);
    return { username, role, ...told };
  }

  /** Removes one with all logins, at once. Throws `conflict` for the last admin. */
  async remove(username: string): Promise<void> {
    const outcome = await deleteUser(this.#options.db, username);
    if (outcome === "absent") throw notFound();
    if (outcome === "last_admin")
      throw new DecnetError("conflict", "the last admin can't be removed: add another one first");
    await this.#options.auth.revokeAll(username);
  }

  /** Gives one a new password and ends all logins. Without `password` one is drawn, and told this once. */
  async setPassword(username: string, password: string | undefined): Promise<{ password?: string }> {
    const { db, clock, auth } = this.#options;
    const { hash, told } = await this.#hash(password);
    if (!(await updateUser(db, username, { password: hash, changed_at: clock.now() }))) throw notFound();
    await auth.revokeAll(username);
    return told;
  }

  async #hash(given: string | undefined): Promise<{ hash: string; told: { password?: string } }> {
    const password = given ?? generatePassword(this.#options.random);
    const hash = await this.#options.hasher.hash(password);
    return { hash, told: given === undefined ? { password } : {} };
  }
}

function notFound(): DecnetError {
  return new DecnetError("not_found", "there is no such user");
}
