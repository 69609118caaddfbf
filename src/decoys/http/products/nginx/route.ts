// Which part of the site answers a request, in the order in which nginx decides: redirect, script, protected folder, files.
// Opens nothing: the site is a Map.

import { basicLogin } from "../../forms.ts";
import type { HeaderLine, Reply } from "../../reply.ts";
import type { Site, SiteFile } from "../../site.ts";
import { indexPage } from "./autoindex.ts";
import type { RequestHead } from "./codec.ts";
import { pageReply } from "./page-reply.ts";

/** Where a request goes. */
export type Route =
  /** `continues` says whether nginx asks for the body (100 Continue) before it answers. */
  | { readonly kind: "reply"; readonly reply: Reply; readonly continues: boolean; readonly read?: string }
  | { readonly kind: "script"; readonly script: string };

/** What routing needs besides the request. */
export interface RouteContext {
  readonly site: Site;
  readonly server: string;
  /** Address and port that the client reached. */
  readonly local: { readonly ip: string; readonly port: number };
  /** A file that this client put into the site by another service. */
  readonly written: (path: string) => SiteFile | undefined;
  readonly admits: (username: string, password: string) => boolean;
}

const READABLE = new Set(["GET", "HEAD"]);

function page(
  status: number,
  head: RequestHead,
  context: RouteContext,
  more: { readonly location?: string; readonly extra?: readonly HeaderLine[] } = {},
): Route {
  const options = { server: context.server, padded: head.headers.padded, ...more };
  return { kind: "reply", reply: pageReply(status, options), continues: false };
}

/** An absolute URL on this server as nginx builds it: the client's host, the port that was reached. */
function absolute(path: string, head: RequestHead, context: RouteContext): string {
  const { ip, port } = context.local;
  const host = head.serverHost ?? (ip.includes(":") ? `[${ip}]` : ip);
  return `http://${host}${port === 80 ? "" : `:${port}`}${path}`;
}

function serveFile(file: SiteFile, head: RequestHead, context: RouteContext): Route {
  if (!READABLE.has(head.method)) return page(405, head, context);
  const reply: Reply = {
    status: 200,
    type: file.type,
    body: file.body,
    sized: true,
    modifiedAt: file.modifiedAt,
  };
  return { kind: "reply", reply, continues: true };
}

function redirectToFolder(head: RequestHead, context: RouteContext): Route {
  if (!READABLE.has(head.method) && head.method !== "POST") return page(405, head, context);
  const query = head.query === undefined || head.query === "" ? "" : `?${head.query}`;
  return page(301, head, context, { location: absolute(`${head.path}/${query}`, head, context) });
}

/** A path below `location /`: `try_files $uri $uri/ =404`. */
function serveTree(head: RequestHead, context: RouteContext): Route {
  const { site } = context;
  const file = context.written(head.path) ?? site.files.get(head.path);
  if (file) return serveFile(file, head, context);
  const closed = head.path.endsWith("/");
  const folder = site.folders.get(closed && head.path !== "/" ? head.path.slice(0, -1) : head.path);
  if (!folder) return page(404, head, context);
  if (!closed) return redirectToFolder(head, context);
  if (!READABLE.has(head.method) && head.method !== "POST") return page(405, head, context);
  if (folder.index === undefined) return page(403, head, context);
  if (site.scripts.has(folder.index)) return { kind: "script", script: folder.index };
  const index = site.files.get(folder.index);
  return index ? serveFile(index, head, context) : page(403, head, context);
}

function vaultEntries(site: Site): { name: string; modifiedAt: number; size: number }[] {
  const prefix = `${site.vault.folder}/`;
  return [...site.files]
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, file]) => ({
      name: path.slice(prefix.length),
      modifiedAt: file.modifiedAt,
      size: file.body.length,
    }));
}

/** The protected folder: `auth_basic`, then `autoindex on`, without try_files. */
function serveVault(head: RequestHead, context: RouteContext): Route {
  const { site } = context;
  const login = basicLogin(head.headers.get("authorization") ?? "");
  if (!login || !context.admits(login.username, login.password)) {
    const extra: HeaderLine[] = [["WWW-Authenticate", `Basic realm="${site.vault.realm}"`]];
    return page(401, head, context, { extra });
  }
  if (head.path === `${site.vault.folder}/`) {
    if (head.method === "POST") return page(403, head, context);
    if (!READABLE.has(head.method)) return page(405, head, context);
    const body = indexPage(head.path, vaultEntries(site));
    const reply: Reply = { status: 200, type: "text/html", body, sized: false };
    return { kind: "reply", reply, continues: true };
  }
  if (!READABLE.has(head.method) && head.method !== "POST") return page(405, head, context);
  const file = site.files.get(head.path);
  if (!file) return page(404, head, context);
  const route = serveFile(file, head, context);
  return route.kind === "reply" && route.reply.status === 200 ? { ...route, read: head.path } : route;
}

/** Decides what answers. */
export function route(head: RequestHead, context: RouteContext): Route {
  const { site } = context;
  if (head.path === "/login") {
    const found = page(302, head, context, { location: absolute(`${site.admin}/login.php`, head, context) });
    return found.kind === "reply" ? { ...found, continues: true } : found;
  }
  if (head.path.endsWith(".php")) {
    return site.scripts.has(head.path) ? { kind: "script", script: head.path } : page(404, head, context);
  }
  if (head.path.startsWith(`${site.vault.folder}/`)) return serveVault(head, context);
  return serveTree(head, context);
}
