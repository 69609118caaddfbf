// The site of a persona: stable, different between installs, coherent; and the login's rules.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { createPersona } from "../personas/create.ts";
import { createApp } from "./app.ts";
import { textOf } from "./characters.ts";
import { indexPage } from "./products/nginx/autoindex.ts";
import { createSite } from "./site.ts";

const machine = (seed: number) =>
  createPersona(
    { key: new Uint8Array(32).fill(seed), madeAt: Date.parse("2026-06-01T00:00:00Z") },
    "linux-server",
    {
      logins: [{ username: "root", password: "let-me-in" }],
    },
  );
const home = (seed: number): string =>
  textOf(createSite(machine(seed)).files.get("/index.html")?.body ?? new Uint8Array(0));

describe("createSite", () => {
  test("is the same for one secret and another for another", () => {
    expect(home(1)).toBe(home(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map(home)).size).toBe(6);
  });

  test("links only to what is there, with dates from the machine's life", () => {
    for (let seed = 1; seed < 12; seed++) {
      const persona = machine(seed);
      const site = createSite(persona);
      for (const [, link = ""] of home(seed).matchAll(/(?:href|src)="([^"]+)"/g)) {
        const path = link.length > 1 ? link.replace(/\/$/, "") : link;
        expect(site.files.has(path) || site.folders.has(path) || site.scripts.has(path)).toBe(true);
      }
      for (const { modifiedAt } of site.files.values()) {
        expect(modifiedAt).toBeGreaterThanOrEqual(persona.installedAt - 1000);
        expect(modifiedAt % 1000).toBe(0);
      }
    }
  });
});

describe("createApp", () => {
  const persona = machine(3);
  const site = createSite(persona);
  const app = createApp(persona, site);
  const random = createSeededRandom("app");
  const base = {
    method: "GET",
    cookie: undefined,
    login: undefined,
    uploaded: false,
    nowMs: persona.bootedAt,
    random,
  };
  const script = (name: string): string => `${site.admin}/${name}.php`;
  const header = (
    extra: readonly (readonly [string, string])[] | undefined,
    key: string,
  ): string | undefined => extra?.find(([name]) => name === key)?.[1];

  test("keeps pages behind the login", () => {
    for (const name of ["index", "users", "import"]) {
      expect(app.handle({ ...base, script: script(name) }).reply).toMatchObject({
        status: 302,
        reason: "Found",
      });
    }
  });

  test("escapes what was typed", () => {
    const login = { username: "<script>\"'", password: "x" };
    const { reply, accepted } = app.handle({ ...base, script: script("login"), method: "POST", login });
    expect(accepted).toBe(false);
    expect(textOf(reply.body)).toContain("&lt;script&gt;&quot;&#039;");
    expect(textOf(reply.body)).not.toContain("<script>");
  });

  test("remembers at most 512 logins", () => {
    const cookies = Array.from({ length: 520 }, () => {
      const login = { username: "root", password: "let-me-in" };
      const { reply } = app.handle({ ...base, script: script("login"), method: "POST", login });
      return (header(reply.extra, "Set-Cookie") ?? "").split(";")[0];
    });
    const status = (cookie: string | undefined): number =>
      app.handle({ ...base, script: script("index"), cookie }).reply.status;
    expect(status(cookies.at(-1))).toBe(200);
    expect(status(cookies[0])).toBe(302);
  });
});

test("a listing cuts and escapes names as nginx does", () => {
  const at = Date.UTC(2026, 10, 23, 14, 15);
  const page = textOf(
    indexPage("/a/", [
      { name: "b & c.txt", modifiedAt: at, size: 2 },
      { name: "x".repeat(64), modifiedAt: at, size: 3 },
    ]),
  );
  expect(page).toContain(
    `<a href="b%20%26%20c.txt">b &amp; c.txt</a>${" ".repeat(42)}23-Nov-2026 14:15                   2\r\n`,
  );
  expect(page).toContain(`>${"x".repeat(47)}..&gt;</a> 23-Nov-2026`);
});
