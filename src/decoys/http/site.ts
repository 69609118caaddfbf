// The files that this machine's web server serves, drawn from its persona: the same after a restart, other elsewhere.
// Reads no disk; a path is looked up in a Map and nowhere else.

import { gzipSync } from "node:zlib";
import type { Random } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";
import { bytesOf } from "./characters.ts";
import { faviconBytes, scriptText, styleText } from "./site-assets.ts";
import {
  accents,
  adminFolders,
  applicationNames,
  assetFolders,
  companyHeads,
  companyTails,
  fonts,
  noticeLines,
  rejections,
  vaultFolders,
} from "./site-facts.ts";

/** A file. Dates in Unix ms, whole seconds. */
export interface SiteFile {
  readonly body: Uint8Array;
  readonly type: string;
  readonly modifiedAt: number;
}

/** A folder: its index file where it has one. */
export interface SiteFolder {
  readonly index: string | undefined;
  readonly modifiedAt: number;
}

/** Look and names of the site. */
export interface SiteTheme {
  readonly company: string;
  readonly application: string;
  readonly accent: string;
  readonly font: string;
  readonly rejection: string;
  readonly style: string;
  readonly script: string;
}

/** A whole site. Paths start with a slash; folders have no closing slash except the root. */
export interface Site {
  readonly theme: SiteTheme;
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly folders: ReadonlyMap<string, SiteFolder>;
  /** Folder of the PHP application, `/admin` say. */
  readonly admin: string;
  /** PHP scripts by path. */
  readonly scripts: ReadonlySet<string>;
  /** Folder behind HTTP Basic. */
  readonly vault: { readonly folder: string; readonly realm: string };
}

const DAY_MS = 86_400_000;

const TYPES = new Map([
  ["html", "text/html"],
  ["css", "text/css"],
  ["js", "application/javascript"],
  ["txt", "text/plain"],
  ["ico", "image/x-icon"],
]);

/** nginx's type of a file name: `application/octet-stream` for what its table lacks. */
export function typeOf(name: string): string {
  return TYPES.get(name.slice(name.lastIndexOf(".") + 1)) ?? "application/octet-stream";
}

function themeOf(random: Random): SiteTheme {
  const assets = random.pick(assetFolders);
  return {
    company: `${random.pick(companyHeads)} ${random.pick(companyTails)}`,
    application: random.pick(applicationNames),
    accent: random.pick(accents),
    font: random.pick(fonts),
    rejection: random.pick(rejections),
    style: `/${assets}/${random.pick(["style", "main", "site", "app"])}.css`,
    script: `/${assets}/${random.pick(["app", "main", "site"])}.js`,
  };
}

function homePage(
  theme: SiteTheme,
  places: { admin: string; vault: string },
  notices: readonly string[],
): string {
  const company = theme.company.replace(/&/g, "&amp;");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${company}</title>
<link rel="stylesheet" href="${theme.style}">
<link rel="icon" href="/favicon.ico">
</head>
<body>
<header><h1>${company}</h1><nav><a href="/">Home</a> <a href="${places.admin}/">${theme.application}</a> <a href="/docs/">Documents</a></nav></header>
<main>
<h2>Notices</h2>
<ul>
${notices.map((notice) => `<li>${notice}</li>`).join("\n")}
</ul>
<p>Staff sign in to the <a href="${places.admin}/login.php">${theme.application}</a> with their usual account.</p>
<!-- <a href="${places.vault}/">nightly exports</a> -->
</main>
<footer>Internal use only.</footer>
<script src="${theme.script}"></script>
</body>
</html>
`;
}

function docsPage(theme: SiteTheme): string {
  const company = theme.company.replace(/&/g, "&amp;");
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Documents - ${company}</title><link rel="stylesheet" href="${theme.style}"></head>
<body>
<header><h1>Documents</h1><nav><a href="/">Home</a></nav></header>
<main><p>Documents have moved to the file server. Ask the service desk for access.</p></main>
</body>
</html>
`;
}

/** Two different items of a list. */
function two<T>(random: Random, items: readonly T[]): readonly T[] {
  const at = random.below(items.length);
  const step = 1 + random.below(items.length - 1);
  return [items[at] as T, items[(at + step) % items.length] as T];
}

function dump(persona: Persona, random: Random, day: string): string {
  const rows = persona.accounts.map((account, index) => {
    const hash = Buffer.from(random.bytes(39)).toString("base64").replace(/[+=]/g, ".").slice(0, 53);
    return `(${index + 1},'${account.name}','$2y$10$${hash}','${account.name}@${persona.domain}')`;
  });
  return `-- Host: localhost    Database: portal
-- ------------------------------------------------------
-- Dump of ${persona.hostname}, ${day}

DROP TABLE IF EXISTS \`users\`;
CREATE TABLE \`users\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`login\` varchar(64) NOT NULL,
  \`password\` varchar(255) NOT NULL,
  \`email\` varchar(128) DEFAULT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO \`users\` VALUES ${rows.join(",")};
-- Dump completed on ${day}
`;
}

/** Exports that lie behind HTTP Basic. */
function vaultFiles(persona: Persona, random: Random, lastDay: number): [string, SiteFile][] {
  return [0, 7, 14].map((age) => {
    const at = lastDay - age * DAY_MS;
    const day = new Date(at).toISOString().slice(0, 10);
    const body = new Uint8Array(gzipSync(dump(persona, random, day), { level: 6 }));
    const name = `portal-${day}.sql.gz`;
    return [name, { body, type: typeOf(name), modifiedAt: at }];
  });
}

/** Draws the site of a persona. */
export function createSite(persona: Persona): Site {
  const random = persona.random("http-site");
  const theme = themeOf(random);
  const admin = `/${random.pick(adminFolders)}`;
  const vault = random.pick(vaultFolders);
  const vaultPath = `/${vault.folder}`;
  const span = Math.max(DAY_MS, persona.bootedAt - persona.installedAt);
  const dated = (): number => Math.floor((persona.installedAt + random.below(span)) / 1000) * 1000;
  const text = (path: string, body: string): [string, SiteFile] => [
    path,
    { body: bytesOf(body), type: typeOf(path), modifiedAt: dated() },
  ];
  const notices = two(random, noticeLines);
  // Nightly exports run just after three; the newest is from before the install was drawn.
  const lastNight = Math.floor(persona.bootedAt / DAY_MS) * DAY_MS + (3 * 60 + random.below(40)) * 60_000;
  const files = new Map<string, SiteFile>([
    text("/index.html", homePage(theme, { admin, vault: vaultPath }, notices)),
    text("/docs/index.html", docsPage(theme)),
    text("/robots.txt", `User-agent: *\nDisallow: ${admin}/\nDisallow: ${vaultPath}/\n`),
    text(theme.style, styleText(theme)),
    text(theme.script, scriptText()),
    ["/favicon.ico", { body: faviconBytes(theme.accent), type: typeOf("favicon.ico"), modifiedAt: dated() }],
    ...vaultFiles(persona, random, lastNight).map(([name, file]): [string, SiteFile] => [
      `${vaultPath}/${name}`,
      file,
    ]),
  ]);
  const folder = (index: string | undefined): SiteFolder => ({ index, modifiedAt: dated() });
  return Object.freeze({
    theme,
    files,
    folders: new Map([
      ["/", folder("/index.html")],
      ["/docs", folder("/docs/index.html")],
      [theme.style.slice(0, theme.style.lastIndexOf("/")), folder(undefined)],
      [admin, folder(`${admin}/index.php`)],
      [vaultPath, folder(undefined)],
    ]),
    admin,
    scripts: new Set(["index", "login", "logout", "users", "import"].map((name) => `${admin}/${name}.php`)),
    vault: { folder: vaultPath, realm: vault.realm },
  });
}
