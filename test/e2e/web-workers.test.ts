// The Workers page in a real browser: why one does not run, orders with and without a question, roles, a phone's width.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { WebFile } from "../../scripts/build-web.ts";
import { buildWeb } from "../../scripts/build-web.ts";
import type { AuditEntry, Worker } from "../../src/api/types.ts";
import { launchBrowser, signIn, type TestBrowser, type TestPage } from "../support/browser.ts";
import { type MockApi, startMockApi } from "../support/mock-api.ts";
import { busyInstall } from "../support/mock-data.ts";
import { PASSWORD } from "../support/mock-routes.ts";

const HOSTILE = `<img src=x onerror="alert(1)">\u202e\u001b[2J`;
let files: WebFile[];
let browser: TestBrowser;
let api: MockApi;
let open: TestPage;

beforeAll(async () => {
  files = await buildWeb();
  browser = await launchBrowser();
}, 60_000);

afterAll(() => browser.close());

beforeEach(async () => {
  api = startMockApi({ files, data: busyInstall(Date.now()) });
  open = await browser.newPage(api.url);
});

afterEach(async () => {
  const { problems } = open;
  await open.page.context().clearCookies();
  await open.page.close();
  await api.stop();
  expect(problems).toEqual([]);
});

const looping = (): Worker => {
  const row = busyInstall(Date.now()).workers.find(({ name }) => name === "ingester");
  if (!row) throw new Error("no such row");
  const last_lines = ["12:00:01 worker failed: the store is locked", HOSTILE, "x".repeat(480)];
  return { ...row, service: { phase: "crash_loop", reason: "exit 70, 6 times in a row", last_lines } };
};

async function openWorkers(): Promise<void> {
  await signIn(open.page, api.url, PASSWORD);
  await open.page.getByRole("link", { name: "Workers", exact: true }).click();
  await open.page.getByRole("heading", { name: "Workers" }).waitFor();
}

const row = (name: string) =>
  open.page.getByRole("row").filter({ has: open.page.getByText(name, { exact: true }) });

test("a crash loop shows live with its reason and log, what is hostile in it spelled out", async () => {
  await openWorkers();
  await row("ingester").getByText("ok", { exact: true }).waitFor();
  api.emit("worker", looping());
  await row("ingester").getByText("crash loop").waitFor();
  await row("ingester").getByText("exit 70, 6 times in a row").waitFor();
  await row("ingester").getByText("Last lines of its log").click();
  await row("ingester").getByText("the store is locked").waitFor();
  await row("ingester").getByText('<img src=x onerror="alert(1)">').waitFor();
  expect(await open.page.locator("main img").count()).toBe(0);
  expect(await row("ingester").textContent()).toContain("\\u{202e}\\e[2J");
  expect(await row("ingester").textContent()).not.toContain("\u202e");
}, 30_000);

test("a stop is asked about, by keyboard too; the bus and the API say what will happen", async () => {
  const { page } = open;
  await openWorkers();
  await page.getByRole("button", { name: "Stop decky" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("All decoys go away").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(api.orders).toEqual([]);
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Stop decky");
  await page.keyboard.press("Enter");
  // The way out has the focus.
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(api.orders).toEqual([]);
  await page.getByRole("button", { name: "Stop api" }).click();
  await dialog.getByText("This dashboard and the REST API end").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Stop bus" }).click();
  await dialog.getByText("can no longer notify each other").waitFor();
  await dialog.getByRole("button", { name: "Stop bus" }).click();
  await page.getByText("bus was told to stop.").waitFor();
  expect(api.orders).toEqual(["/workers/bus/stop"]);
}, 30_000);

test("starting: one, all, and a refusal in the service manager's words", async () => {
  const { page } = open;
  await openWorkers();
  expect(await page.getByRole("button", { name: "Start bus" }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Start correlator" }).click();
  await page.getByRole("alert").getByText("Unit <b>decnet-correlator</b> is masked.").waitFor();
  await page.getByRole("button", { name: "Start all" }).click();
  await page.getByText("Started: correlator. Running already: bus, api.").waitFor();
  expect(api.orders).toEqual(["/workers/correlator/start", "/workers/start-all"]);
}, 30_000);

test("who gave the latest orders, from where, and what came of each; what is a stranger's word spelled out", async () => {
  const order = { action: "worker.stop", target: "ingester", detail: "", source: "10.0.0.7" };
  const all = JSON.stringify({
    started: ["decky"],
    already_running: ["bus"],
    failed: [{ name: "api", reason: "masked" }],
  });
  const entries: readonly AuditEntry[] = [
    {
      ...order,
      id: 4,
      ts: Date.now(),
      username: "bus",
      source: "bus",
      detail: `requested_by: ${HOSTILE}`,
      outcome: "told on the bus",
    },
    {
      ...order,
      id: 3,
      ts: Date.now() - 1000,
      username: "vera",
      outcome: "forbidden: this takes an admin",
    },
    {
      ...order,
      id: 2,
      ts: Date.now() - 2000,
      username: "anna",
      action: "worker.start-all",
      target: "all",
      outcome: all,
    },
    { ...order, id: 1, ts: Date.now() - 3000, username: "anna", outcome: `{"started":["` },
  ];
  await openWorkers();
  const panel = open.page.getByRole("region", { name: "Latest orders" });
  await panel.getByText("No worker was told").waitFor();
  api.change({ audit: entries });
  // An order shows without a reload.
  await open.page.getByRole("button", { name: "Start all" }).click();
  await panel.getByText("forbidden: this takes an admin").waitFor();
  await panel.getByText("Started: decky. Running already: bus. api: masked.").waitFor();
  await panel.getByText('{"started":["').waitFor();
  expect(await panel.getByRole("row").filter({ hasText: "vera" }).textContent()).toContain("10.0.0.7");
  await panel.getByText('<img src=x onerror="alert(1)">').waitFor();
  expect(await open.page.locator("main img").count()).toBe(0);
  expect(await panel.textContent()).not.toContain("\u202e");
}, 30_000);

test("a viewer sees the rows and no orders", async () => {
  api.change({ role: "viewer" });
  await openWorkers();
  await row("ingester").waitFor();
  expect(await open.page.getByRole("region", { name: "Latest orders" }).count()).toBe(0);
  expect(await open.page.getByRole("button", { name: /^(Stop|Start) / }).count()).toBe(0);
}, 30_000);

test("a phone shows all of it without sideways scrolling", async () => {
  const { page } = open;
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, api.url, PASSWORD);
  await page.goto(`${api.url}/workers`);
  await row("ingester").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 3);
  const loop = looping();
  const long = "x".repeat(120);
  const order = { action: "worker.stop", target: "ingester", username: "bus", source: "bus", outcome: long };
  api.change({
    audit: [{ ...order, id: 1, ts: Date.now(), detail: `requested_by: ${long}` }],
    data: {
      ...busyInstall(Date.now()),
      workers: busyInstall(Date.now()).workers.map((old) => (old.name === loop.name ? loop : old)),
    },
  });
  await page.reload();
  await row("ingester").getByText("Last lines of its log").click();
  await page.getByRole("region", { name: "Latest orders" }).getByText(long, { exact: true }).waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
  const stop = await page.getByRole("button", { name: "Stop ingester" }).boundingBox();
  expect(stop && stop.x >= 0 && stop.x + stop.width <= 360).toBe(true);
  const shots = process.env["WORKERS_SHOTS"];
  if (shots) {
    await page.screenshot({ path: `${shots}/phone.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.screenshot({ path: `${shots}/wide.png` });
    await page.getByRole("button", { name: "Stop api" }).click();
    await page.screenshot({ path: `${shots}/ask.png` });
  }
}, 30_000);
