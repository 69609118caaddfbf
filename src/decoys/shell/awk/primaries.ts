// Tokens to the smallest expressions: constants, variables, fields, calls, groups, `getline`.
// Throws AwkFault and nothing else; compiles patterns as it meets them.

import { compileRegex, RegexFault } from "../regex/regex.ts";
import { type Expr, isTarget, type Target } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { AwkFault } from "./flow.ts";
import { parseNumber } from "./value.ts";

/** The expressions around. */
export interface Around {
  list(): Expr[];
  postfix(): Expr;
}

/** Reads primaries at a cursor. */
export class PrimaryParser {
  readonly #c: Cursor;
  readonly #intervals: boolean;
  readonly #within: Around;

  constructor(cursor: Cursor, intervals: boolean, within: Around) {
    this.#c = cursor;
    this.#intervals = intervals;
    this.#within = within;
  }

  /** A value that no operator takes apart. */
  primary(): Expr {
    const token = this.#c.here;
    switch (token.kind) {
      case "number":
        this.#c.next();
        return { kind: "number", value: parseNumber(token.text) };
      case "text":
        this.#c.next();
        return { kind: "text", text: token.text };
      case "regex":
        this.#c.next();
        return { kind: "regex", source: token.text, regex: this.#compile(token.text, token.line) };
      case "name":
        return this.#variable();
      case "call":
        this.#c.next();
        return { kind: "call", name: token.text, args: this.#arguments() };
      case "builtin":
        this.#c.next();
        return this.#builtin(token.text);
      default:
        return this.#symbol();
    }
  }

  #symbol(): Expr {
    if (this.#c.take("getline")) return this.#getline();
    if (this.#c.take("$")) {
      const index = this.#c.is("++", "--") ? this.#bumpBefore() : this.#c.descend(() => this.#fieldIndex());
      return { kind: "field", index };
    }
    if (this.#c.is("++", "--")) return this.#bumpBefore();
    if (!this.#c.take("(")) throw this.#c.fault();
    const items = this.#within.list();
    this.#c.expect(")");
    const [only] = items;
    if (items.length === 1 && only) return isTarget(only) ? { kind: "group", items } : only;
    return { kind: "group", items };
  }

  /** What stands behind a dollar: a sign or a primary. */
  #fieldIndex(): Expr {
    if (this.#c.take("-")) return { kind: "minus", of: this.primary() };
    if (this.#c.take("+")) return { kind: "plus", of: this.primary() };
    return this.primary();
  }

  #bumpBefore(): Expr {
    const by = this.#c.next().text === "++" ? 1 : -1;
    const target = this.#c.descend(() => this.primary());
    if (!isTarget(target)) throw this.#c.fault();
    return { kind: "bump", target, by, before: true };
  }

  #variable(): Target {
    const name = this.#c.name();
    if (!this.#c.take("[")) return { kind: "name", name };
    const key = this.#within.list();
    this.#c.expect("]");
    return { kind: "item", array: name, key };
  }

  /** What `getline` reads into, or null. */
  target(): Target | null {
    if (this.#c.here.kind === "name") return this.#variable();
    if (!this.#c.is("$")) return null;
    const value = this.primary();
    return isTarget(value) ? value : null;
  }

  #getline(): Expr {
    const target = this.target();
    if (!this.#c.take("<")) return { kind: "getline", from: "records", source: null, target };
    return { kind: "getline", from: "file", source: this.#c.descend(() => this.#within.postfix()), target };
  }

  #arguments(): Expr[] {
    this.#c.expect("(");
    this.#c.newlines();
    if (this.#c.take(")")) return [];
    const args = this.#within.list();
    this.#c.newlines();
    this.#c.expect(")");
    return args;
  }

  #builtin(name: string): Expr {
    if (this.#c.is("(")) return { kind: "builtin", name, args: this.#arguments() };
    if (name !== "length") throw this.#c.fault();
    return { kind: "builtin", name, args: [] };
  }

  #compile(text: string, line: number) {
    try {
      return compileRegex(text, { extended: true, intervals: this.#intervals });
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      throw new AwkFault("regex", `${error.message}\n${text}`, line);
    }
  }
}
