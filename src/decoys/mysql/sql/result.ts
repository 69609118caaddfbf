// A result's values as the text protocol carries them, held to a bound.

import { errors, raise } from "../errors.ts";
import type { Column, Rows } from "../packets.ts";
import type { Value } from "./expression.ts";

/** A result before it becomes text. */
export interface Result {
  readonly columns: readonly Column[];
  readonly values: readonly (readonly Value[])[];
}

/** Characters of a whole result. */
const RESULT_BYTES = 8 * 1024 * 1024;

/** Digits behind the point of a decimal column; of a division, as `div_precision_increment` says, 4. */
function decimalsOf(column: Column): number {
  return column.table ? 2 : 4;
}

/** A number as the server prints it. */
function formatValue(value: Value, column: Column): string | null {
  if (typeof value !== "number") return value;
  if (column.type === "decimal") return value.toFixed(decimalsOf(column));
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString();
  return String(Number(value.toPrecision(15)));
}

/** A result as the text protocol carries it. */
export function toRows({ columns, values }: Result): Rows {
  const blank: Column = { name: "", type: "text" };
  let bytes = 0;
  const rows = values.map((row) =>
    row.map((value, index) => {
      const text = formatValue(value, columns[index] ?? blank);
      bytes += (text?.length ?? 0) + 1;
      if (bytes > RESULT_BYTES) raise(errors.interrupted);
      return text;
    }),
  );
  return { columns, rows };
}
