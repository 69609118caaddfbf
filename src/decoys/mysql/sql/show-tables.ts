// SHOW and DESCRIBE of tables: their names, columns, indexes, and the statements that would make them.

import type { ColumnDefinition, Table } from "../catalog.ts";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Rows } from "../packets.ts";
import type { Cursor } from "./cursor.ts";
import type { Value } from "./expression.ts";
import { findTable } from "./lookup.ts";
import { filtered, rowsOf, textColumns } from "./show-rows.ts";

/** `table`, `db.table`, or `table FROM db`, for the lists of a table. */
function namedTable(connection: Connection, cursor: Cursor): Table {
  const first = cursor.name();
  if (cursor.takes(".")) return findTable(connection, first, cursor.name());
  const schema = cursor.takes("FROM") || cursor.takes("IN") ? cursor.name() : null;
  return findTable(connection, schema, first);
}

function columnRow(column: ColumnDefinition, full: boolean): Value[] {
  const { name, sqlType, nullable, key, extra, type } = column;
  if (!full) return [name, sqlType, nullable ? "YES" : "NO", key, null, extra];
  const collation = type === "text" || type === "longText" ? "utf8mb4_0900_ai_ci" : null;
  return [
    name,
    sqlType,
    collation,
    nullable ? "YES" : "NO",
    key,
    null,
    extra,
    "select,insert,update,references",
    "",
  ];
}

const FIELDS = ["Field", "Type", "Null", "Key", "Default", "Extra"];
const FULL_FIELDS = [
  "Field",
  "Type",
  "Collation",
  "Null",
  "Key",
  "Default",
  "Extra",
  "Privileges",
  "Comment",
];

/** DESCRIBE. */
export function describe(connection: Connection, cursor: Cursor): Rows {
  const table = namedTable(connection, cursor);
  if (cursor.token.kind === "word" || cursor.token.kind === "string") cursor.next();
  cursor.finish();
  return rowsOf(
    FIELDS,
    table.columns.map((column) => columnRow(column, false)),
  );
}

/** SHOW TABLES. */
export function showTables(connection: Connection, cursor: Cursor, full: boolean): Rows {
  const schema = cursor.takes("FROM") || cursor.takes("IN") ? cursor.name() : connection.database;
  const name = schema ?? raise(errors.noDatabase);
  if (!connection.mayUse(name)) raise(errors.databaseDenied(connection.user, "%", name));
  const tables = connection.databases.get(name) ?? raise(errors.unknownDatabase(name));
  const kind = name === "information_schema" ? "SYSTEM VIEW" : "BASE TABLE";
  const names = [...tables.keys()].sort();
  const title = `Tables_in_${name}`;
  return full
    ? rowsOf(
        [title, "Table_type"],
        names.map((entry) => [entry, kind]),
      )
    : { columns: textColumns(title), rows: names.map((entry) => [entry]) };
}

function createStatement(table: Table): string {
  const quote = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
  const lines = table.columns.map(({ name, sqlType, nullable, extra }) => {
    const rest = `${nullable ? " DEFAULT NULL" : " NOT NULL"}${extra ? " AUTO_INCREMENT" : ""}`;
    return `  ${quote(name)} ${sqlType}${rest}`;
  });
  for (const { name, key } of table.columns) {
    if (key === "PRI") lines.push(`  PRIMARY KEY (${quote(name)})`);
    if (key === "UNI") lines.push(`  UNIQUE KEY ${quote(name)} (${quote(name)})`);
    if (key === "MUL") lines.push(`  KEY ${quote(name)} (${quote(name)})`);
  }
  const auto = table.columns.some(({ extra }) => extra !== "")
    ? ` AUTO_INCREMENT=${table.rows.length + 1}`
    : "";
  return `CREATE TABLE ${quote(table.name)} (\n${lines.join(",\n")}\n) ENGINE=${table.engine}${auto} DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci`;
}

/** SHOW CREATE TABLE and DATABASE. */
export function showCreate(connection: Connection, cursor: Cursor): Rows {
  if (cursor.takes("TABLE")) {
    const table = namedTable(connection, cursor);
    cursor.finish();
    return rowsOf(["Table", "Create Table"], [[table.name, createStatement(table)]]);
  }
  if (cursor.takes("DATABASE") || cursor.takes("SCHEMA")) {
    const name = cursor.name();
    if (!connection.databases.has(name)) raise(errors.unknownDatabase(name));
    const text = `CREATE DATABASE \`${name}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */`;
    return rowsOf(["Database", "Create Database"], [[name, text]]);
  }
  return cursor.fail();
}

/** SHOW COLUMNS. */
export function showColumns(connection: Connection, cursor: Cursor, full: boolean): Rows {
  if (!cursor.takes("FROM")) cursor.expect("IN");
  const table = namedTable(connection, cursor);
  const rows = table.columns.map((column) => columnRow(column, full));
  return filtered(connection, cursor, rowsOf(full ? FULL_FIELDS : FIELDS, rows));
}

/** SHOW INDEX. */
export function showIndex(connection: Connection, cursor: Cursor): Rows {
  if (!cursor.takes("FROM")) cursor.expect("IN");
  const table = namedTable(connection, cursor);
  const keyed = table.columns.filter(({ key }) => key !== "");
  const rows = keyed.map(({ name, key }): Value[] => [
    table.name,
    key === "MUL" ? 1 : 0,
    key === "PRI" ? "PRIMARY" : name,
    1,
    name,
    "A",
    table.rows.length,
  ]);
  return rowsOf(
    ["Table", "Non_unique", "Key_name", "Seq_in_index", "Column_name", "Collation", "Cardinality"],
    rows,
  );
}

/** SHOW TABLE STATUS. */
export function showTableStatus(connection: Connection, cursor: Cursor): Rows {
  const schema =
    (cursor.takes("FROM") || cursor.takes("IN") ? cursor.name() : connection.database) ??
    raise(errors.noDatabase);
  const tables = connection.databases.get(schema) ?? raise(errors.unknownDatabase(schema));
  const rows = [...tables.values()].map((table): Value[] => [
    table.name,
    "InnoDB",
    10,
    "Dynamic",
    table.system ? 0 : table.rows.length,
    16_384,
    "utf8mb4_0900_ai_ci",
  ]);
  return filtered(
    connection,
    cursor,
    rowsOf(["Name", "Engine", "Version", "Row_format", "Rows", "Data_length", "Collation"], rows),
  );
}
