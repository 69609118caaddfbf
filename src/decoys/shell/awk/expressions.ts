// Tokens to expressions, by precedence (POSIX awk, "Expressions in awk").
// Throws AwkFault and nothing else.

import { type Arithmetic, type Comparison, type Expr, isTarget } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { PrimaryParser } from "./primaries.ts";

/** Where an expression stands: in a `print`, `>` redirects. */
export interface Context {
  readonly noGreater?: boolean;
}

const ASSIGNS = new Map<string, Arithmetic | null>([
  ["=", null],
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["%=", "%"],
  ["^=", "^"],
]);
const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", "==", "!=", ">", ">="]);
/** Tokens that can begin what is joined to the value before them. */
const JOINED = new Set(["number", "text", "regex", "name", "call", "builtin"]);

/** Reads expressions at a cursor. */
export class ExpressionParser {
  readonly #c: Cursor;
  readonly #primaries: PrimaryParser;

  constructor(cursor: Cursor, intervals: boolean) {
    this.#c = cursor;
    this.#primaries = new PrimaryParser(cursor, intervals, {
      list: () => this.list(),
      postfix: () => this.#postfix(),
    });
  }

  expression(context: Context = {}): Expr {
    return this.#c.descend(() => this.#choice(context));
  }

  /** Expressions with commas between them, up to a token that can begin none. */
  list(context: Context = {}): Expr[] {
    const items = [this.expression(context)];
    while (this.#c.take(",")) {
      this.#c.newlines();
      items.push(this.expression(context));
    }
    return items;
  }

  #choice(context: Context): Expr {
    const test = this.#or(context);
    const op = this.#c.here.kind === "op" ? ASSIGNS.get(this.#c.here.text) : undefined;
    if (op !== undefined && isTarget(test)) {
      this.#c.next();
      this.#c.newlines();
      return { kind: "assign", op, target: test, value: this.expression(context) };
    }
    if (!this.#c.take("?")) return test;
    this.#c.newlines();
    const yes = this.expression(context);
    this.#c.newlines();
    this.#c.expect(":");
    this.#c.newlines();
    return { kind: "choice", test, yes, no: this.expression(context) };
  }

  #or(context: Context): Expr {
    let left = this.#and(context);
    while (this.#c.take("||")) {
      this.#c.newlines();
      left = { kind: "or", left, right: this.#and(context) };
    }
    return left;
  }

  #and(context: Context): Expr {
    let left = this.#in(context);
    while (this.#c.take("&&")) {
      this.#c.newlines();
      left = { kind: "and", left, right: this.#in(context) };
    }
    return left;
  }

  #in(context: Context): Expr {
    let left = this.#match(context);
    while (this.#c.take("in"))
      left = { kind: "in", array: this.#c.name(), key: left.kind === "group" ? left.items : [left] };
    return left;
  }

  #match(context: Context): Expr {
    let left = this.#compare(context);
    while (this.#c.is("~", "!~")) {
      const negated = this.#c.next().text === "!~";
      left = { kind: "match", negated, text: left, pattern: this.#compare(context) };
    }
    return left;
  }

  #compare(context: Context): Expr {
    let left = this.#piped();
    for (;;) {
      const { kind, text } = this.#c.here;
      if (kind !== "op" || !COMPARISONS.has(text) || (text === ">" && context.noGreater)) return left;
      this.#c.next();
      left = { kind: "compare", op: text as Comparison, left, right: this.#piped() };
    }
  }

  /** `command | getline`. */
  #piped(): Expr {
    let left = this.#concat();
    while (this.#c.is("|") && this.#c.ahead(1).kind === "word" && this.#c.ahead(1).text === "getline") {
      this.#c.next();
      this.#c.next();
      left = { kind: "getline", from: "command", source: left, target: this.#primaries.target() };
    }
    return left;
  }

  #concat(): Expr {
    let left = this.#additive();
    while (this.#joins()) left = { kind: "concat", left, right: this.#additive() };
    return left;
  }

  #joins(): boolean {
    const { kind, text } = this.#c.here;
    if (JOINED.has(kind)) return true;
    if (kind !== "op") return false;
    return ["$", "(", "-", "+", "++", "--", "!"].includes(text);
  }

  #additive(): Expr {
    let left = this.#multiplicative();
    while (this.#c.is("+", "-")) {
      const op = this.#c.next().text as Arithmetic;
      left = { kind: "arithmetic", op, left, right: this.#multiplicative() };
    }
    return left;
  }

  #multiplicative(): Expr {
    let left = this.#unary();
    while (this.#c.is("*", "/", "%")) {
      const op = this.#c.next().text as Arithmetic;
      left = { kind: "arithmetic", op, left, right: this.#unary() };
    }
    return left;
  }

  #unary(): Expr {
    const kinds = { "!": "not", "-": "minus", "+": "plus" } as const;
    const { kind, text } = this.#c.here;
    if (kind !== "op" || (text !== "!" && text !== "-" && text !== "+")) return this.#power();
    this.#c.next();
    return { kind: kinds[text], of: this.#c.descend(() => this.#unary()) };
  }

  #power(): Expr {
    const left = this.#postfix();
    if (!this.#c.take("^")) return left;
    // Right to left, and a sign may stand before the exponent.
    const right = this.#c.descend(() => (this.#c.is("-", "+", "!") ? this.#unary() : this.#power()));
    return { kind: "arithmetic", op: "^", left, right };
  }

  #postfix(): Expr {
    const value = this.#primaries.primary();
    if (!isTarget(value) || !this.#c.is("++", "--")) return value;
    return { kind: "bump", target: value, by: this.#c.next().text === "++" ? 1 : -1, before: false };
  }
}
