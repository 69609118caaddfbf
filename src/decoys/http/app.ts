// The PHP application behind the login: sessions, the login itself, a few pages, as PHP-FPM hands them to nginx.
// Lets in whom the persona admits and nobody else; keeps nothing on disk.

import type { Random } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";
import { importPage, loginPage, overviewPage, usersPage } from "./app-pages.ts";
import { bytesOf } from "./characters.ts";
import type { SubmittedLogin } from "./forms.ts";
import type { HeaderLine, Reply } from "./reply.ts";
import type { Site } from "./site.ts";

/** A request as the application sees it. */
export interface AppRequest {
  readonly script: string;
  readonly method: string;
  readonly cookie: string | undefined;
  readonly login: SubmittedLogin | undefined;
  readonly uploaded: boolean;
  readonly nowMs: number;
  readonly random: Random;
}

/** The answer, and whether a login was tried and let in. */
export interface AppResult {
  readonly reply: Reply;
  readonly accepted?: boolean;
}

/** The application of one machine. */
export interface App {
  handle(request: AppRequest): AppResult;
}

/** Logged-in sessions remembered at once; the oldest goes first. */
const MAX_SESSIONS = 512;
const SID_ALPHABET = "0123456789abcdefghijklmnopqrstuv";
const SID = /^[A-Za-z0-9,-]{22,256}$/;

/** What PHP's session module sends when its cache limiter is `nocache`, its default. */
const NO_CACHE: readonly HeaderLine[] = [
  ["Expires", "Thu, 19 Nov 1981 08:52:00 GMT"],
  ["Cache-Control", "no-store, no-cache, must-revalidate"],
  ["Pragma", "no-cache"],
];

function sessionIdOf(cookie: string | undefined): string | undefined {
  for (const piece of (cookie ?? "").split(";")) {
    const [name, value = ""] = piece.trim().split("=", 2);
    if (name === "PHPSESSID" && SID.test(value)) return value;
  }
  return undefined;
}

function newSessionId(random: Random): string {
  return Array.from(random.bytes(26), (byte) => SID_ALPHABET[byte & 31]).join("");
}

function cookieLine(id: string): HeaderLine {
  return ["Set-Cookie", `PHPSESSID=${id}; path=/`];
}

function answer(html: string, headers: readonly HeaderLine[]): Reply {
  return {
    status: 200,
    type: "text/html; charset=UTF-8",
    body: new Uint8Array(Buffer.from(html, "utf8")),
    sized: false,
    extra: headers,
  };
}

function redirect(to: string, headers: readonly HeaderLine[]): Reply {
  return { ...answer("", [...headers, ["Location", to]]), status: 302, reason: "Found" };
}

/** Makes the application of a persona. */
export function createApp(persona: Persona, site: Site): App {
  const users = new Map<string, string>();
  const remember = (id: string, username: string): void => {
    users.delete(id);
    users.set(id, username);
    const oldest = users.size > MAX_SESSIONS ? users.keys().next().value : undefined;
    if (oldest !== undefined) users.delete(oldest);
  };

  const tryLogin = (
    request: AppRequest,
    login: SubmittedLogin,
    headers: readonly HeaderLine[],
  ): AppResult => {
    const username = textOfSubmitted(login.username);
    if (!persona.admits(username, textOfSubmitted(login.password))) {
      return { reply: answer(loginPage(site.theme, { username }), headers), accepted: false };
    }
    const id = newSessionId(request.random);
    remember(id, username);
    // PHP takes back the cookie of the session's start when a new id is made for the login.
    return { reply: redirect("index.php", [...NO_CACHE, cookieLine(id)]), accepted: true };
  };

  const handle = (request: AppRequest): AppResult => {
    const known = sessionIdOf(request.cookie);
    const headers = known === undefined ? [cookieLine(newSessionId(request.random)), ...NO_CACHE] : NO_CACHE;
    const username = known === undefined ? undefined : users.get(known);
    const name = request.script.slice(site.admin.length + 1);
    if (name === "login.php") {
      if (request.method === "POST" && request.login) return tryLogin(request, request.login, headers);
      return { reply: answer(loginPage(site.theme, undefined), headers) };
    }
    if (known === undefined || username === undefined) return { reply: redirect("login.php", headers) };
    if (name === "logout.php") {
      users.delete(known);
      return { reply: redirect("login.php", headers) };
    }
    if (name === "users.php") return { reply: answer(usersPage(site.theme, persona, username), headers) };
    if (name === "import.php") {
      return { reply: answer(importPage(site.theme, username, request.uploaded), headers) };
    }
    return { reply: answer(overviewPage(site.theme, persona, { username, nowMs: request.nowMs }), headers) };
  };
  return { handle };
}

/** A submitted byte string as the application's text: UTF-8, as browsers send it. */
function textOfSubmitted(value: string): string {
  return Buffer.from(bytesOf(value)).toString("utf8");
}
