// Who may log in: added, listed, removed and given passwords through the API, and logged out at once.

import { afterEach, describe, expect, test } from "bun:test";
import type { AuditEntry, LoggedIn, User, UserMade } from "../../src/api/types.ts";
import { deleteUser } from "../../src/store/users.ts";
import type { Harness } from "../support/api-harness.ts";
import { createHarness, json } from "../support/api-harness.ts";

const BASE = "/api/v1";
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(transport: "memory" | "socket"): Promise<Harness> {
  const harness = await createHarness({ transport });
  cleanups.push(() => harness.close());
  return harness;
}

async function ask(harness: Harness, method: string, path: string, body?: unknown) {
  const response = await harness.as("admin", `${BASE}${path}`, json(method, body));
  const answer: unknown = response.status === 204 ? null : await response.json();
  return { status: response.status, body: answer as Record<string, unknown> };
}

async function login(harness: Harness, username: string, password: string) {
  const response = await harness.request(`${BASE}/auth/login`, json("POST", { username, password }));
  return { status: response.status, token: ((await response.json()) as Partial<LoggedIn>).token ?? "" };
}

async function me(harness: Harness, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await harness.request(`${BASE}/auth/me`, { headers })).status;
}

for (const transport of ["memory", "socket"] as const) {
  describe(`users over ${transport}`, () => {
    test("a viewer is added with a drawn password, logs in, reads, and is gone at once when removed", async () => {
      const harness = await open(transport);
      const made = await ask(harness, "POST", "/users", { username: "alice", role: "viewer" });
      expect(made).toMatchObject({ status: 201, body: { username: "alice", role: "viewer" } });
      const { password = "" } = made.body as Partial<UserMade>;
      expect(password.length).toBeGreaterThan(20);
      const { token } = await login(harness, "alice", password);
      expect(await me(harness, token)).toBe(200);
      const { body } = await ask(harness, "GET", "/users");
      expect((body["data"] as User[]).map(({ username, role }) => [username, role])).toEqual([
        ["admin", "admin"],
        ["alice", "viewer"],
        ["viewer", "viewer"],
      ]);
      expect(JSON.stringify(body)).not.toContain("argon2");
      expect((await ask(harness, "DELETE", "/users/alice")).status).toBe(204);
      expect(await me(harness, token)).toBe(401);
      expect((await login(harness, "alice", password)).status).toBe(401);
      const trail = (await ask(harness, "GET", "/audit")).body["data"] as AuditEntry[];
      expect(trail.filter(({ action }) => action.startsWith("user."))).toMatchObject([
        { username: "admin", action: "user.remove", target: "alice", outcome: "done" },
        { username: "admin", action: "user.add", target: "alice", outcome: "added as viewer" },
      ]);
      expect(JSON.stringify(trail)).not.toContain(password);
    });

    test("a new password ends all logins; a given one is never told back", async () => {
      const harness = await open(transport);
      const given = "correct horse battery staple";
      const made = await ask(harness, "POST", "/users", { username: "bob", role: "admin", password: given });
      expect(made.body).toEqual({ username: "bob", role: "admin" });
      const { token } = await login(harness, "bob", given);
      const next = "another long password";
      expect(await ask(harness, "POST", "/users/bob/password", { password: next })).toEqual({
        status: 200,
        body: { username: "bob" },
      });
      expect(await me(harness, token)).toBe(401);
      expect((await login(harness, "bob", given)).status).toBe(401);
      const drawn = (await ask(harness, "POST", "/users/bob/password", {})).body["password"];
      expect((await login(harness, "bob", String(drawn))).status).toBe(200);
    });

    test("the last admin stays, names and passwords are checked, a taken or reserved name is a conflict", async () => {
      const harness = await open(transport);
      expect((await ask(harness, "DELETE", "/users/admin")).status).toBe(409);
      await ask(harness, "POST", "/users", { username: "bob", role: "admin" });
      const both = await Promise.all([
        deleteUser(harness.store.db, "bob"),
        deleteUser(harness.store.db, "admin"),
      ]);
      expect(both).toEqual(["removed", "last_admin"]);
      const cases = [
        [{ username: "admin", role: "viewer" }, 409],
        [{ username: "Local", role: "admin" }, 409],
        [{ username: "bus", role: "viewer" }, 409],
        [{ username: "a b", role: "viewer" }, 400],
        [{ username: "local:x", role: "viewer" }, 400],
        [{ username: "", role: "viewer" }, 400],
        [{ username: "x".repeat(65), role: "viewer" }, 400],
        [{ username: "carol", role: "root" }, 400],
        [{ username: "carol", role: "viewer", password: "short" }, 400],
        [{ username: "carol", role: "viewer", more: 1 }, 400],
      ] as const;
      for (const [body, status] of cases)
        expect([body, (await ask(harness, "POST", "/users", body)).status]).toEqual([body, status]);
      expect((await ask(harness, "DELETE", "/users/nobody")).status).toBe(404);
      expect((await ask(harness, "POST", "/users/nobody/password", {})).status).toBe(404);
    });
  });
}

test("what a removed user has open is closed", async () => {
  const harness = await open("socket");
  await ask(harness, "POST", "/users", { username: "alice", role: "viewer", password: "a long password" });
  const { token } = await login(harness, "alice", "a long password");
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${harness.url}${BASE}/stream`, { headers });
  expect(response.status).toBe(200);
  await ask(harness, "DELETE", "/users/alice");
  // Ends, or this test does not.
  await response.text();
}, 10_000);
