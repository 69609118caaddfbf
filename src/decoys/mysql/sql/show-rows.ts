// What every SHOW is made of: rows under names, filtered by LIKE or WHERE.

import type { Connection } from "../connection.ts";
import type { Column, Rows } from "../packets.ts";
import type { Cursor } from "./cursor.ts";
import { evaluate } from "./evaluate.ts";
import type { Value } from "./expression.ts";
import { ExpressionParser } from "./expression.ts";
import { toNumber } from "./functions.ts";
import { globMatches } from "./like.ts";
import { toRows } from "./result.ts";
import { parseSelect } from "./select-parser.ts";

/** Columns of text. */
export const textColumns = (...names: readonly string[]): Column[] =>
  names.map((name) => ({ name, type: "text" }));

/** Rows under these names. */
export function rowsOf(names: readonly string[], values: readonly (readonly Value[])[]): Rows {
  const columns = names.map((name, index): Column => {
    return { name, type: values.some((row) => typeof row[index] === "number") ? "integer" : "text" };
  });
  return toRows({ columns, values });
}

/** Applies what may stand at the end of a SHOW: LIKE on the first column, or WHERE on any. */
export function filtered(connection: Connection, cursor: Cursor, all: Rows): Rows {
  if (cursor.takes("LIKE")) {
    const pattern = cursor.token.kind === "string" ? cursor.next().text : cursor.fail();
    cursor.finish();
    return { ...all, rows: all.rows.filter(([name]) => globMatches(pattern, name ?? "", connection)) };
  }
  if (!cursor.takes("WHERE")) {
    cursor.finish();
    return all;
  }
  const condition = new ExpressionParser(cursor, parseSelect).parse();
  cursor.finish();
  const rows = all.rows.filter((row) => {
    const value = evaluate(condition, {
      connection,
      clause: "where clause",
      group: null,
      subquery: () => [],
      column(name) {
        const at = all.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
        return at < 0 ? undefined : (row[at] ?? null);
      },
    });
    return value !== null && toNumber(value) !== 0;
  });
  return { ...all, rows };
}
