// The dashboard in a real browser: signing in, live events, keys, losing and regaining the server.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { WebFile } from "../../scripts/build-web.ts";
import { buildWeb } from "../../scripts/build-web.ts";
import { launchBrowser, signIn, type TestBrowser, type TestPage } from "../support/browser.ts";
import { type MockApi, startMockApi } from "../support/mock-api.ts";
import { busyInstall, freshInstall } from "../support/mock-data.ts";
import { evidence, text } from "../support/mock-evidence.ts";
import { PASSWORD } from "../support/mock-routes.ts";

const NOW = Date.now();
let files: WebFile[];
let browser: TestBrowser;
let api: MockApi;
let open: TestPage;

beforeAll(async () => {
  files = await buildWeb();
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  api = startMockApi({ files, data: busyInstall(NOW) });
  open = await browser.newPage(api.url);
});

afterEach(async () => {
  const { problems } = open;
  await open.page.context().clearCookies();
  await open.page.close();
  await api.stop();
  expect(problems).toEqual([]);
});

const command = (seq: number, words: string) =>
  evidence(seq, Date.now(), {
    kind: "command.executed",
    data: { command: text(words), via: "shell", status: 0 },
  });

test("signing in: a wrong password is told, the right one leads on, and no token is kept by the page", async () => {
  const { page } = open;
  await page.goto(api.url);
  await page.getByText("First time here?").click();
  expect(await page.getByText("printed once").isVisible()).toBe(true);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("don't fit together").waitFor();
  await signIn(page, api.url, PASSWORD);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const kept = await page.evaluate(() =>
    [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join(),
  );
  expect(kept).toBe("{},{},");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to decnet" }).waitFor();
}, 30_000);

test("evidence appears by itself, waits while paused, and what came before is there too", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  const feed = page.getByRole("list", { name: "Evidence, newest first" });
  await feed.getByText("SLAVEOF 203.0.113.5 6380").waitFor();
  api.emit("evidence", command(1001, "whoami"));
  await feed.getByText("whoami").waitFor();
  expect(await feed.locator("li").first().textContent()).toContain("whoami");
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  api.emit("evidence", command(1002, "uname -r"));
  await page.getByRole("button", { name: "Resume (1 new)" }).waitFor();
  expect(await feed.getByText("uname -r").count()).toBe(0);
  await page.keyboard.press("p");
  await feed.getByText("uname -r").waitFor();
}, 30_000);

test("a flood keeps the feed bounded and the page alive", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  const feed = page.getByRole("list", { name: "Evidence, newest first" });
  await feed.waitFor();
  for (let seq = 2000; seq < 5000; seq++) api.emit("evidence", command(seq, `flood ${seq}`));
  await feed.getByText("flood 4999", { exact: true }).waitFor();
  expect(await feed.locator("li").count()).toBe(500);
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.getByRole("heading", { name: "Workers" }).waitFor();
}, 30_000);

test("keys: go to pages, walk rows, open one, search, help, and none of it while typing", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const goals = [
    ["a", "Attackers"],
    ["c", "Credentials"],
    ["d", "Deckies"],
    ["w", "Workers"],
    ["s", "Sessions"],
    ["o", "Overview"],
  ] as const;
  for (const [key, heading] of goals) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();
  }
  await page.keyboard.press("/");
  const search = page.getByRole("searchbox");
  await search.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("[data-search]") ?? false);
  await page.keyboard.type("g?j198.51");
  await search.fill("198.51");
  await page.getByRole("row").filter({ hasText: "203.0.113.7" }).waitFor({ state: "detached" });
  expect(new URL(page.url()).searchParams.get("q")).toBe("198.51");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "198.51.100.23" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "hidden" });
  await page.goBack();
  await page.getByRole("heading", { name: "Attackers" }).waitFor();
}, 30_000);

test("the table of attackers sorts and pages, and drills are marked", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  await page.goto(`${api.url}/attackers`);
  await page.getByRole("row").nth(4).waitFor();
  expect(await page.getByRole("row").count()).toBe(5);
  await page.getByRole("button", { name: "Show more" }).click();
  const drill = page.getByRole("row").filter({ hasText: "10.9.8.7" });
  await drill.getByText("DRILL").waitFor();
  await page.getByRole("button", { name: "First seen" }).click();
  await page.locator('th[aria-sort="descending"]', { hasText: "First seen" }).waitFor();
  expect(new URL(page.url()).searchParams.get("sort")).toBe("first_seen");
  // Its records are marked by themselves, wherever they are shown first.
  await page.goto(api.url);
  const record = page.locator("li.feed-row").filter({ hasText: "10.9.8.7" }).first();
  await record.getByText("DRILL").waitFor();
  await page.goto(`${api.url}/attackers/10.9.8.7`);
  await page.locator("li.timeline-row .badge.drill").first().waitFor();
}, 30_000);

test("BUS OFFLINE is on every page while the bus is away, and goes when it is back", async () => {
  const { page } = open;
  api.change({ busConnected: false });
  await signIn(page, api.url, PASSWORD);
  const banner = page.getByRole("alert").filter({ hasText: "BUS OFFLINE" });
  for (const path of ["/", "/attackers", "/sessions", "/credentials", "/deckies", "/workers", "/settings"]) {
    await page.goto(api.url + path);
    await banner.waitFor();
  }
  api.change({ busConnected: true });
  await page.reload();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await banner.waitFor({ state: "detached" });
}, 40_000);

test("BUS OFFLINE comes and goes on an open page, however often workers beat", async () => {
  const { page } = open;
  const [worker] = busyInstall(NOW).workers;
  if (!worker) throw new Error("no worker");
  await signIn(page, api.url, PASSWORD);
  const banner = page.getByRole("alert").filter({ hasText: "BUS OFFLINE" });
  await page.getByText("Live", { exact: true }).waitFor();
  const beats = setInterval(() => api.emit("worker", worker), 500);
  try {
    api.change({ busConnected: false });
    await banner.waitFor({ timeout: 20_000 });
    api.change({ busConnected: true });
    await banner.waitFor({ state: "detached", timeout: 5_000 });
  } finally {
    clearInterval(beats);
  }
}, 60_000);

test("when the server is killed the page says so, and recovers without a reload or a new sign-in", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const { port } = api;
  await api.stop();
  await page.getByText("CONNECTION LOST").waitFor();
  const data = busyInstall(NOW);
  api = startMockApi({
    files,
    port,
    data: { ...data, evidence: [...data.evidence, command(3001, "while you were away")] },
  });
  await page.getByText("CONNECTION LOST").waitFor({ state: "detached" });
  await page.getByText("while you were away").waitFor();
  api.emit("evidence", command(3002, "live again"));
  await page.getByText("live again").waitFor();
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
}, 40_000);

test("a session that the server has forgotten leads to the sign-in page", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  await page.getByText("Live", { exact: true }).waitFor();
  api.change({ remembers: false });
  api.dropStreams();
  await page.getByRole("heading", { name: "Sign in to decnet" }).waitFor();
  expect(await page.getByText("203.0.113.7").count()).toBe(0);
}, 30_000);

test("a failed read offers a retry, and the retry reads", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  api.change({ failing: "/credentials" });
  await page.goto(`${api.url}/credentials`);
  const retry = page.getByRole("button", { name: "Try again" });
  await retry.waitFor();
  api.change({ failing: undefined });
  await retry.click();
  await page.getByRole("table", { name: "Credentials" }).waitFor();
}, 30_000);

test("a fresh install tells the newcomer what to do", async () => {
  const { page } = open;
  api.change({ data: freshInstall(NOW) });
  await signIn(page, api.url, PASSWORD);
  await page.getByText("nmap -sV -p 22,80,6379 192.0.2.10").waitFor();
  api.emit("evidence", command(1, "first contact"));
  await page.getByRole("list", { name: "Evidence, newest first" }).getByText("first contact").waitFor();
}, 30_000);

test("the password is changed only when the current one is right and the new one typed twice alike", async () => {
  const { page } = open;
  await signIn(page, api.url, PASSWORD);
  await page.goto(`${api.url}/settings`);
  const fill = async (current: string, next: string, again: string): Promise<void> => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password at least").fill(next);
    await page.getByLabel("New password again").fill(again);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await fill(PASSWORD, "a long new password", "another new password");
  await page.getByRole("alert").getByText("typed differently").waitFor();
  await fill("wrong", "a long new password", "a long new password");
  await page.getByRole("alert").getByText("current password is not right").waitFor();
  await fill(PASSWORD, "a long new password", "a long new password");
  await page.getByText("The password has been changed.").waitFor();
}, 30_000);
