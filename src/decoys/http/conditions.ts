// Conditional requests on files as nginx 1.22 decides them (If-* fields, `if_modified_since exact`).
// Pure; knows no bodies.

import type { RequestHeaders } from "./products/nginx/headers.ts";

/** What the conditions say: go on, 304, or 412. */
export type ConditionOutcome = "send" | "not-modified" | "failed";

const HTTP_DATE = /^[A-Za-z]{3,9}, (\d{2})[ -]([A-Za-z]{3})[ -](\d{2,4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;

/** Unix ms of an HTTP date, or -1. */
function parseHttpDate(text: string): number {
  if (text.length > 40 || !HTTP_DATE.test(text)) return -1;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? -1 : ms;
}

/** An HTTP date (RFC 9110 section 5.6.7). */
export function formatHttpDate(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toUTCString();
}

/** Whether a list of entity tags names `etag`. `weak` lets `W/"x"` stand for `"x"`. */
function listsTag(list: string, etag: string, weak: boolean): boolean {
  if (list === "*") return true;
  return list.split(",").some((item) => {
    const tag = item.trim();
    return tag === etag || (weak && tag === `W/${etag}`);
  });
}

/** Evaluates the conditions of a request for a file; `modifiedAt` in Unix ms. */
export function evaluateConditions(
  headers: RequestHeaders,
  file: { readonly modifiedAt: number; readonly etag: string },
): ConditionOutcome {
  const modified = Math.floor(file.modifiedAt / 1000) * 1000;
  const unmodifiedSince = headers.get("if-unmodified-since");
  if (unmodifiedSince !== undefined && parseHttpDate(unmodifiedSince) < modified) return "failed";
  const match = headers.get("if-match");
  if (match !== undefined && !listsTag(match, file.etag, false)) return "failed";
  const since = headers.get("if-modified-since");
  const noneMatch = headers.get("if-none-match");
  if (since === undefined && noneMatch === undefined) return "send";
  if (since !== undefined && parseHttpDate(since) !== modified) return "send";
  if (noneMatch !== undefined && !listsTag(noneMatch, file.etag, true)) return "send";
  return "not-modified";
}

/** Whether an If-Range value still names the file, so that a range may be answered. */
export function rangeStillHolds(
  value: string,
  file: { readonly modifiedAt: number; readonly etag: string },
): boolean {
  if (value.length >= 2 && value.endsWith('"')) return value === file.etag;
  return parseHttpDate(value) === Math.floor(file.modifiedAt / 1000) * 1000;
}
