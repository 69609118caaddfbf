import { beforeAll, expect, test } from "bun:test";
import { buildWeb, type WebFile } from "./build-web.ts";

let files: WebFile[];
const textOf = (file: WebFile | undefined): string => new TextDecoder().decode(file?.body);

beforeAll(async () => {
  files = await buildWeb();
});

test("the page names only files that are there, by hashed names", () => {
  const page = textOf(files.find(({ path }) => path === "/index.html"));
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  expect(named.length).toBe(4);
  for (const path of named) expect(files.map((file) => file.path)).toContain(path as string);
  expect(files.filter(({ path }) => /^\/assets\/[a-z-]+-[0-9a-z]{8}\.(?:js|css)$/.test(path)).length).toBe(3);
});

test("the page has no inline script or style, so the strict policy lets all of it work", () => {
  const page = textOf(files.find(({ path }) => path === "/index.html"));
  expect(page).not.toMatch(/<style|style=|\son[a-z]+=|<script>/i);
  expect(page).not.toContain("{{");
});

test("nothing is loaded from elsewhere by the style sheet", () => {
  const sheet = textOf(files.find(({ path }) => path.endsWith(".css")));
  expect(sheet.length).toBeGreaterThan(1000);
  expect(sheet).not.toMatch(/url\(|@import|@font-face/i);
});

test("all scripts together stay under 400 kB, and the one that blocks the first paint under 2 kB", () => {
  const scripts = files.filter(({ path }) => path.endsWith(".js"));
  expect(scripts.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(400_000);
  expect(scripts.find(({ path }) => path.includes("theme-boot"))?.body.length).toBeLessThan(2_000);
});

test("the bundle is React's production build", () => {
  const app = textOf(files.find(({ path }) => path.startsWith("/assets/app-") && path.endsWith(".js")));
  expect(app).not.toContain("jsxDEV");
  expect(app).not.toContain("Invalid hook call. Hooks can only be called");
});
