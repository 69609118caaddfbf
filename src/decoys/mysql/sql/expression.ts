// SQL expressions as a tree, parsed by precedence; nesting is bounded.

import { raise } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import type { Select } from "./select-parser.ts";

/** A value: NULL, a number or text. */
export type Value = string | number | null;

/** An expression. */
export type Expression =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "column"; readonly name: string; readonly table: string | null }
  | { readonly kind: "system" | "user"; readonly name: string }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly distinct: boolean;
    }
  | { readonly kind: "star" }
  | { readonly kind: "unary"; readonly op: string; readonly of: Expression }
  | { readonly kind: "binary"; readonly op: string; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "in"; readonly of: Expression; readonly list: readonly Expression[] }
  | {
      readonly kind: "case";
      readonly of: Expression | null;
      readonly arms: readonly (readonly [Expression, Expression])[];
      readonly otherwise: Expression | null;
    }
  | { readonly kind: "subquery"; readonly select: Select };

const MAX_DEPTH = 32;
/** Operators of one level in a row: each is a level of the tree. */
const MAX_CHAIN = 500;
/** Words that begin no expression. */
const RESERVED = new Set(
  "SELECT FROM WHERE GROUP ORDER LIMIT HAVING UNION INTO AND OR XOR ON BY AS SET VALUES INTERVAL TABLE CREATE DROP IN LIKE IS BETWEEN".split(
    " ",
  ),
);
const LEVELS: readonly (readonly string[])[] = [
  ["OR", "||", "XOR"],
  ["AND", "&&"],
  ["=", "<=>", "<>", "!=", "<", "<=", ">", ">=", "LIKE", "REGEXP", "RLIKE"],
  ["|"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "DIV", "%", "MOD"],
  ["^"],
];
const COMPARISON = 2;

function toFinite(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  return raise({
    code: 1367,
    state: "22007",
    text: `Illegal double '${text.slice(0, 64)}' value found during parsing`,
  });
}

/** Parsers that a subquery needs, handed in to keep the two files free of a cycle at run time. */
export type SelectParser = (cursor: Cursor) => Select;

/** Parses expressions of one statement. */
export class ExpressionParser {
  readonly #cursor: Cursor;
  readonly #select: SelectParser;

  constructor(cursor: Cursor, select: SelectParser) {
    this.#cursor = cursor;
    this.#select = select;
  }

  parse(): Expression {
    const cursor = this.#cursor;
    if (++cursor.depth > MAX_DEPTH) cursor.fail();
    const found = this.#level(0);
    cursor.depth--;
    return found;
  }

  #level(level: number): Expression {
    if (level === COMPARISON && (this.#cursor.takes("NOT") || this.#cursor.takes("!"))) {
      if (++this.#cursor.depth > MAX_DEPTH) this.#cursor.fail();
      const of = this.#level(level);
      this.#cursor.depth--;
      return { kind: "unary", op: "NOT", of };
    }
    const ops = LEVELS[level];
    if (!ops) return this.#unary();
    let left = this.#level(level + 1);
    for (let length = 0; ; length++) {
      if (length > MAX_CHAIN) this.#cursor.fail();
      const special = level === COMPARISON ? this.#special(left) : null;
      if (special) {
        left = special;
        continue;
      }
      const op = ops.find((candidate) => this.#cursor.takes(candidate));
      if (op === undefined) return left;
      left = { kind: "binary", op, a: left, b: this.#level(level + 1) };
    }
  }

  /** IS NULL, IN, BETWEEN, and their negations. */
  #special(left: Expression): Expression | null {
    const cursor = this.#cursor;
    if (cursor.takes("IS")) {
      const negated = cursor.takes("NOT");
      const word = cursor.next().text.toUpperCase();
      if (!["NULL", "TRUE", "FALSE", "UNKNOWN"].includes(word)) cursor.fail();
      const test: Expression = { kind: "unary", op: `IS ${word}`, of: left };
      return negated ? { kind: "unary", op: "NOT", of: test } : test;
    }
    const words = ["IN", "BETWEEN", "LIKE", "REGEXP", "RLIKE"];
    const negated = cursor.is("NOT") && words.some((word) => cursor.areWords("NOT", word));
    if (negated) cursor.next();
    const positive = this.#membership(left, negated);
    if (!positive) return null;
    return negated ? { kind: "unary", op: "NOT", of: positive } : positive;
  }

  #membership(left: Expression, negated: boolean): Expression | null {
    const cursor = this.#cursor;
    if (cursor.takes("IN")) return { kind: "in", of: left, list: this.#list() };
    if (cursor.takes("BETWEEN")) {
      const low = this.#level(COMPARISON + 1);
      cursor.expect("AND");
      const high = this.#level(COMPARISON + 1);
      return {
        kind: "binary",
        op: "AND",
        a: { kind: "binary", op: ">=", a: left, b: low },
        b: { kind: "binary", op: "<=", a: left, b: high },
      };
    }
    const op = negated ? ["LIKE", "REGEXP", "RLIKE"].find((word) => cursor.takes(word)) : undefined;
    return op ? { kind: "binary", op, a: left, b: this.#level(COMPARISON + 1) } : null;
  }

  #list(): Expression[] {
    const cursor = this.#cursor;
    cursor.expect("(");
    if (cursor.is(")")) cursor.fail();
    if (cursor.is("SELECT")) return [this.#parenthesised()];
    const items = [this.parse()];
    while (cursor.takes(",")) items.push(this.parse());
    cursor.expect(")");
    return items;
  }

  #unary(): Expression {
    const cursor = this.#cursor;
    let negative = false;
    let any = false;
    while (cursor.is("-") || cursor.is("+")) {
      if (cursor.next().text === "-") negative = !negative;
      any = true;
    }
    if (!any && cursor.takes("~")) return { kind: "unary", op: "~", of: this.#primary() };
    if (cursor.is("BINARY") && cursor.peek(1).kind !== "end") cursor.next();
    const of = this.#primary();
    return negative ? { kind: "unary", op: "-", of } : of;
  }

  #primary(): Expression {
    const cursor = this.#cursor;
    if (cursor.token.kind === "word" && RESERVED.has(cursor.token.text.toUpperCase())) cursor.fail();
    const token = cursor.next();
    if (token.kind === "number") return { kind: "value", value: toFinite(token.text) };
    if (token.kind === "hex")
      return { kind: "value", value: Buffer.from(token.text, "hex").toString("latin1") };
    if (token.kind === "system" || token.kind === "user") return { kind: token.kind, name: token.text };
    if (token.kind === "string") return this.#strings(token.text);
    if (token.kind === "symbol") {
      if (token.text === "*") return { kind: "star" };
      if (token.text === "(") return this.#parenthesised();
    }
    if (token.kind === "word" || token.kind === "quoted")
      return this.#named(token.text, token.kind === "word");
    return cursor.fail();
  }

  /** Adjacent strings are one. */
  #strings(first: string): Expression {
    const parts = [first];
    while (this.#cursor.token.kind === "string") parts.push(this.#cursor.next().text);
    return { kind: "value", value: parts.join("") };
  }

  #parenthesised(): Expression {
    const cursor = this.#cursor;
    if (cursor.is("SELECT")) {
      if (++cursor.depth > MAX_DEPTH) cursor.fail();
      const select = this.#select(cursor);
      cursor.depth--;
      cursor.expect(")");
      return { kind: "subquery", select };
    }
    const inner = this.parse();
    cursor.expect(")");
    return inner;
  }

  #named(name: string, isWord: boolean): Expression {
    const cursor = this.#cursor;
    const word = isWord ? name.toUpperCase() : "";
    if (word === "NULL") return { kind: "value", value: null };
    if (word === "TRUE" || word === "FALSE") return { kind: "value", value: word === "TRUE" ? 1 : 0 };
    if (word === "CASE") return this.#case();
    if (/^_[a-z0-9]+$/i.test(name) && cursor.token.kind === "string") return this.#primary();
    if (cursor.is("(")) return this.#call(word);
    if (
      [
        "CURRENT_USER",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "LOCALTIME",
        "UTC_TIMESTAMP",
      ].includes(word)
    ) {
      return { kind: "call", name: word, args: [], distinct: false };
    }
    if (!cursor.takes(".")) return { kind: "column", name, table: null };
    if (cursor.takes("*")) return { kind: "star" };
    const second = cursor.name();
    if (!cursor.takes(".")) return { kind: "column", name: second, table: name };
    return { kind: "column", name: cursor.name(), table: second };
  }

  #call(name: string): Expression {
    const cursor = this.#cursor;
    cursor.expect("(");
    const distinct = cursor.takes("DISTINCT");
    const args: Expression[] = [];
    while (!cursor.is(")")) {
      args.push(this.parse());
      if (cursor.takes("AS") || cursor.takes("USING") || cursor.takes("SEPARATOR") || cursor.takes("ORDER")) {
        // The type of a CAST, the charset of a CONVERT: read over, since every value is text or a number.
        while (!cursor.is(")") && !cursor.ended) cursor.next();
      }
      if (!cursor.takes(",") && !cursor.takes("FROM") && !cursor.takes("FOR")) break;
    }
    cursor.expect(")");
    return { kind: "call", name, args, distinct };
  }

  #case(): Expression {
    const cursor = this.#cursor;
    const of = cursor.is("WHEN") ? null : this.parse();
    const arms: [Expression, Expression][] = [];
    while (cursor.takes("WHEN")) {
      const when = this.parse();
      cursor.expect("THEN");
      arms.push([when, this.parse()]);
    }
    const otherwise = cursor.takes("ELSE") ? this.parse() : null;
    cursor.expect("END");
    return { kind: "case", of, arms, otherwise };
  }
}
