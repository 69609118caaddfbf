// Serves the dashboard's embedded files, and its page for every path that is a view of it.
// Reads no disk: a path is a key into what was embedded.

import { createHash } from "node:crypto";
import type { Handler } from "hono";
import { DecnetError } from "../contract/errors.ts";
import type { ApiEnv } from "./env.ts";
import { WEB_POLICY } from "./protect.ts";

/** One embedded file. `etag` is quoted, as the header carries it. */
interface WebAsset {
  readonly body: Uint8Array;
  readonly type: string;
  readonly etag: string;
}

/** The embedded files by path, `/index.html` and so on. */
export interface WebAssets {
  get(path: string): WebAsset | undefined;
}

/** An embedded file as the build writes it: `body` is base64. */
export interface EmbeddedFile {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The files that were built in. */
export function webAssetsFrom(files: readonly EmbeddedFile[]): WebAssets {
  const assets = new Map<string, WebAsset>(
    files.map(({ path, type, body }) => {
      const bytes = new Uint8Array(Buffer.from(body, "base64"));
      const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
      return [path.startsWith("/") ? path : `/${path}`, { body: bytes, type, etag }];
    }),
  );
  return assets;
}

const PAGE = "/index.html";

function findAsset(assets: WebAssets, path: string, accept: string): WebAsset | undefined {
  const found = assets.get(path === "/" ? PAGE : path);
  return found ?? (accept.includes("text/html") ? assets.get(PAGE) : undefined);
}

/** Answers a GET outside of the API. */
export function serveWeb(assets: WebAssets | undefined): Handler<ApiEnv> {
  return (c) => {
    const path = new URL(c.req.url).pathname;
    const asset = assets && findAsset(assets, path, c.req.header("accept") ?? "");
    if (!asset) throw new DecnetError("not_found", "no such page");
    const headers = { "Content-Security-Policy": WEB_POLICY, "Cache-Control": "no-cache", ETag: asset.etag };
    if (c.req.header("if-none-match") === asset.etag) return c.body(null, 304, headers);
    return c.body(asset.body as Uint8Array<ArrayBuffer>, 200, { ...headers, "Content-Type": asset.type });
  };
}
