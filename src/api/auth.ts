// Who may use the API: logins, tokens, passwords, the first admin.
// Knows no HTTP; keeps no password and no token, only what they are checked by.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import type { Clock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";
import { insertAudit } from "../store/audit.ts";
import type { Database } from "../store/schema.ts";
import { deleteExpiredTokens, deleteToken, deleteTokensOf, findToken, insertToken } from "../store/tokens.ts";
import { findUser, insertUser, listUsers, updateUser } from "../store/users.ts";
import type { Principal } from "./env.ts";
import type { PasswordHasher } from "./passwords.ts";
import { generatePassword } from "./passwords.ts";
import { Throttle } from "./throttle.ts";
import type { LoggedIn } from "./types.ts";

/** What logins need. `localToken` acts as the admin `local`. */
export interface AuthOptions {
  readonly db: Kysely<Database>;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly sessionMs: number;
  readonly localToken?: string | undefined;
  /** Told when tokens end before their time, so that what they opened is closed. */
  readonly onRevoked?: (isRevoked: (principal: Principal) => boolean) => void;
}

/** Name of the operator at the machine itself. Nobody can be given it. */
const LOCAL_USER = "local";
/** Name of the first admin. */
const FIRST_ADMIN = "admin";

const WINDOW_MS = 5 * 60_000;
/** Failures of one source within the window; fewer than a user's, so that no single source can lock a user out. */
const SOURCE_FAILURES = 10;
const USER_FAILURES = 50;
const THROTTLE_KEYS = 10_000;
const TOKEN_BYTES = 32;
const MAX_TOKEN_CHARS = 512;

/** Lower-case hex SHA-256 of a text. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Logins of one process. */
export class Auth {
  readonly #options: AuthOptions;
  readonly #sources: Throttle;
  readonly #users: Throttle;
  readonly #localSha256: string | undefined;
  #dummyHash: Promise<string> | undefined;

  constructor(options: AuthOptions) {
    this.#options = options;
    const bounds = { clock: options.clock, windowMs: WINDOW_MS, maxKeys: THROTTLE_KEYS };
    this.#sources = new Throttle({ ...bounds, maxFailures: SOURCE_FAILURES });
    this.#users = new Throttle({ ...bounds, maxFailures: USER_FAILURES });
    this.#localSha256 = options.localToken ? sha256Hex(options.localToken) : undefined;
  }

  /** Logs in. Throws `unauthorized` for a wrong name or password alike, `too_many` after too many of them. */
  async login(username: string, password: string, source: string): Promise<LoggedIn> {
    const { db, clock, random, sessionMs } = this.#options;
    this.#checkThrottle(source, username);
    const user = await findUser(db, username);
    const isRight = await this.#options.hasher.verify(password, user?.password ?? (await this.#dummy()));
    if (!user || !isRight) throw new DecnetError("unauthorized", "wrong user name or password");
    this.#users.clear(username);
    this.#sources.clear(source);
    const now = clock.now();
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString("base64url");
    const expires_at = now + sessionMs;
    await deleteExpiredTokens(db, now);
    await insertToken(db, { token_sha256: sha256Hex(token), username, created_at: now, expires_at });
    // Checking a password takes a while: one that was replaced or removed meanwhile opens nothing.
    if ((await findUser(db, username))?.password !== user.password) {
      await deleteToken(db, sha256Hex(token));
      throw new DecnetError("unauthorized", "wrong user name or password");
    }
    await insertAudit(db, { ts: now, username, action: "login", target: source, detail: "" });
    return { token, role: user.role, expires_at };
  }

  /** Whom a token stands for, or undefined. */
  async verify(token: string, via: Principal["via"]): Promise<Principal | undefined> {
    if (token.length === 0 || token.length > MAX_TOKEN_CHARS) return undefined;
    const sha256 = sha256Hex(token);
    if (
      this.#localSha256 &&
      via === "bearer" &&
      timingSafeEqual(Buffer.from(sha256), Buffer.from(this.#localSha256))
    ) {
      return { username: LOCAL_USER, role: "admin", expiresAt: null, tokenSha256: null, via };
    }
    const row = await findToken(this.#options.db, sha256, this.#options.clock.now());
    return (
      row && { username: row.username, role: row.role, expiresAt: row.expires_at, tokenSha256: sha256, via }
    );
  }

  /** Ends one login. The local operator has none to end. */
  async logout(principal: Principal): Promise<void> {
    const { tokenSha256 } = principal;
    if (tokenSha256 === null) return;
    await deleteToken(this.#options.db, tokenSha256);
    this.#options.onRevoked?.((other) => other.tokenSha256 === tokenSha256);
  }

  /** Ends all logins of a user, and closes what they opened. */
  async revokeAll(username: string): Promise<void> {
    await deleteTokensOf(this.#options.db, username);
    this.#options.onRevoked?.((other) => other.tokenSha256 !== null && other.username === username);
  }

  /** Changes a password and ends the user's other logins. Throws `forbidden` when `current` is wrong. */
  async changePassword(principal: Principal, current: string, next: string): Promise<void> {
    const { db, hasher, clock } = this.#options;
    const { username, tokenSha256 } = principal;
    const user = tokenSha256 === null ? undefined : await findUser(db, username);
    if (!user || tokenSha256 === null)
      throw new DecnetError("forbidden", "the local operator has no password");
    this.#checkThrottle(`password of ${username}`, username);
    if (!(await hasher.verify(current, user.password)))
      throw new DecnetError("forbidden", "the current password is wrong");
    this.#users.clear(username);
    this.#sources.clear(`password of ${username}`);
    const now = clock.now();
    await updateUser(db, username, { password: await hasher.hash(next), changed_at: now });
    await deleteTokensOf(db, username, tokenSha256);
    await insertAudit(db, { ts: now, username, action: "password", target: username, detail: "" });
    this.#options.onRevoked?.((other) => other.username === username && other.tokenSha256 !== tokenSha256);
  }

  /** Counts the try before it is made: tries that run side by side are all counted. */
  #checkThrottle(source: string, username: string): void {
    const waitMs = Math.max(this.#sources.waitMs(source), this.#users.waitMs(username));
    if (waitMs > 0) {
      const retry_after_s = Math.ceil(waitMs / 1000);
      throw new DecnetError("too_many", "too many failed logins; wait", { details: { retry_after_s } });
    }
    this.#sources.fail(source);
    this.#users.fail(username);
  }

  /** What the password of an unknown user is checked against, so that it takes as long. */
  #dummy(): Promise<string> {
    this.#dummyHash ??= this.#options.hasher.hash(generatePassword(this.#options.random));
    return this.#dummyHash;
  }
}

/** The first admin, when this call made it. `password` is set when it was generated: show it once. */
export interface FirstAdmin {
  readonly created: boolean;
  readonly username: string;
  readonly password?: string;
}

/** Makes the first admin unless there is one. An existing one is left alone, whatever `password` says. */
export async function ensureFirstAdmin(
  options: Pick<AuthOptions, "db" | "hasher" | "clock" | "random">,
  password?: string,
): Promise<FirstAdmin> {
  const { db, hasher, clock, random } = options;
  if ((await listUsers(db)).some((user) => user.role === "admin"))
    return { created: false, username: FIRST_ADMIN };
  const generated = password ? undefined : generatePassword(random);
  const now = clock.now();
  const hash = await hasher.hash(password || (generated as string));
  const user = {
    username: FIRST_ADMIN,
    password: hash,
    role: "admin",
    created_at: now,
    changed_at: now,
  } as const;
  if (!(await insertUser(db, user)))
    await updateUser(db, FIRST_ADMIN, { password: hash, role: "admin", changed_at: now });
  return { created: true, username: FIRST_ADMIN, ...(generated !== undefined && { password: generated }) };
}
