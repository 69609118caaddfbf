// Conditional and partial answers for files: RFC 9110 sections 13 and 14, as far as products agree on them.
// Products add their own header lines.

import type { Content } from "../product.ts";
import type { Field } from "./dialect.ts";
import { fieldOf } from "./dialect.ts";

/** How a file is to be sent. */
export type FileOutcome =
  | { readonly kind: "whole" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "failed" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

function listed(value: string, etag: string): boolean {
  return value.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag);
}

function rangeOf(value: string, size: number): FileOutcome {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(value.replaceAll(" ", ""));
  if (!match || (match[1] === "" && match[2] === "")) return { kind: "whole" };
  const first = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = match[1] === "" || match[2] === "" ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (first >= size) return { kind: "unsatisfiable" };
  return last < first ? { kind: "whole" } : { kind: "part", start: first, end: last + 1 };
}

/** Decides by the request's conditions. */
export function fileOutcome(
  content: Content,
  fields: readonly Field[],
  options: { readonly etag: string; readonly ifMatch: boolean },
): FileOutcome {
  const { modifiedAt = 0, body = new Uint8Array(0) } = content;
  const match = fieldOf(fields, "if-match");
  if (options.ifMatch && match !== undefined && !listed(match, options.etag)) return { kind: "failed" };
  const noneMatch = fieldOf(fields, "if-none-match");
  const since = Date.parse(fieldOf(fields, "if-modified-since") ?? "");
  const unchanged =
    noneMatch === undefined ? since >= Math.floor(modifiedAt / 1000) * 1000 : listed(noneMatch, options.etag);
  if (unchanged) return { kind: "unchanged" };
  const range = fieldOf(fields, "range");
  return range === undefined ? { kind: "whole" } : rangeOf(range, body.length);
}
