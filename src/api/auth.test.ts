import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestClock } from "../contract/clock.ts";
import { isDecnetError } from "../contract/errors.ts";
import { createSeededRandom, systemRandom } from "../contract/random.ts";
import { createLogger } from "../kit/log.ts";
import type { Store } from "../store/open.ts";
import { openStore } from "../store/open.ts";
import { insertUser } from "../store/users.ts";
import { Auth, ensureFirstAdmin, sha256Hex } from "./auth.ts";
import type { Principal } from "./env.ts";
import type { PasswordHasher } from "./passwords.ts";
import { createPasswordHasher, generatePassword } from "./passwords.ts";

/** Counts what is hashed and checked. */
function createFakeHasher() {
  const checked: string[] = [];
  const hasher: PasswordHasher = {
    hash: async (password) => `hash of ${password}`,
    async verify(password, hash) {
      checked.push(hash);
      return hash === `hash of ${password}`;
    },
  };
  return { hasher, checked };
}

let dir: string;
let store: Store;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "decnet-auth-"));
  store = openStore({ path: join(dir, "decnet.db"), log: createLogger("test", "silent") });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function make(localToken?: string) {
  const clock = new TestClock();
  const revoked: ((principal: Principal) => boolean)[] = [];
  const { hasher, checked } = createFakeHasher();
  const options = { db: store.db, hasher, clock, random: systemRandom, sessionMs: 60_000 };
  const auth = new Auth({ ...options, localToken, onRevoked: (isRevoked) => revoked.push(isRevoked) });
  const at = { created_at: 0, changed_at: 0 };
  await insertUser(store.db, { username: "ann", password: "hash of right", role: "viewer", ...at });
  return { clock, auth, checked, revoked, options };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "ok",
    (error: unknown) => (isDecnetError(error) ? error.code : "bug"),
  );

describe("tokens", () => {
  test("are 256 random bits, kept as a hash, and end on time", async () => {
    const { auth, clock } = await make();
    const { token, role, expires_at } = await auth.login("ann", "right", "::1");
    expect(Buffer.from(token, "base64url").length).toBe(32);
    expect([role, expires_at]).toEqual(["viewer", clock.now() + 60_000]);
    expect((await store.db.selectFrom("token").selectAll().execute())[0]?.token_sha256).toBe(
      sha256Hex(token),
    );
    expect(await auth.verify(token, "bearer")).toMatchObject({
      username: "ann",
      role: "viewer",
      via: "bearer",
    });
    clock.advance(59_999);
    expect(await auth.verify(token, "cookie")).toBeDefined();
    clock.advance(1);
    expect(await auth.verify(token, "cookie")).toBeUndefined();
  });

  test("nothing near one passes", async () => {
    const { auth } = await make("the local operator");
    const { token } = await auth.login("ann", "right", "::1");
    for (const wrong of [
      "",
      token.slice(1),
      `${token}x`,
      token.toUpperCase(),
      sha256Hex(token),
      "x".repeat(1e6),
      "' OR 1=1--",
    ]) {
      expect(await auth.verify(wrong, "bearer")).toBeUndefined();
    }
    expect(await auth.verify("the local operator", "bearer")).toMatchObject({
      username: "local",
      role: "admin",
    });
    expect(await auth.verify("the local operator", "cookie")).toBeUndefined();
  });

  test("without a local token nobody is the local operator", async () => {
    const { auth } = await make(undefined);
    for (const text of ["", "undefined", "null"]) expect(await auth.verify(text, "bearer")).toBeUndefined();
  });

  test("expired ones are cleared away by the next login", async () => {
    const { auth, clock } = await make();
    await auth.login("ann", "right", "::1");
    clock.advance(60_000);
    await auth.login("ann", "right", "::1");
    expect((await store.db.selectFrom("token").selectAll().execute()).length).toBe(1);
  });
});

describe("logins", () => {
  test("check an unknown user's password against something, too", async () => {
    const { auth, checked } = await make();
    expect(await codeOf(auth.login("nobody", "right", "::1"))).toBe("unauthorized");
    expect(await codeOf(auth.login("ann", "wrong", "::1"))).toBe("unauthorized");
    expect(checked.length).toBe(2);
    expect(checked[0]).toStartWith("hash of ");
  });

  test("tries that run side by side are all counted", async () => {
    const { auth, checked } = await make();
    const codes = await Promise.all(
      Array.from({ length: 50 }, () => codeOf(auth.login("ann", "wrong", "198.51.100.1"))),
    );
    expect(codes.filter((code) => code === "unauthorized").length).toBe(10);
    expect(codes.filter((code) => code === "too_many").length).toBe(40);
    expect(checked.length).toBe(10);
  });

  test("one guessing source does not lock the user out, many do for a while", async () => {
    const { auth, clock } = await make();
    for (let i = 0; i < 12; i++) await codeOf(auth.login("ann", "wrong", "198.51.100.1"));
    expect(await codeOf(auth.login("ann", "right", "192.0.2.1"))).toBe("ok");
    for (let i = 0; i < 60; i++) await codeOf(auth.login("ann", "wrong", `198.51.100.${i}`));
    expect(await codeOf(auth.login("ann", "right", "192.0.2.1"))).toBe("too_many");
    clock.advance(5 * 60_000);
    expect(await codeOf(auth.login("ann", "right", "192.0.2.1"))).toBe("ok");
  });
});

describe("revoking", () => {
  test("a logout ends that token; a new password all others", async () => {
    const { auth, revoked } = await make();
    const [first, second] = [await auth.login("ann", "right", "a"), await auth.login("ann", "right", "b")];
    const mine = await auth.verify(first.token, "bearer");
    if (!mine) throw new Error("no principal");
    await auth.changePassword(mine, "right", "another one, longer");
    expect(await auth.verify(second.token, "bearer")).toBeUndefined();
    expect(revoked.map((isRevoked) => isRevoked(mine))).toEqual([false]);
    await auth.logout(mine);
    expect(await auth.verify(first.token, "bearer")).toBeUndefined();
    expect(revoked.at(-1)?.(mine)).toBe(true);
    expect(await codeOf(auth.login("ann", "right", "a"))).toBe("unauthorized");
    expect(await codeOf(auth.login("ann", "another one, longer", "a"))).toBe("ok");
  });

  test("the local operator has no password to change and no login to end", async () => {
    const { auth } = await make("the local operator");
    const local = await auth.verify("the local operator", "bearer");
    if (!local) throw new Error("no principal");
    expect(await codeOf(auth.changePassword(local, "x", "a new password"))).toBe("forbidden");
    await auth.logout(local);
    expect(await auth.verify("the local operator", "bearer")).toBeDefined();
  });
});

describe("the first admin", () => {
  test("gets a generated password once; later ones are left alone", async () => {
    const { options, auth } = await make();
    const first = await ensureFirstAdmin(options);
    expect(first).toMatchObject({ created: true, username: "admin" });
    expect(await codeOf(auth.login("admin", first.password ?? "", "::1"))).toBe("ok");
    expect(await ensureFirstAdmin(options, "given later")).toEqual({ created: false, username: "admin" });
    expect(await codeOf(auth.login("admin", "given later", "::1"))).toBe("unauthorized");
  });

  test("gets the password that was set, which is not told", async () => {
    const { options, auth } = await make();
    expect(await ensureFirstAdmin(options, "set by the operator")).toEqual({
      created: true,
      username: "admin",
    });
    expect(await codeOf(auth.login("admin", "set by the operator", "::1"))).toBe("ok");
  });
});

describe("passwords", () => {
  test("are argon2id", async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash("secret");
    expect(hash).toStartWith("$argon2id$");
    expect([await hasher.verify("secret", hash), await hasher.verify("Secret", hash)]).toEqual([true, false]);
  });

  test("a flood of checks is turned away before it costs memory", async () => {
    const hasher = createPasswordHasher();
    const codes = await Promise.all(
      Array.from({ length: 40 }, () => codeOf(hasher.verify("x", "$argon2id$broken"))),
    );
    expect(codes.filter((code) => code === "too_many").length).toBe(24);
  });

  test("generated ones differ and hold no letters that look alike", () => {
    const random = createSeededRandom("passwords");
    const all = Array.from({ length: 200 }, () => generatePassword(random));
    expect(new Set(all).size).toBe(200);
    for (const password of all)
      expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9]{6}(-[A-HJ-NP-Za-km-z2-9]{6}){3}$/);
  });
});
