// Pages by key: where a page ended is an opaque text that the next request gives back.
// Never an offset: rows that arrive meanwhile must neither repeat nor hide others.

import { DecnetError } from "../contract/errors.ts";

/** Rows and, when there are more, what to ask the next page with. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** Most rows of one page. */
const PAGE_LIMIT = 1000;

/** A sort value and the id that makes it unique. */
export interface PageKey {
  readonly value: number;
  readonly id: string;
}

/** Brings a wanted page size into 1 … {@link PAGE_LIMIT}. */
export function clampLimit(limit: number): number {
  return Math.max(1, Math.min(PAGE_LIMIT, Math.trunc(limit) || 1));
}

/** The cursor that stands for a row. */
function formatCursor(key: PageKey): string {
  return Buffer.from(`${key.value}:${key.id}`).toString("base64url");
}

/** Reads a cursor back. Throws DecnetError `invalid` on anything that is not one. */
export function parseCursor(text: string): PageKey {
  const match =
    text.length <= 512 ? /^(-?\d{1,16}):(.*)$/s.exec(Buffer.from(text, "base64url").toString()) : null;
  if (!match) throw new DecnetError("invalid", "not a page cursor");
  return { value: Number(match[1]), id: match[2] ?? "" };
}

/** Cuts `limit + 1` fetched rows to a page. */
export function toPage<Row>(fetched: readonly Row[], limit: number, keyOf: (row: Row) => PageKey): Page<Row> {
  const rows = fetched.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: fetched.length > limit && last !== undefined ? formatCursor(keyOf(last)) : null };
}

/** A LIKE pattern (with `ESCAPE '\'`) that matches `text` anywhere. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
