// What every answer and request is held to, whoever asks: headers, Host names, origins.
// Knows nothing of users; that is guard.ts.

import type { MiddlewareHandler } from "hono";
import { DecnetError } from "../contract/errors.ts";
import type { ApiEnv } from "./env.ts";

/** Policy of API answers: nothing in them is ever run or shown as a page. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Policy of the dashboard's own files. */
export const WEB_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/** Policy of the docs page: its own style sheet and nothing else. */
export const DOCS_POLICY =
  "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const FIXED_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** Adds the secure headers; a route that needs another policy or cache rule has set its own. */
export function secureHeaders(): MiddlewareHandler<ApiEnv> {
  return async function secureHeaders(c, next) {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(FIXED_HEADERS)) headers.set(name, value);
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", API_POLICY);
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}

/** True for an address or name that only this machine reaches. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The name of a Host header without its port; nothing when it is not one. */
function hostName(header: string): string {
  return /^(\[[0-9a-f:.]{2,45}\]|[^:[\]]{1,255})(?::\d{1,5})?$/i.exec(header)?.[1] ?? "";
}

/**
 * Refuses a request that names no host. Bound to loopback, only requests that name loopback are answered: a page elsewhere that points its own name at
 * 127.0.0.1 (DNS rebinding) still sends that name.
 */
export function checkHost(boundTo: string): MiddlewareHandler<ApiEnv> {
  const strict = isLoopback(boundTo);
  return async function checkHost(c, next) {
    const url = URL.parse(c.req.url);
    const host = c.req.header("host") ?? url?.host;
    if (strict && host !== undefined && !isLoopback(hostName(host)))
      throw new DecnetError("forbidden", "this address is not served here");
    // The URL is made from the Host header: without a sound one (HTTP/1.0 may leave it out) it is none.
    if (!url) throw new DecnetError("invalid", "the request needs a valid Host header");
    await next();
  };
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Refuses a write that a page of another origin makes with the browser's own credentials. Browsers send
 * Sec-Fetch-Site or Origin with every write; what sends neither is no browser and has no ambient cookie.
 */
export function checkOrigin(): MiddlewareHandler<ApiEnv> {
  return async function checkOrigin(c, next) {
    const isExempt = SAFE_METHODS.includes(c.req.method) || c.req.header("authorization") !== undefined;
    if (
      !isExempt &&
      !isSameOrigin(c.req.header("sec-fetch-site"), c.req.header("origin"), c.req.url, c.req.header("host"))
    ) {
      throw new DecnetError("forbidden", "writes from another origin are refused");
    }
    await next();
  };
}

function isSameOrigin(
  site: string | undefined,
  origin: string | undefined,
  url: string,
  host: string | undefined,
): boolean {
  if (site !== undefined) return site === "same-origin" || site === "none";
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === (host ?? new URL(url).host);
}
