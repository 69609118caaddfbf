// Users from the command line: a viewer is made, reads, and is gone; passwords come from standard input or are drawn.

import { expect, test } from "bun:test";
import type { LoggedIn, UserMade } from "../../src/api/types.ts";
import { BINARY, startInstall } from "../support/install.ts";

test("decnet users adds, lists, gives passwords and removes", async () => {
  await using install = await startInstall();
  const run = (args: readonly string[], input = "") => {
    const done = Bun.spawnSync([BINARY, "users", ...args, "--data-dir", install.dataDir], {
      cwd: "/",
      stdin: Buffer.from(input),
      timeout: 30_000,
    });
    return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
  };
  const status = async (username: string, password: string, path: string, method = "GET") => {
    const body = JSON.stringify({ username, password });
    const headers = { "content-type": "application/json" };
    const login = await fetch(`${install.up.url}/api/v1/auth/login`, { method: "POST", headers, body });
    if (!login.ok) return login.status;
    const { token } = (await login.json()) as LoggedIn;
    const asked = { method, headers: { authorization: `Bearer ${token}` } };
    return (await fetch(`${install.up.url}/api/v1${path}`, asked)).status;
  };
  const made = JSON.parse(run(["add", "alice", "--json"]).out) as UserMade;
  expect(made).toMatchObject({ username: "alice", role: "viewer" });
  expect(await status("alice", made.password ?? "", "/workers")).toBe(200);
  expect(await status("alice", made.password ?? "", "/workers/start-all", "POST")).toBe(403);
  const added = run(["add", "bob", "--role", "admin", "--password-stdin"], "a password of bob\nmore\n");
  expect(added).toEqual({ code: 0, out: "bob is added as admin\n", err: "" });
  expect(await status("bob", "a password of bob", "/users")).toBe(200);
  expect(
    run(["list"])
      .out.split("\n")
      .map((line) => line.trim().split(/\s+/).slice(0, 2)),
  ).toEqual([["admin", "admin"], ["alice", "viewer"], ["bob", "admin"], [""]]);
  expect(run(["password", "alice"]).out).toContain("shown this once");
  expect(await status("alice", made.password ?? "", "/workers")).toBe(401);
  expect(run(["remove", "alice"]).code).toBe(0);
  expect(run(["remove", "alice"])).toMatchObject({ code: 69, err: expect.stringContaining("no such user") });
  expect(run(["add", "carol", "--role", "root"]).code).toBe(64);
  expect(run(["add", "carol", "--password-stdin"]).code).toBe(64);
}, 60_000);
