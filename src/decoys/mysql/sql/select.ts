// SELECT carried out: sources to rows, rows to groups, groups to the result. Bounded in rows and steps.

import type { ColumnDefinition } from "../catalog.ts";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Column, ColumnType } from "../packets.ts";
import type { Scope } from "./evaluate.ts";
import { compareValues, evaluate, isAggregate, spend } from "./evaluate.ts";
import type { Expression, Value } from "./expression.ts";
import { toNumber } from "./functions.ts";
import { findTable } from "./lookup.ts";
import type { Result } from "./result.ts";
import type { Item, Select, Source } from "./select-parser.ts";

/** Rows that a product of sources may have. */
const MAX_ROWS = 20_000;

interface Relation {
  readonly alias: string;
  readonly schema: string;
  readonly columns: readonly ColumnDefinition[];
  readonly rows: readonly (readonly Value[])[];
}

type Row = readonly (readonly Value[])[];

function relate(connection: Connection, source: Source): Relation {
  if (source.select) {
    const inner = runSelect(connection, source.select);
    const columns = inner.columns.map(({ name, type }): ColumnDefinition => {
      return { name, sqlType: "text", type, nullable: true, key: "", extra: "" };
    });
    return { alias: source.alias, schema: "", columns, rows: inner.values };
  }
  const table = findTable(connection, source.schema, source.table);
  return {
    alias: source.alias,
    schema: source.schema ?? connection.database ?? "",
    columns: table.columns,
    rows: table.rows,
  };
}

function product(connection: Connection, relations: readonly Relation[]): Row[] {
  let rows: Row[] = [[]];
  for (const { rows: next } of relations) {
    if (rows.length * next.length > MAX_ROWS) {
      raise({
        code: 1104,
        state: "42000",
        text: "The SELECT would examine more than MAX_JOIN_SIZE rows; check your WHERE and use SET SQL_BIG_SELECTS=1 or SET MAX_JOIN_SIZE=# if the SELECT is okay",
      });
    }
    spend(connection, rows.length * next.length);
    rows = rows.flatMap((row) => next.map((values) => [...row, values]));
  }
  return rows;
}

function scopeOf(at: Execution, row: Row, clause: string, group: readonly Scope[] | null = null): Scope {
  return {
    connection: at.connection,
    clause,
    group,
    subquery: (select) => runSelect(at.connection, select).values,
    column(name, table) {
      const wanted = name.toLowerCase();
      for (const [index, relation] of at.relations.entries()) {
        if (table !== null && relation.alias.toLowerCase() !== table.toLowerCase()) continue;
        const place = relation.columns.findIndex((column) => column.name.toLowerCase() === wanted);
        if (place >= 0) return row[index]?.[place] ?? null;
      }
      return undefined;
    },
  };
}

interface Execution {
  readonly connection: Connection;
  readonly select: Select;
  readonly relations: readonly Relation[];
}

interface Output {
  readonly name: string;
  readonly of: Expression;
  readonly definition: ColumnDefinition | null;
  readonly schema: string;
  readonly table: string;
}

/** The selected items with `*` written out. */
function outputs({ select, relations }: Execution): Output[] {
  return select.items.flatMap((item: Item): Output[] => {
    if (item.of.kind === "star") {
      if (relations.length === 0) raise({ code: 1096, state: "HY000", text: "No tables used" });
      return relations.flatMap((relation) =>
        relation.columns.map((definition) => ({
          name: definition.name,
          of: { kind: "column", name: definition.name, table: relation.alias } as const,
          definition,
          schema: relation.schema,
          table: relation.alias,
        })),
      );
    }
    const { of } = item;
    const owner =
      of.kind === "column"
        ? relations.find(({ columns }) =>
            columns.some(({ name }) => name.toLowerCase() === of.name.toLowerCase()),
          )
        : undefined;
    const definition =
      of.kind === "column"
        ? owner?.columns.find(({ name }) => name.toLowerCase() === of.name.toLowerCase())
        : undefined;
    return [
      {
        name: item.name,
        of,
        definition: definition ?? null,
        schema: owner?.schema ?? "",
        table: owner?.alias ?? "",
      },
    ];
  });
}

/** Checks the names of the items even where there is no row to read them from. */
function checkNames(at: Execution, items: readonly Output[]): void {
  const blank: Row = at.relations.map(({ columns }) => columns.map(() => null));
  const scope = scopeOf(at, blank, "field list");
  for (const { of } of items) {
    if (of.kind !== "column") continue;
    if (scope.column(of.name, of.table) === undefined) {
      raise(errors.unknownColumn(of.table === null ? of.name : `${of.table}.${of.name}`, "field list"));
    }
  }
}

function filter(at: Execution, rows: readonly Row[]): Row[] {
  const { where } = at.select;
  if (!where) return [...rows];
  return rows.filter((row) => {
    const value = evaluate(where, scopeOf(at, row, "where clause"));
    return value !== null && toNumber(value) !== 0;
  });
}

/** The scopes whose values are the result's rows: one per row, or one per group. */
function scopes(at: Execution, rows: readonly Row[], items: readonly Output[]): Scope[] {
  const { select } = at;
  const grouped = select.group.length > 0;
  if (!grouped && !items.some(({ of }) => isAggregate(of))) {
    return rows.map((row) => scopeOf(at, row, "field list"));
  }
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const scope = scopeOf(at, row, "group statement");
    const key = JSON.stringify(select.group.map((of) => evaluate(of, scope)));
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
  }
  if (!grouped && groups.size === 0) groups.set("", []);
  return [...groups.values()].map((members) => {
    const inner = members.map((row) => scopeOf(at, row, "field list"));
    const first: Row = members[0] ?? at.relations.map(({ columns }) => columns.map(() => null));
    return scopeOf(at, first, "field list", inner);
  });
}

/** The value to order by: a position, an alias, or an expression. */
function orderValue(by: Expression, scope: Scope, row: readonly Value[], items: readonly Output[]): Value {
  if (by.kind === "value" && typeof by.value === "number") return row[by.value - 1] ?? null;
  if (by.kind === "column" && by.table === null) {
    const at = items.findIndex(({ name }) => name.toLowerCase() === by.name.toLowerCase());
    if (at >= 0) return row[at] ?? null;
  }
  return evaluate(by, { ...scope, clause: "order clause" });
}

function typeOfValues(output: Output, values: readonly Value[]): ColumnType {
  if (output.definition) return output.definition.type;
  if (output.of.kind === "binary" && output.of.op === "/") return "decimal";
  const found = values.filter((value) => value !== null);
  if (found.length === 0) return output.of.kind === "value" ? "null" : "text";
  if (!found.every((value) => typeof value === "number")) return "text";
  return found.every((value) => Number.isInteger(value)) ? "integer" : "double";
}

function runOne(connection: Connection, select: Select): Result {
  const relations = select.sources.map((source) => relate(connection, source));
  const at: Execution = { connection, select, relations };
  const items = outputs(at);
  checkNames(at, items);
  const chosen = scopes(at, filter(at, product(connection, relations)), items);
  let made = chosen.map((scope) => ({ scope, row: items.map(({ of }) => evaluate(of, scope)) }));
  const { having } = select;
  if (having) made = made.filter(({ scope, row }) => toNumber(orderValue(having, scope, row, items)) !== 0);
  if (select.distinct) made = [...new Map(made.map((entry) => [JSON.stringify(entry.row), entry])).values()];
  if (select.order.length > 0) {
    const keyed = made.map((entry) => ({
      entry,
      keys: select.order.map(({ by }) => orderValue(by, entry.scope, entry.row, items)),
    }));
    keyed.sort((a, b) => {
      for (const [index, { descending }] of select.order.entries()) {
        const order = compareValues(a.keys[index] ?? null, b.keys[index] ?? null);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
    made = keyed.map(({ entry }) => entry);
  }
  const end = select.limit === null ? undefined : select.offset + select.limit;
  const values = made.slice(select.offset, end).map(({ row }) => row);
  const columns = items.map((item, index): Column => {
    const type = typeOfValues(
      item,
      values.map((row) => row[index] ?? null),
    );
    return { name: item.name, type, schema: item.schema, table: item.table };
  });
  return { columns, values };
}

/** Carries out a SELECT with its unions. */
export function runSelect(connection: Connection, select: Select): Result {
  const first = runOne(connection, select);
  if (!select.union) return first;
  const rest = runSelect(connection, select.union);
  if (rest.columns.length !== first.columns.length) raise(errors.unionColumns);
  const columns = first.columns.map((column): Column => ({ ...column, type: "text" }));
  return { columns, values: [...first.values, ...rest.values] };
}
