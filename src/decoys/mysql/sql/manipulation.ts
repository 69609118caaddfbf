// INSERT, REPLACE, UPDATE, DELETE, TRUNCATE on the connection's own copy of the tables.

import type { Table } from "../catalog.ts";
import { weighRows } from "../catalog.ts";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import type { Scope } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";
import type { Expression, Value } from "./expression.ts";
import { ExpressionParser } from "./expression.ts";
import { toNumber } from "./functions.ts";
import { findTable } from "./lookup.ts";
import { done, type Outcome } from "./outcome.ts";
import { runSelect } from "./select.ts";
import { parseSelect } from "./select-parser.ts";

const MAX_ROWS = 5000;

function target(connection: Connection, cursor: Cursor, command: string): Table {
  const first = cursor.name();
  const second = cursor.takes(".") ? cursor.name() : null;
  const table = findTable(connection, second === null ? null : first, second ?? first, command);
  if (table.system) connection.demandTable(command, table.name);
  if (!connection.isRoot && command === "DROP") connection.demandTable(command, table.name);
  return table;
}

function scope(connection: Connection, table: Table | null, row: readonly Value[], clause: string): Scope {
  return {
    connection,
    clause,
    group: null,
    subquery: (select) => runSelect(connection, select).values,
    column(name) {
      const at = table?.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()) ?? -1;
      return at < 0 ? undefined : (row[at] ?? null);
    },
  };
}

const weight = (row: readonly Value[]): number => weighRows([row]);

/** The places of the columns that an INSERT names; all of them when it names none. */
function places(cursor: Cursor, table: Table): number[] {
  if (!cursor.is("(") || cursor.peek(1).text.toUpperCase() === "SELECT")
    return table.columns.map((_, index) => index);
  cursor.expect("(");
  const found: number[] = [];
  do {
    const name = cursor.name();
    const at = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (at < 0) raise(errors.unknownColumn(name, "field list"));
    found.push(at);
  } while (cursor.takes(","));
  cursor.expect(")");
  return found;
}

function parseTuple(cursor: Cursor, expressions: ExpressionParser): (Expression | null)[] {
  cursor.expect("(");
  const values: (Expression | null)[] = [];
  while (!cursor.is(")")) {
    const isDefault = cursor.is("DEFAULT") && cursor.peek(1).text !== "(";
    if (isDefault) cursor.next();
    values.push(isDefault ? null : expressions.parse());
    if (!cursor.takes(",")) break;
  }
  cursor.expect(")");
  return values;
}

function readRows(connection: Connection, cursor: Cursor, table: Table, at: readonly number[]): Value[][] {
  const outer = scope(connection, table, [], "field list");
  const build = (values: readonly Value[], number: number): Value[] => {
    if (values.length !== at.length) raise(errors.columnCount(number));
    const row: Value[] = table.columns.map(({ extra }) => (extra ? table.rows.length + number : null));
    at.forEach((place, index) => {
      const value = values[index] ?? null;
      if (value !== null || !table.columns[place]?.extra) row[place] = value;
    });
    return row;
  };
  if (cursor.is("SELECT") || cursor.is("(")) {
    const result = runSelect(connection, parseSelect(cursor));
    return result.values.map((values, index) => build(values, index + 1));
  }
  if (!cursor.takes("VALUES")) cursor.expect("VALUE");
  const expressions = new ExpressionParser(cursor, parseSelect);
  const rows: Value[][] = [];
  do {
    const tuple = parseTuple(cursor, expressions);
    rows.push(
      build(
        tuple.map((value) => (value ? evaluate(value, outer) : null)),
        rows.length + 1,
      ),
    );
  } while (cursor.takes(","));
  return rows;
}

function insert(connection: Connection, cursor: Cursor): Outcome {
  for (const word of ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]) cursor.takes(word);
  cursor.takes("INTO");
  const table = target(connection, cursor, "INSERT");
  const rows = cursor.takes("SET")
    ? [readSet(connection, cursor, table)]
    : readRows(connection, cursor, table, places(cursor, table));
  cursor.skipRest();
  const bytes = weighRows(rows);
  if (table.rows.length + rows.length > MAX_ROWS || !connection.budget.addBytes(bytes))
    raise(errors.tableFull(table.name));
  const firstId = table.columns.some(({ extra }) => extra !== "") ? table.rows.length + 1 : 0;
  table.rows = [...table.rows, ...rows];
  connection.lastInsertId = firstId;
  const info = rows.length > 1 ? `Records: ${rows.length}  Duplicates: 0  Warnings: 0` : "";
  return done({ affected: rows.length, insertId: firstId, info });
}

/** Assignments of UPDATE and INSERT … SET, by place of the column. */
function assignments(cursor: Cursor, table: Table): [number, Expression][] {
  const expressions = new ExpressionParser(cursor, parseSelect);
  const found: [number, Expression][] = [];
  do {
    const first = cursor.name();
    const name = cursor.takes(".") ? cursor.name() : first;
    const at = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (at < 0) raise(errors.unknownColumn(name, "field list"));
    cursor.expect("=");
    found.push([at, expressions.parse()]);
  } while (cursor.takes(","));
  return found;
}

function readSet(connection: Connection, cursor: Cursor, table: Table): Value[] {
  const row: Value[] = table.columns.map(({ extra }) => (extra ? table.rows.length + 1 : null));
  const outer = scope(connection, table, row, "field list");
  for (const [at, value] of assignments(cursor, table)) row[at] = evaluate(value, outer);
  return row;
}

/** The WHERE and LIMIT of UPDATE and DELETE: which rows they mean. */
function chooser(connection: Connection, cursor: Cursor, table: Table): (row: readonly Value[]) => boolean {
  const condition = cursor.takes("WHERE") ? new ExpressionParser(cursor, parseSelect).parse() : null;
  let left = Number.POSITIVE_INFINITY;
  while (!cursor.ended)
    if (cursor.next().text.toUpperCase() === "LIMIT") left = Number(cursor.next().text) || 0;
  return (row) => {
    if (left <= 0) return false;
    const value = condition ? evaluate(condition, scope(connection, table, row, "where clause")) : 1;
    const chosen = value !== null && toNumber(value) !== 0;
    if (chosen) left--;
    return chosen;
  };
}

function update(connection: Connection, cursor: Cursor): Outcome {
  for (const word of ["LOW_PRIORITY", "IGNORE"]) cursor.takes(word);
  const table = target(connection, cursor, "UPDATE");
  cursor.expect("SET");
  const changes = assignments(cursor, table);
  const isChosen = chooser(connection, cursor, table);
  let matched = 0;
  let bytes = 0;
  const rows = table.rows.map((row) => {
    if (!isChosen(row)) return row;
    matched++;
    const next = [...row];
    for (const [at, value] of changes)
      next[at] = evaluate(value, scope(connection, table, row, "field list"));
    bytes += Math.max(0, weight(next) - weight(row));
    return next;
  });
  if (!connection.budget.addBytes(bytes)) raise(errors.tableFull(table.name));
  table.rows = rows;
  return done({ affected: matched, info: `Rows matched: ${matched}  Changed: ${matched}  Warnings: 0` });
}

function remove(connection: Connection, cursor: Cursor): Outcome {
  for (const word of ["LOW_PRIORITY", "QUICK", "IGNORE"]) cursor.takes(word);
  cursor.expect("FROM");
  const table = target(connection, cursor, "DELETE");
  const isChosen = chooser(connection, cursor, table);
  const kept = table.rows.filter((row) => !isChosen(row));
  const affected = table.rows.length - kept.length;
  if (!table.system) table.rows = kept;
  return done({ affected });
}

function truncate(connection: Connection, cursor: Cursor): Outcome {
  cursor.takes("TABLE");
  const table = target(connection, cursor, "DROP");
  cursor.finish();
  if (!table.system) table.rows = [];
  return done();
}

/** The statement of that first word; the cursor stands behind it. */
export function manipulate(word: string, connection: Connection, cursor: Cursor): Outcome {
  if (word === "UPDATE") return update(connection, cursor);
  if (word === "DELETE") return remove(connection, cursor);
  return word === "TRUNCATE" ? truncate(connection, cursor) : insert(connection, cursor);
}
