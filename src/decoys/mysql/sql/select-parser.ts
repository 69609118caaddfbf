// SELECT as a tree: items, sources, conditions, order, limit, union, INTO.

import type { Cursor } from "./cursor.ts";
import type { Expression } from "./expression.ts";
import { ExpressionParser } from "./expression.ts";

/** One thing selected. `name` is its column's name. */
export interface Item {
  readonly of: Expression;
  readonly name: string;
}

/** A table or subquery to select from. */
export interface Source {
  readonly schema: string | null;
  readonly table: string;
  readonly alias: string;
  readonly select: Select | null;
}

/** A SELECT. */
export interface Select {
  readonly distinct: boolean;
  readonly items: readonly Item[];
  readonly sources: readonly Source[];
  readonly where: Expression | null;
  readonly group: readonly Expression[];
  readonly having: Expression | null;
  readonly order: readonly { readonly by: Expression; readonly descending: boolean }[];
  readonly limit: number | null;
  readonly offset: number;
  /** What `INTO OUTFILE` or `INTO DUMPFILE` names. */
  readonly into: { readonly how: "OUTFILE" | "DUMPFILE" | "VARIABLE"; readonly name: string } | null;
  readonly union: Select | null;
}

const MAX_SOURCES = 4;
const CLAUSES = new Set(
  "FROM WHERE GROUP HAVING ORDER LIMIT INTO UNION FOR LOCK ON USING JOIN INNER LEFT RIGHT CROSS NATURAL STRAIGHT_JOIN PROCEDURE SET VALUES".split(
    " ",
  ),
);

function parseAlias(cursor: Cursor): string | null {
  if (cursor.takes("AS")) return cursor.token.kind === "string" ? cursor.next().text : cursor.name();
  const { kind, text } = cursor.token;
  if (kind === "quoted" || kind === "string") return cursor.next().text;
  return kind === "word" && !CLAUSES.has(text.toUpperCase()) ? cursor.name() : null;
}

function parseItems(cursor: Cursor, expressions: ExpressionParser): Item[] {
  const items: Item[] = [];
  do {
    const start = cursor.token.start;
    const of = expressions.parse();
    const text = cursor.source.slice(start, cursor.lastEnd);
    const own =
      of.kind === "column" ? of.name : of.kind === "value" && typeof of.value === "string" ? of.value : text;
    items.push({ of, name: (parseAlias(cursor) ?? own).slice(0, 256) });
  } while (cursor.takes(","));
  return items;
}

function parseSource(cursor: Cursor): Source {
  if (cursor.takes("(")) {
    if (!cursor.is("SELECT") || ++cursor.depth > 32) cursor.fail();
    const select = parseSelect(cursor);
    cursor.depth--;
    cursor.expect(")");
    const alias = parseAlias(cursor) ?? cursor.fail();
    return { schema: null, table: alias, alias, select };
  }
  const first = cursor.name();
  const second = cursor.takes(".") ? cursor.name() : null;
  const table = second ?? first;
  return { schema: second === null ? null : first, table, alias: parseAlias(cursor) ?? table, select: null };
}

const and = (a: Expression | null, b: Expression): Expression =>
  a ? { kind: "binary", op: "AND", a, b } : b;

function parseSources(
  cursor: Cursor,
  expressions: ExpressionParser,
): { sources: Source[]; on: Expression | null } {
  const sources = [parseSource(cursor)];
  let on: Expression | null = null;
  for (;;) {
    const joins =
      cursor.takes(",") ||
      cursor.takes("JOIN") ||
      cursor.takes("INNER", "JOIN") ||
      cursor.takes("CROSS", "JOIN") ||
      cursor.takes("LEFT", "JOIN") ||
      cursor.takes("LEFT", "OUTER", "JOIN") ||
      cursor.takes("RIGHT", "JOIN");
    if (!joins) return { sources, on };
    if (sources.length >= MAX_SOURCES) cursor.fail();
    sources.push(parseSource(cursor));
    if (cursor.takes("ON")) on = and(on, expressions.parse());
  }
}

function parseInto(cursor: Cursor): Select["into"] {
  if (!cursor.takes("INTO")) return null;
  const how = cursor.takes("OUTFILE") ? "OUTFILE" : cursor.takes("DUMPFILE") ? "DUMPFILE" : "VARIABLE";
  const { kind, text } = cursor.next();
  if (kind !== (how === "VARIABLE" ? "user" : "string")) cursor.fail();
  while (how === "OUTFILE" && !cursor.ended && !cursor.is("FROM") && !cursor.is("WHERE")) cursor.next();
  return { how, name: text };
}

function parseCount(cursor: Cursor): number {
  const { kind, text } = cursor.next();
  if (kind !== "number" || !/^[0-9]{1,19}$/.test(text)) cursor.fail();
  return Number(text);
}

function parseLimit(cursor: Cursor): { limit: number | null; offset: number } {
  if (!cursor.takes("LIMIT")) return { limit: null, offset: 0 };
  const first = parseCount(cursor);
  if (cursor.takes("OFFSET")) return { limit: first, offset: parseCount(cursor) };
  if (cursor.takes(",")) return { limit: parseCount(cursor), offset: first };
  return { limit: first, offset: 0 };
}

function parseOrder(cursor: Cursor, expressions: ExpressionParser): Select["order"] {
  if (!cursor.takes("ORDER", "BY")) return [];
  const order: { by: Expression; descending: boolean }[] = [];
  do {
    const by = expressions.parse();
    const descending = cursor.takes("DESC");
    if (!descending) cursor.takes("ASC");
    order.push({ by, descending });
  } while (cursor.takes(","));
  return order;
}

function parseGroup(cursor: Cursor, expressions: ExpressionParser): Expression[] {
  if (!cursor.takes("GROUP", "BY")) return [];
  const group = [expressions.parse()];
  while (cursor.takes(",")) group.push(expressions.parse());
  return group;
}

/** Parses from the word SELECT up to the end of the SELECT. */
export function parseSelect(cursor: Cursor): Select {
  const expressions = new ExpressionParser(cursor, parseSelect);
  cursor.expect("SELECT");
  let distinct = false;
  for (;;) {
    if (cursor.takes("DISTINCT") || cursor.takes("DISTINCTROW")) distinct = true;
    else if (
      !["ALL", "SQL_NO_CACHE", "SQL_CALC_FOUND_ROWS", "HIGH_PRIORITY", "STRAIGHT_JOIN"].some((word) =>
        cursor.takes(word),
      )
    )
      break;
  }
  const items = parseItems(cursor, expressions);
  const early = parseInto(cursor);
  const from = cursor.takes("FROM") && !cursor.takes("DUAL") ? parseSources(cursor, expressions) : null;
  const condition = cursor.takes("WHERE") ? expressions.parse() : null;
  const where = from?.on ? (condition ? and(from.on, condition) : from.on) : condition;
  const group = parseGroup(cursor, expressions);
  const having = cursor.takes("HAVING") ? expressions.parse() : null;
  const order = parseOrder(cursor, expressions);
  const { limit, offset } = parseLimit(cursor);
  const into = early ?? parseInto(cursor);
  if (
    cursor.takes("FOR", "UPDATE") ||
    cursor.takes("FOR", "SHARE") ||
    cursor.takes("LOCK", "IN", "SHARE", "MODE")
  ) {
    cursor.takes("NOWAIT");
  }
  const union = parseUnion(cursor);
  const sources = from?.sources ?? [];
  return { distinct, items, sources, where, group, having, order, limit, offset, into, union };
}

function parseUnion(cursor: Cursor): Select | null {
  if (!cursor.takes("UNION")) return null;
  if (!cursor.takes("ALL")) cursor.takes("DISTINCT");
  if (++cursor.depth > 32) cursor.fail();
  const bracket = cursor.takes("(");
  const select = parseSelect(cursor);
  if (bracket) cursor.expect(")");
  cursor.depth--;
  return select;
}
