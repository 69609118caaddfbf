// The grammar of `if`, loops, `case`, `[[` and `function`, each at the word that opens it.
// Throws SyntaxFault and nothing else; what stands inside is read by the grammar around it.

import type { Command, Compound, List, Part, Word } from "./ast.ts";
import type { Scanner } from "./scanner.ts";
import { scanArith } from "./substitution-scanner.ts";
import type { Tokens } from "./tokens.ts";
import { literal } from "./word.ts";

/** A function's definition. */
export type FunctionCommand = Extract<Command, { kind: "function" }>;

/** What a compound command holds. */
export interface Grammar {
  /** A list up to one of some reserved words (not taken), which may be empty. */
  list(stops: readonly string[]): List;
  /** The same, never empty and one level deeper. */
  body(stops: readonly string[]): List;
  function(name: string): FunctionCommand;
}

/** Reads compound commands. */
export class CompoundParser {
  readonly #t: Tokens;
  readonly #s: Scanner;
  readonly #g: Grammar;

  constructor(tokens: Tokens, grammar: Grammar) {
    this.#t = tokens;
    this.#s = tokens.scan;
    this.#g = grammar;
  }

  /** The compound command that a reserved word opens (not taken), or null when it opens none. */
  at(word: string): Compound | FunctionCommand | null {
    const parse = this.#kinds.get(word);
    if (!parse || (word === "[[" && !this.#s.bash) || (word === "function" && !this.#s.bash)) return null;
    for (let i = 0; i < word.length; i++) this.#s.next();
    return this.#s.descend(parse);
  }

  readonly #kinds = new Map<string, () => Compound | FunctionCommand>([
    [
      "{",
      () => {
        const body = this.#g.body(["}"]);
        this.#t.takeReserved("}");
        return { kind: "group", body };
      },
    ],
    ["if", () => this.#if()],
    ["for", () => this.#for()],
    ["while", () => this.#loop("while")],
    ["until", () => this.#loop("until")],
    ["case", () => this.#case()],
    ["[[", () => this.#condition()],
    [
      "function",
      () => {
        const name = literal(this.#s.word() ?? []);
        if (name === null) throw this.#t.unexpected();
        if (this.#s.operator() === "(") {
          this.#s.takeOperator("(");
          if (this.#s.operator() !== ")") throw this.#t.unexpected();
          this.#s.takeOperator(")");
        }
        return this.#g.function(name);
      },
    ],
  ]);

  #if(): Compound {
    const branches: { test: List; body: List }[] = [];
    let otherwise: List | null = null;
    for (;;) {
      const test = this.#g.body(["then"]);
      this.#t.takeReserved("then");
      const body = this.#g.body(["fi", "else", "elif"]);
      branches.push({ test, body });
      this.#t.newlines();
      if (this.#t.reserved() !== "elif") break;
      this.#t.takeReserved("elif");
    }
    if (this.#t.reserved() === "else") {
      this.#t.takeReserved("else");
      otherwise = this.#g.body(["fi"]);
    }
    this.#t.takeReserved("fi");
    return { kind: "if", branches, otherwise };
  }

  #doGroup(): List {
    this.#t.takeReserved("do");
    const body = this.#g.body(["done"]);
    this.#t.takeReserved("done");
    return body;
  }

  #for(): Compound {
    this.#s.skipBlanks();
    if (this.#s.bash && this.#s.looking("((")) return this.#forArith();
    const name = literal(this.#s.word() ?? []);
    if (name === null) throw this.#t.unexpected();
    let words: Word[] | null = null;
    while (this.#s.operator() === "\n") this.#s.next();
    if (this.#t.reserved() === "in") {
      this.#t.takeReserved("in");
      words = [];
      for (let word = this.#s.word(); word; word = this.#s.word()) words.push(word);
    }
    if (this.#s.operator() === ";") this.#s.takeOperator(";");
    return { kind: "for", name, words, body: this.#doGroup() };
  }

  #forArith(): Compound {
    const expression = scanArith(this.#s);
    if (!expression) throw this.#t.unexpected();
    const parts: [Part[], Part[], Part[]] = [[], [], []];
    let at = 0;
    for (const part of expression) {
      if (part.kind !== "text") {
        (parts[at] ?? parts[2]).push(part);
        continue;
      }
      for (const [i, text] of part.text.split(";").entries()) {
        if (i > 0) at++;
        (parts[at] ?? parts[2]).push({ ...part, text });
      }
    }
    if (this.#s.operator() === ";") this.#s.takeOperator(";");
    return { kind: "for-arith", parts, body: this.#doGroup() };
  }

  #loop(kind: "while" | "until"): Compound {
    const test = this.#g.body(["do"]);
    return { kind, test, body: this.#doGroup() };
  }

  #case(): Compound {
    const word = this.#s.word();
    if (!word) throw this.#t.unexpected();
    this.#t.takeReserved("in");
    const items: { patterns: Word[]; body: List }[] = [];
    for (;;) {
      this.#t.newlines();
      if (this.#t.reserved() === "esac") break;
      if (this.#s.operator() === "(") this.#s.takeOperator("(");
      const patterns: Word[] = [];
      for (;;) {
        const pattern = this.#s.word();
        if (!pattern) throw this.#t.ended("esac");
        patterns.push(pattern);
        if (this.#s.operator() !== "|") break;
        this.#s.takeOperator("|");
      }
      if (this.#s.operator() !== ")") throw this.#t.ended(")");
      this.#s.takeOperator(")");
      items.push({ patterns, body: this.#s.descend(() => this.#g.list(["esac"])) });
      if (this.#s.operator() === ";;") this.#s.takeOperator(";;");
      else break;
    }
    this.#t.takeReserved("esac");
    return { kind: "case", word, items };
  }

  /** `[[ … ]]`: its words and operators in order, operators as unquoted text. */
  #condition(): Compound {
    const words: Word[] = [];
    for (;;) {
      this.#t.newlines();
      const op = this.#s.operator();
      if (op === ";" || op === "&" || op === "|" || (op === null && this.#s.ended)) throw this.#t.ended("]]");
      if (op !== null) {
        this.#s.takeOperator(op);
        words.push([{ kind: "text", text: op, quoted: false }]);
        continue;
      }
      const word = this.#s.word();
      if (!word) throw this.#t.ended("]]");
      if (literal(word) === "]]") return { kind: "condition", words };
      words.push(word);
    }
  }
}
