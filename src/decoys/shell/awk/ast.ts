// The awk language as data.

import type { Regex } from "../regex/regex.ts";
import type { ByteString } from "../shell.ts";

/** Where a value can be put. */
export type Target =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "item"; readonly array: string; readonly key: readonly Expr[] }
  | { readonly kind: "field"; readonly index: Expr };

/** Operators of two numbers. */
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^";
/** Operators that compare. */
export type Comparison = "<" | "<=" | "==" | "!=" | ">" | ">=";

/** An expression. */
export type Expr =
  | Target
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly text: ByteString }
  | { readonly kind: "regex"; readonly regex: Regex; readonly source: ByteString }
  | { readonly kind: "assign"; readonly op: Arithmetic | null; readonly target: Target; readonly value: Expr }
  | { readonly kind: "bump"; readonly target: Target; readonly by: 1 | -1; readonly before: boolean }
  | { readonly kind: "not" | "minus" | "plus"; readonly of: Expr }
  | { readonly kind: "arithmetic"; readonly op: Arithmetic; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "compare"; readonly op: Comparison; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "concat" | "and" | "or"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "match"; readonly negated: boolean; readonly text: Expr; readonly pattern: Expr }
  | { readonly kind: "in"; readonly array: string; readonly key: readonly Expr[] }
  | { readonly kind: "choice"; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "builtin"; readonly name: string; readonly args: readonly Expr[] }
  | {
      readonly kind: "getline";
      readonly from: "records" | "file" | "command";
      readonly source: Expr | null;
      readonly target: Target | null;
    }
  /** `(a, b)`: what `print` takes and what stands before `in`. */
  | { readonly kind: "group"; readonly items: readonly Expr[] };

/** Where `print` prints. */
export interface Destination {
  readonly kind: ">" | ">>" | "|";
  readonly to: Expr;
}

/** A statement. */
export type Statement =
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | { readonly kind: "do"; readonly expr: Expr }
  | {
      readonly kind: "print" | "printf";
      readonly args: readonly Expr[];
      readonly into: Destination | null;
    }
  | { readonly kind: "if"; readonly test: Expr; readonly yes: Statement; readonly no: Statement | null }
  | { readonly kind: "while"; readonly test: Expr; readonly body: Statement; readonly testLast: boolean }
  | {
      readonly kind: "for";
      readonly first: Statement | null;
      readonly test: Expr | null;
      readonly next: Statement | null;
      readonly body: Statement;
    }
  | { readonly kind: "for-in"; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly kind: "delete"; readonly array: string; readonly key: readonly Expr[] | null }
  | { readonly kind: "exit" | "return"; readonly value: Expr | null }
  | { readonly kind: "break" | "continue" | "next" | "nextfile" };

/** A pattern with its action; no action prints the record. */
export interface Rule {
  readonly pattern: Expr | null;
  /** The end of a range. */
  readonly until: Expr | null;
  readonly action: Statement | null;
}

/** A function of the program. */
export interface FunctionBody {
  readonly params: readonly string[];
  readonly body: Statement;
}

/** A whole program. */
export interface AwkProgram {
  readonly begin: readonly Statement[];
  readonly rules: readonly Rule[];
  readonly end: readonly Statement[];
  readonly functions: ReadonlyMap<string, FunctionBody>;
}

/** True for what can be assigned to. */
export function isTarget(expr: Expr): expr is Target {
  return expr.kind === "name" || expr.kind === "item" || expr.kind === "field";
}
