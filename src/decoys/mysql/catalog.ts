// Databases and tables as one connection sees them. A connection changes only its own copy, within its bound.

import type { ColumnType } from "./packets.ts";
import type { Value } from "./sql/expression.ts";

/** A column as CREATE TABLE defines it. */
export interface ColumnDefinition {
  readonly name: string;
  /** As SHOW COLUMNS prints it: `int unsigned`, `varchar(64)` … */
  readonly sqlType: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly key: "" | "PRI" | "MUL" | "UNI";
  readonly extra: string;
}

/** A table. Rows are replaced, never changed in place, so that a copy may share them. */
export interface Table {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  rows: readonly (readonly Value[])[];
  /** True for views of the server's own state. */
  readonly system: boolean;
  /** Size to show where the rows stand for more than there are. */
  readonly engine: string;
}

/** Databases by name. */
export type Databases = Map<string, Map<string, Table>>;

/** Column types by the word that begins an SQL type. */
function typeOf(sqlType: string): ColumnType {
  const word = /^[a-z]+/.exec(sqlType.toLowerCase())?.[0] ?? "";
  if (word.endsWith("int") || word === "integer" || word === "bit" || word === "year") return "integer";
  if (word === "decimal" || word === "numeric") return "decimal";
  if (word === "double" || word === "float" || word === "real") return "double";
  if (word === "datetime" || word === "timestamp") return "datetime";
  if (word === "date") return "date";
  return /text|blob|json/.test(word) ? "longText" : "text";
}

/** A column from `name type [pri] [null] [auto]`, the notation of the bait. */
export function column(name: string, sqlType: string, options = ""): ColumnDefinition {
  const words = options.split(" ");
  return {
    name,
    sqlType,
    type: typeOf(sqlType),
    nullable: words.includes("null"),
    key: words.includes("pri") ? "PRI" : words.includes("uni") ? "UNI" : words.includes("mul") ? "MUL" : "",
    extra: words.includes("auto") ? "auto_increment" : "",
  };
}

/** A table with its rows. */
export function table(
  name: string,
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Value[])[],
  system = false,
): Table {
  return { name, columns, rows, system, engine: "InnoDB" };
}

/** A copy that shares the rows. */
export function copyDatabases(databases: ReadonlyMap<string, ReadonlyMap<string, Table>>): Databases {
  return new Map(
    [...databases].map(([name, tables]) => [
      name,
      new Map([...tables].map(([key, entry]) => [key, { ...entry }])),
    ]),
  );
}

/** About the bytes that rows take. */
export function weighRows(rows: readonly (readonly Value[])[]): number {
  let bytes = 0;
  for (const row of rows) {
    bytes += 32;
    for (const value of row) bytes += 16 + (typeof value === "string" ? value.length : 8);
  }
  return bytes;
}

const BYTES = 1024 * 1024;
const TABLES = 256;

/** What one connection has added, held to a bound. */
export class Budget {
  #bytes = 0;
  #tables = 0;

  /** True when so many bytes more still fit. */
  addBytes(bytes: number): boolean {
    if (this.#bytes + bytes > BYTES) return false;
    this.#bytes += bytes;
    return true;
  }

  addTable(): boolean {
    return ++this.#tables <= TABLES;
  }
}
