// Applications behind a form: webmail, telephone system, storage box, firewall. Texts are our own.
// Which machine has which is in index.ts.

import type { Persona } from "../../personas/persona.ts";
import type { WebSite } from "../products/product.ts";
import type { HeaderLine } from "../reply.ts";
import { formSite, htmlPage, loginForm, tableOf, token, uptimeText } from "./parts.ts";

const PHP_IDS = "0123456789abcdefghijklmnopqrstuv";
/** What PHP's session module sends by default. */
const PHP_HEADERS: readonly HeaderLine[] = [
  ["Expires", "Thu, 19 Nov 1981 08:52:00 GMT"],
  ["Cache-Control", "no-store, no-cache, must-revalidate"],
  ["Pragma", "no-cache"],
];

/** What one of these applications shows. */
interface Look {
  readonly title: string;
  readonly style: string;
  readonly cookie: string;
  readonly loginPath: string;
  readonly homePath: string;
  readonly logoutPath: string;
  readonly names: readonly [string, string];
  readonly labels: readonly [string, string, string];
  readonly error: string;
  readonly heading: string;
  readonly inside: (persona: Persona, nowMs: number, user: string) => string;
  readonly failedStatus: number;
}

function application(persona: Persona, look: Look): WebSite {
  const page = (body: string): string => htmlPage(look.title, look.style, body);
  return formSite(persona, {
    cookie: { name: look.cookie, tail: "path=/; HttpOnly", make: (request) => token(request, PHP_IDS, 26) },
    loginPath: look.loginPath,
    homePath: look.homePath,
    logoutPath: look.logoutPath,
    headers: PHP_HEADERS,
    failedStatus: look.failedStatus,
    loginPage: (failed) =>
      page(
        `<h1>${look.heading}</h1>\n${loginForm({ action: look.loginPath, names: look.names, labels: look.labels, error: failed ? look.error : undefined })}`,
      ),
    pages: {
      [look.homePath]: (request, user) =>
        page(
          `<h1>${look.heading}</h1>\n<p><a href="${look.logoutPath}">Log out</a></p>\n${look.inside(persona, request.nowMs, user)}`,
        ),
    },
    open: {},
  });
}

const PLAIN =
  "body{font:14px sans-serif;background:#eef1f4;color:#222;margin:60px auto;width:420px}label{display:block;margin:8px 0}.error{color:#a00}th{text-align:left;padding-right:16px}";

/** Webmail of the mail server. */
export function webmailSite(persona: Persona): WebSite {
  return application(persona, {
    title: `Webmail - ${persona.domain}`,
    style: PLAIN,
    cookie: "webmail_sessid",
    loginPath: "/",
    homePath: "/mail/",
    logoutPath: "/logout",
    names: ["_user", "_pass"],
    labels: ["Username", "Password", "Login"],
    error: "Login failed.",
    heading: `Webmail ${persona.domain}`,
    failedStatus: 401,
    inside: () =>
      `<h2>Inbox</h2>\n${tableOf([
        ["Messages", "0"],
        ["Quota", "1% of 2 GB"],
      ])}`,
  });
}

/** Administration of the telephone system. */
export function pbxSite(persona: Persona): WebSite {
  return application(persona, {
    title: "PBX Administration",
    style: PLAIN,
    cookie: "PHPSESSID",
    loginPath: "/admin/config.php",
    homePath: "/admin/index.php",
    logoutPath: "/admin/logout.php",
    names: ["username", "password"],
    labels: ["Username", "Password", "Continue"],
    error: "Invalid Username or Password",
    heading: `PBX ${persona.hostname}`,
    failedStatus: 200,
    inside: ({ bootedAt }, nowMs) =>
      tableOf([
        ["Asterisk", "running"],
        ["Extensions", String(20 + (Math.floor(bootedAt / 1000) % 60))],
        ["Trunks online", "2"],
        ["Uptime", uptimeText(persona, nowMs)],
      ]),
  });
}

/** Web administration of a FreeBSD storage box. */
export function storageSite(persona: Persona): WebSite {
  return application(persona, {
    title: `${persona.hostname}.${persona.domain} - Login`,
    style: PLAIN,
    cookie: "PHPSESSID",
    loginPath: "/login.php",
    homePath: "/index.php",
    logoutPath: "/logout.php",
    names: ["username", "password"],
    labels: ["Username", "Password", "Login"],
    error: "Incorrect username or password.",
    heading: `${persona.hostname}.${persona.domain}`,
    failedStatus: 200,
    inside: (_, nowMs) =>
      tableOf([
        ["Version", persona.os.pretty],
        ["Platform", persona.hardware.cpuModel],
        ["Uptime", uptimeText(persona, nowMs)],
        ["Pool tank", `ONLINE, ${Math.round(persona.hardware.diskKib / 1024 / 1024)} GB`],
      ]),
  });
}
