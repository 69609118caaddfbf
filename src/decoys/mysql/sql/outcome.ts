// What a statement came to: rows, or a count.

import type { Done, Rows } from "../packets.ts";

/** The result of one statement. */
export type Outcome =
  | { readonly kind: "rows"; readonly rows: Rows }
  | { readonly kind: "done"; readonly done: Done };

/** A statement without rows. */
export const done = (value: Done = {}): Outcome => ({ kind: "done", done: value });
/** A statement with rows. */
export const rows = (value: Rows): Outcome => ({ kind: "rows", rows: value });
