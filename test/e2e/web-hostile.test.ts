// The dashboard against hostile evidence and narrow screens: payloads stay text, the policy holds, nothing scrolls sideways.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { buildWeb } from "../../scripts/build-web.ts";
import { launchBrowser, signIn, type TestBrowser, type TestPage } from "../support/browser.ts";
import { type MockApi, startMockApi } from "../support/mock-api.ts";
import { busyInstall } from "../support/mock-data.ts";
import { BIDI, SESSION, XSS } from "../support/mock-evidence.ts";
import { PASSWORD } from "../support/mock-routes.ts";

let browser: TestBrowser;
let api: MockApi;
let open: TestPage;

const PATHS = [
  "/",
  "/attackers",
  "/attackers/203.0.113.7",
  "/attackers/2001%3Adb8%3A85a3%3A%3A8a2e%3A370%3A7334",
  "/sessions",
  `/sessions/${SESSION}`,
  "/credentials",
  "/deckies",
  "/workers",
  "/settings",
  "/no-such-page",
];

beforeAll(async () => {
  api = startMockApi({ files: await buildWeb(), data: busyInstall(Date.now()) });
  browser = await launchBrowser();
  open = await browser.newPage(api.url);
  await signIn(open.page, api.url, PASSWORD);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await api.stop();
});

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(api.url + path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector(".loading") === null);
}

test("payloads stay text on every page, and every page keeps to the policy and the origin", async () => {
  const { page, problems } = open;
  for (const path of PATHS) {
    await visit(page, path);
    const made = await page.evaluate(() => ({
      pwned: "pwned" in window,
      images: document.querySelectorAll("main img, main script, main style, main iframe").length,
      styled: document.querySelectorAll("head style").length,
    }));
    expect({ path, ...made }).toEqual({ path, pwned: false, images: 0, styled: 0 });
  }
  expect(problems).toEqual([]);
}, 60_000);

test("markup is readable as it was sent; direction overrides and controls are spelled out", async () => {
  const { page } = open;
  await visit(page, "/attackers/203.0.113.7");
  expect(await page.getByText(XSS, { exact: true }).count()).toBeGreaterThan(0);
  const body = await page.locator("main").textContent();
  expect(body).toContain("safe\\u{202e}gnp.exe\\x07\\e[31m");
  expect(body).not.toContain("\u202e");
  expect(body).not.toContain(BIDI);
}, 30_000);

test("long values are cut, and open on request", async () => {
  const { page } = open;
  await visit(page, "/attackers/203.0.113.7");
  const cell = page.getByRole("table", { name: "Commands" }).locator("td", { hasText: "echo AAAA" });
  expect(((await cell.textContent()) ?? "").length).toBeLessThan(400);
  await cell.getByRole("button").click();
  await cell.getByText("base64 -d | sh").waitFor();
}, 30_000);

test("the terminal replays: plays, pauses, seeks, shows colours and the alternate screen, and runs nothing", async () => {
  const { page, problems } = open;
  await visit(page, `/sessions/${SESSION}`);
  const screen = page.getByRole("region", { name: "Terminal recording" });
  await page.getByLabel("Speed").selectOption("8");
  await page.getByRole("button", { name: "Play" }).click();
  await screen.getByText("logout").waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(await screen.textContent()).toContain(XSS.slice(0, 30));
  const seek = page.getByLabel("Position");
  await seek.fill("4");
  await screen.getByText('"notes" 2L').waitFor();
  expect(await screen.textContent()).not.toContain("uname");
  await seek.fill("2");
  await screen.getByText("backup").waitFor();
  expect(await screen.locator("span.fg12.bold").textContent()).toBe("backup");
  const direct = await screen.getByText("rgb").evaluate((span) => getComputedStyle(span).backgroundColor);
  expect(direct).toBe("rgb(40, 80, 120)");
  await page.keyboard.press("Escape");
  await screen.focus();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Play" }).waitFor();
  expect(problems).toEqual([]);
}, 30_000);

test("nothing scrolls sideways at 400 pixels, in either theme", async () => {
  const { page } = open;
  await page.setViewportSize({ width: 400, height: 800 });
  for (const path of PATHS) {
    await visit(page, path);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect({ path, colorScheme, width }).toEqual({ path, colorScheme, width: 400 });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}, 60_000);

test("the theme is chosen, kept over a reload, and applied before the first paint", async () => {
  const { page } = open;
  await page.emulateMedia({ colorScheme: "light" });
  await visit(page, "/settings");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByLabel("Dark").check();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  expect(await background()).toBe(dark);
  await page.getByLabel("As the system").check();
  expect(await background()).toBe(light);
}, 30_000);

test("landmarks, one first heading, a skip link, and names for all controls", async () => {
  const { page } = open;
  for (const path of PATHS) {
    await visit(page, path);
    const found = await page.evaluate(() => ({
      mains: document.querySelectorAll("main").length,
      headings: document.querySelectorAll("h1").length,
      nameless: [...document.querySelectorAll("button, a, input, select")].filter((control) => {
        const labelled = control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
        const text = control.getAttribute("aria-label") ?? control.textContent ?? "";
        return text.trim() === "" && !(labelled && ((control.labels?.length ?? 0) > 0 || control.hidden));
      }).length,
    }));
    expect({ path, ...found }).toEqual({ path, mains: 1, headings: 1, nameless: 0 });
  }
  await page.goto(api.url);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
}, 60_000);
