// Pages of the application behind the login. Everything a client sent is escaped. Pure.

import type { Persona } from "../personas/persona.ts";
import type { SiteTheme } from "./site.ts";

/** Text for an HTML page. */
function escapeHtml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#039;");
}

function page(theme: SiteTheme, title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} - ${escapeHtml(theme.company)}</title>
<link rel="stylesheet" href="${theme.style}">
</head>
<body>
${body}
</body>
</html>
`;
}

/** The login form; `username` is what was tried, where something was. */
export function loginPage(theme: SiteTheme, failed: { readonly username: string } | undefined): string {
  const error = failed ? `<p class="error">${theme.rejection}</p>\n` : "";
  return page(
    theme,
    "Sign in",
    `<header><h1>${theme.application}</h1></header>
<main>
<form method="post" action="login.php">
${error}<label for="username">Username</label>
<input type="text" id="username" name="username" value="${escapeHtml(failed?.username ?? "")}" autofocus>
<label for="password">Password</label>
<input type="password" id="password" name="password">
<div><button type="submit">Sign in</button></div>
</form>
</main>`,
  );
}

function frame(theme: SiteTheme, username: string, title: string, body: string): string {
  return page(
    theme,
    title,
    `<header><h1>${theme.application}</h1><nav><a href="index.php">Overview</a> <a href="users.php">Users</a> <a href="import.php">Import</a> <a href="logout.php">Sign out (${escapeHtml(username)})</a></nav></header>
<main>
<h2>${title}</h2>
${body}
</main>`,
  );
}

function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`);
  return `<table>\n${lines.join("\n")}\n</table>`;
}

/** The first page after the login. */
export function overviewPage(
  theme: SiteTheme,
  persona: Persona,
  view: { username: string; nowMs: number },
): string {
  const days = Math.max(0, Math.floor((view.nowMs - persona.bootedAt) / 86_400_000));
  return frame(
    theme,
    view.username,
    "Overview",
    table([
      ["Host", `${persona.hostname}.${persona.domain}`],
      ["System", persona.os.pretty],
      ["Kernel", persona.os.release],
      ["Uptime", `${days} days`],
      ["Processors", `${persona.hardware.cpus} x ${persona.hardware.cpuModel}`],
      ["Memory", `${Math.round(persona.hardware.memoryKib / 1024)} MB`],
      ["Accounts", String(persona.accounts.length)],
    ]),
  );
}

/** The accounts of the application. */
export function usersPage(theme: SiteTheme, persona: Persona, username: string): string {
  const rows = persona.accounts.map((account): readonly [string, string] => [
    escapeHtml(account.name),
    `${account.name}@${persona.domain}`,
  ]);
  return frame(theme, username, "Users", table(rows));
}

/** The upload form, and what an upload is told. */
export function importPage(theme: SiteTheme, username: string, received: boolean): string {
  const note = received ? "<p>File received. The import runs within the next hour.</p>\n" : "";
  return frame(
    theme,
    username,
    "Import",
    `${note}<form method="post" action="import.php" enctype="multipart/form-data">
<label for="file">File (CSV or XML)</label>
<input type="file" id="file" name="file">
<div><button type="submit">Upload</button></div>
</form>`,
  );
}
