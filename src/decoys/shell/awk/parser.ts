// Tokens to a program: rules, functions and statements.
// Throws AwkFault and nothing else.

import type { ByteString } from "../shell.ts";
import type { AwkProgram, Destination, Expr, FunctionBody, Rule, Statement } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { ExpressionParser } from "./expressions.ts";
import { AwkFault } from "./flow.ts";
import { tokenize } from "./lexer.ts";

/** Most bytes of one program. */
export const PROGRAM_BYTES = 64 * 1024;

/** Parses a program. `busybox` has counted repeats in its patterns and more functions. */
export function parseAwk(source: ByteString, busybox: boolean): AwkProgram {
  const cursor = new Cursor(tokenize(source.slice(0, PROGRAM_BYTES), busybox));
  return new Parser(cursor, new ExpressionParser(cursor, busybox)).program();
}

class Parser {
  readonly #c: Cursor;
  readonly #expr: ExpressionParser;
  readonly #functions = new Map<string, FunctionBody>();

  constructor(cursor: Cursor, expressions: ExpressionParser) {
    this.#c = cursor;
    this.#expr = expressions;
  }

  program(): AwkProgram {
    const begin: Statement[] = [];
    const end: Statement[] = [];
    const rules: Rule[] = [];
    for (;;) {
      while (this.#c.is("\n", ";")) this.#c.next();
      if (this.#c.here.kind === "end") break;
      if (this.#c.take("BEGIN")) begin.push(this.#block());
      else if (this.#c.take("END")) end.push(this.#block());
      else if (this.#c.take("function")) this.#function();
      else rules.push(this.#rule());
    }
    return { begin, rules, end, functions: this.#functions };
  }

  #rule(): Rule {
    if (this.#c.is("{")) return { pattern: null, until: null, action: this.#block() };
    const pattern = this.#expr.expression();
    let until: Expr | null = null;
    if (this.#c.take(",")) {
      this.#c.newlines();
      until = this.#expr.expression();
    }
    if (this.#c.is("{")) return { pattern, until, action: this.#block() };
    if (this.#c.here.kind !== "end" && !this.#c.is("\n", ";")) throw this.#c.fault();
    return { pattern, until, action: null };
  }

  #function(): void {
    const { kind, text } = this.#c.here;
    if (kind !== "name" && kind !== "call") throw this.#c.fault();
    this.#c.next();
    this.#c.expect("(");
    const params: string[] = [];
    while (!this.#c.is(")")) {
      params.push(this.#c.name());
      if (!this.#c.take(",")) break;
      this.#c.newlines();
    }
    this.#c.expect(")");
    this.#c.newlines();
    this.#functions.set(text, { params, body: this.#block() });
  }

  #block(): Statement {
    this.#c.expect("{");
    this.#c.braces++;
    const body: Statement[] = [];
    for (;;) {
      while (this.#c.is("\n", ";")) this.#c.next();
      if (this.#c.is("}")) break;
      if (this.#c.here.kind === "end") throw this.#c.unended();
      body.push(this.#statement());
    }
    this.#c.next();
    this.#c.braces--;
    return { kind: "block", body };
  }

  #statement(): Statement {
    return this.#c.descend(() => {
      if (this.#c.is("{")) return this.#block();
      if (this.#c.take("if")) return this.#if();
      if (this.#c.take("while")) return this.#while();
      if (this.#c.take("do")) return this.#do();
      if (this.#c.take("for")) return this.#for();
      if (this.#c.take(";")) return { kind: "block", body: [] };
      const simple = this.#simple();
      this.#ended();
      return simple;
    });
  }

  /** A simple statement ends with its line, a semicolon or before a brace. */
  #ended(): void {
    if (this.#c.is("}")) return;
    if (!this.#c.is("\n", ";")) throw this.#c.unended();
    this.#c.next();
  }

  #simple(): Statement {
    const { kind, text } = this.#c.here;
    if (kind !== "word") return { kind: "do", expr: this.#expr.expression() };
    switch (text) {
      case "print":
      case "printf":
        this.#c.next();
        return this.#print(text);
      case "break":
      case "continue":
      case "next":
      case "nextfile":
        this.#c.next();
        return { kind: text };
      case "exit":
      case "return":
        this.#c.next();
        return { kind: text, value: this.#c.is("\n", ";", "}") ? null : this.#expr.expression() };
      case "delete":
        this.#c.next();
        return this.#delete();
      default:
        return { kind: "do", expr: this.#expr.expression() };
    }
  }

  #print(kind: "print" | "printf"): Statement {
    const bare = this.#c.is("\n", ";", "}", ">", ">>", "|") || this.#c.here.kind === "end";
    const list = bare ? [] : this.#expr.list({ noGreater: true });
    const [only] = list;
    const args = list.length === 1 && only?.kind === "group" ? only.items : list;
    if (kind === "printf" && args.length === 0) throw this.#c.fault();
    return { kind, args, into: this.#destination() };
  }

  #destination(): Destination | null {
    if (!this.#c.is(">", ">>", "|")) return null;
    const kind = this.#c.next().text as Destination["kind"];
    return { kind, to: this.#expr.expression({ noGreater: true }) };
  }

  #delete(): Statement {
    const array = this.#c.name();
    if (!this.#c.take("[")) return { kind: "delete", array, key: null };
    const key = this.#expr.list();
    this.#c.expect("]");
    return { kind: "delete", array, key };
  }

  /** A body, which may stand on a line of its own. */
  #body(): Statement {
    this.#c.newlines();
    return this.#statement();
  }

  #test(): Expr {
    this.#c.expect("(");
    const test = this.#expr.expression();
    this.#c.expect(")");
    return test;
  }

  #if(): Statement {
    const test = this.#test();
    const yes = this.#body();
    for (let skip = 0; ; skip++) {
      const token = this.#c.ahead(skip);
      if (token.kind === "op" && (token.text === "\n" || token.text === ";")) continue;
      if (token.kind !== "word" || token.text !== "else") return { kind: "if", test, yes, no: null };
      for (let i = 0; i <= skip; i++) this.#c.next();
      return { kind: "if", test, yes, no: this.#body() };
    }
  }

  #while(): Statement {
    const test = this.#test();
    if (this.#c.take(";")) return { kind: "while", test, body: { kind: "block", body: [] }, testLast: false };
    return { kind: "while", test, body: this.#body(), testLast: false };
  }

  #do(): Statement {
    const body = this.#body();
    while (this.#c.is("\n", ";")) this.#c.next();
    this.#c.expect("while");
    const test = this.#test();
    this.#ended();
    return { kind: "while", test, body, testLast: true };
  }

  #for(): Statement {
    this.#c.expect("(");
    const [name, word, array, close] = [0, 1, 2, 3].map((by) => this.#c.ahead(by));
    if (name?.kind === "name" && word?.text === "in" && array?.kind === "name" && close?.text === ")") {
      for (let i = 0; i < 4; i++) this.#c.next();
      return { kind: "for-in", name: name.text, array: array.text, body: this.#body() };
    }
    const first = this.#c.is(";") ? null : this.#simple();
    this.#c.expect(";");
    this.#c.newlines();
    const test = this.#c.is(";") ? null : this.#expr.expression();
    this.#c.expect(";");
    this.#c.newlines();
    const next = this.#c.is(")") ? null : this.#simple();
    this.#c.expect(")");
    return { kind: "for", first, test, next, body: this.#body() };
  }
}

/** Refuses calls of functions that the program does not define, as mawk does before it starts. */
export function checkCalls(program: AwkProgram, source: ByteString, busybox: boolean): void {
  const tokens = tokenize(source.slice(0, PROGRAM_BYTES), busybox);
  const last = tokens.at(-1)?.line ?? 1;
  for (const { kind, text } of tokens)
    if (kind === "call" && !program.functions.has(text)) throw new AwkFault("undefined", text, last + 1);
}
