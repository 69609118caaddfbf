// A browser for tests of the dashboard, with a record of everything that a page must not do.
// Uses the system's Chromium with a fresh profile; talks to loopback only.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type ConsoleMessage, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Longest wait for anything that a test expects, in ms. */
const DEADLINE_MS = 10_000;

/** A running browser. */
export interface TestBrowser {
  /** A page in the one profile, at 1280 by 800. What it does wrong is put into `problems`. */
  newPage(origin: string): Promise<TestPage>;
  close(): Promise<void>;
}

/** A page and what it did wrong so far: errors, policy violations, requests that leave the origin. */
export interface TestPage {
  readonly page: Page;
  readonly problems: readonly string[];
}

/** Chromium reports each answer from 400 up as an error of the page; those that a test provokes are none. */
function isExpected(message: ConsoleMessage): boolean {
  return message.text().startsWith("Failed to load resource");
}

function watch(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isExpected(message))
      problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol))
      problems.push(`request: ${request.url()}`);
  });
  return problems;
}

/** Starts the browser. */
export async function launchBrowser(): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), "decnet-chromium-"));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: ARGS,
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(DEADLINE_MS);
  return {
    async newPage(origin) {
      const page = await context.newPage();
      const problems = watch(page, origin);
      // A violation that the console does not tell, for example one of an inline style set by markup.
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) =>
          console.error(`policy: ${event.violatedDirective}`),
        );
      });
      return { page, problems };
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Signs in on the sign-in page and waits for the first page. */
export async function signIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}
