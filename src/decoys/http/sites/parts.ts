// What the sites of machines share: a page, an application behind a form, pages behind HTTP Basic.
// Everything a client sent is escaped; nothing is kept but a bounded number of sessions.

import type { Persona } from "../../personas/persona.ts";
import { bytesOf } from "../characters.ts";
import type { SubmittedLogin } from "../forms.ts";
import { escapeHtml } from "../products/engine/wire.ts";
import type { Content, SiteRequest, WebSite } from "../products/product.ts";
import type { HeaderLine } from "../reply.ts";

const HTML = "text/html; charset=UTF-8";
const MAX_SESSIONS = 256;

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}

/** Whether the machine lets this login in. */
export function admitted(persona: Persona, login: SubmittedLogin): boolean {
  const text = (value: string): string => Buffer.from(bytesOf(value)).toString("utf8");
  return persona.admits(text(login.username), text(login.password));
}

/** A whole page. */
export function htmlPage(title: string, style: string, body: string): string {
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${escapeHtml(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}

/** Rows of two columns. */
export function tableOf(rows: readonly (readonly [string, string])[]): string {
  return `<table>\n${rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join("\n")}\n</table>`;
}

/** A form with a name and a password. */
export function loginForm(options: {
  readonly action: string;
  readonly names: readonly [user: string, password: string];
  readonly labels: readonly [user: string, password: string, button: string];
  readonly error?: string | undefined;
}): string {
  const [user, password] = options.names;
  const [userLabel, passwordLabel, button] = options.labels;
  const error = options.error === undefined ? "" : `<p class="error">${options.error}</p>\n`;
  return `<form method="post" action="${options.action}">\n${error}<label>${userLabel} <input type="text" name="${user}" autofocus></label>\n<label>${passwordLabel} <input type="password" name="${password}"></label>\n<button type="submit">${button}</button>\n</form>`;
}

/** A file of the server. */
export function staticFile(body: string, type: string, modifiedAt: number): Content {
  return { status: 200, type, body: utf8(body), modifiedAt: Math.floor(modifiedAt / 1000) * 1000 };
}

/** Days, hours and minutes since the boot. */
export function uptimeText(persona: Persona, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - persona.bootedAt) / 60_000));
  return `${Math.floor(minutes / 1440)} days, ${Math.floor((minutes % 1440) / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** An application behind a login form. */
export interface FormApplication {
  /** Name of its cookie and how its values look. */
  readonly cookie: {
    readonly name: string;
    readonly tail: string;
    readonly make: (request: SiteRequest) => string;
  };
  readonly loginPath: string;
  readonly homePath: string;
  readonly logoutPath: string;
  /** Header lines of every page that it makes. */
  readonly headers: readonly HeaderLine[];
  readonly loginPage: (failed: boolean) => string;
  /** Pages inside, by path. */
  readonly pages: Readonly<Record<string, (request: SiteRequest, user: string) => string>>;
  /** What anybody may have, by path. */
  readonly open: Readonly<Record<string, Content>>;
  /** Status of a login that failed. */
  readonly failedStatus: number;
}

function made(html: string, extra: readonly HeaderLine[], status = 200): Content {
  return { status, type: HTML, body: utf8(html), generated: true, extra };
}

/** The site of such an application. */
export function formSite(persona: Persona, app: FormApplication): WebSite {
  const users = new Map<string, string>();
  const cookieOf = (request: SiteRequest): string | undefined =>
    (request.get("cookie") ?? "")
      .split(";")
      .map((piece) => piece.trim().split("=", 2))
      .find(([name]) => name === app.cookie.name)?.[1];
  const remember = (id: string, user: string): void => {
    users.set(id, user);
    const oldest = users.size > MAX_SESSIONS ? users.keys().next().value : undefined;
    if (oldest !== undefined) users.delete(oldest);
  };
  const setCookie = (id: string): HeaderLine => [
    "Set-Cookie",
    `${app.cookie.name}=${id}; ${app.cookie.tail}`,
  ];
  const enter = (request: SiteRequest, login: SubmittedLogin): Content => {
    if (!admitted(persona, login)) {
      return { ...made(app.loginPage(true), app.headers, app.failedStatus), accepted: false };
    }
    const id = app.cookie.make(request);
    remember(id, login.username);
    return { ...made("", [...app.headers, setCookie(id)], 302), location: app.homePath, accepted: true };
  };
  const known = new Set([app.loginPath, app.homePath, app.logoutPath, ...Object.keys(app.pages)]);
  return {
    answer(request) {
      if (Object.hasOwn(app.open, request.path)) return app.open[request.path];
      if (!known.has(request.path)) return undefined;
      const cookie = cookieOf(request);
      const user = cookie === undefined ? undefined : users.get(cookie);
      if (request.path === app.logoutPath && cookie !== undefined) users.delete(cookie);
      if (request.login && request.method === "POST") return enter(request, request.login);
      const page = Object.hasOwn(app.pages, request.path) ? app.pages[request.path] : undefined;
      if (page && user !== undefined && request.path !== app.logoutPath) {
        return made(page(request, user), app.headers);
      }
      if (request.path === app.loginPath) {
        const extra =
          cookie === undefined ? [...app.headers, setCookie(app.cookie.make(request))] : app.headers;
        return made(app.loginPage(false), extra);
      }
      return { ...made("", app.headers, 302), location: app.loginPath };
    },
  };
}

/** Pages behind HTTP Basic, and some that anybody may have. */
export function basicSite(
  persona: Persona,
  site: {
    readonly realm: string;
    readonly open: Readonly<Record<string, (request: SiteRequest) => Content>>;
    readonly guarded: Readonly<Record<string, (request: SiteRequest) => Content>>;
    /** Whether paths that do not exist ask for a login too. */
    readonly guardsAll: boolean;
  },
): WebSite {
  return {
    answer(request) {
      const open = Object.hasOwn(site.open, request.path) ? site.open[request.path] : undefined;
      if (open) return open(request);
      const page = Object.hasOwn(site.guarded, request.path) ? site.guarded[request.path] : undefined;
      if (!page && !site.guardsAll) return undefined;
      const accepted = request.basic !== undefined && admitted(persona, request.basic);
      if (!accepted) {
        const tried = request.basic === undefined ? {} : { accepted: false };
        return { status: 401, extra: [["WWW-Authenticate", `Basic realm="${site.realm}"`]], ...tried };
      }
      return page
        ? { ...page(request), accepted: true, read: request.path }
        : { status: 404, accepted: true };
    },
  };
}

/** Hexadecimal or other digits of an alphabet. */
export function token(request: SiteRequest, alphabet: string, length: number): string {
  return Array.from(request.random.bytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
}
