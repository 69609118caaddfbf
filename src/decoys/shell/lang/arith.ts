// Shell arithmetic: 64-bit integers, C operators, variables. Bounded in length and depth.

import type { ByteString } from "../shell.ts";
import { ArithFault, applyOperator, numberValue, wrap } from "./arith-value.ts";

/** What an expression reads and sets. */
export interface ArithScope {
  /** True where `name[index]` is a variable too. */
  readonly arrays: boolean;
  get(name: string): ByteString;
  set(name: string, value: ByteString): void;
}

const BINARY: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];
const DEPTH = 64;
const NAME = /^[A-Za-z_]\w{0,255}/;
const ITEM = /^[A-Za-z_]\w{0,255}(?:\[[^[\]]{1,200}\])?/;
const SHIFT_ASSIGN = ["<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|="];

/** Evaluates an expression. Throws ArithFault. */
export function evaluate(expression: ByteString, scope: ArithScope): bigint {
  if (expression.length > 8192) throw new ArithFault("expression too long");
  return new Evaluator(expression, scope, 0).whole();
}

class Evaluator {
  #at = 0;
  #depth: number;
  #dead = 0;
  readonly #text: ByteString;
  readonly #scope: ArithScope;

  constructor(text: ByteString, scope: ArithScope, depth: number) {
    this.#text = text;
    this.#scope = scope;
    this.#depth = depth;
  }

  whole(): bigint {
    this.#blank();
    if (this.#at >= this.#text.length) return 0n;
    const value = this.#comma();
    this.#blank();
    if (this.#at < this.#text.length) this.#fault("syntax error in expression");
    return value;
  }

  #fault(why: string): never {
    throw new ArithFault(`${why} (error token is "${this.#text.slice(this.#at, this.#at + 60)}")`);
  }

  #blank(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  /** The variable here, with its subscript where there are arrays; not taken. */
  #name(): string | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 512);
    return (this.#scope.arrays ? ITEM : NAME).exec(rest)?.[0];
  }

  #take(op: string): boolean {
    this.#blank();
    if (!this.#text.startsWith(op, this.#at)) return false;
    const after = this.#text.charAt(this.#at + op.length);
    if (op.length === 1 && "&|<>".includes(op) && after === op) return false;
    if (after === "=" && !["==", "!=", "<=", ">=", "~", "!"].includes(op) && op !== "(" && op !== ")")
      return false;
    if (op === "*" && after === "*") return false;
    this.#at += op.length;
    return true;
  }

  #comma(): bigint {
    let value = this.#assign();
    while (this.#take(",")) value = this.#assign();
    return value;
  }

  #assign(): bigint {
    if (++this.#depth > DEPTH) throw new ArithFault("expression recursion level exceeded");
    this.#blank();
    const name = this.#name();
    if (name !== undefined) {
      const saved = this.#at;
      this.#at += name.length;
      this.#blank();
      const rest = this.#text.slice(this.#at, this.#at + 3);
      const op =
        SHIFT_ASSIGN.find((candidate) => rest.startsWith(candidate)) ??
        (rest.startsWith("=") && !rest.startsWith("==") ? "=" : undefined);
      if (op !== undefined) {
        this.#at += op.length;
        const right = this.#assign();
        const value = op === "=" ? right : this.#apply(op.slice(0, -1), this.#variable(name), right);
        if (this.#dead === 0) this.#scope.set(name, String(value));
        this.#depth--;
        return value;
      }
      this.#at = saved;
    }
    const value = this.#ternary();
    this.#depth--;
    return value;
  }

  #ternary(): bigint {
    const test = this.#binary(0);
    if (!this.#take("?")) return test;
    const left = this.#lazily(test === 0n, () => this.#assign());
    if (!this.#take(":")) this.#fault("`:' expected for conditional expression");
    const right = this.#lazily(test !== 0n, () => this.#assign());
    return test === 0n ? right : left;
  }

  #lazily(dead: boolean, run: () => bigint): bigint {
    if (!dead) return run();
    this.#dead++;
    const value = run();
    this.#dead--;
    return value;
  }

  #binary(level: number): bigint {
    const ops = BINARY[level];
    if (!ops) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const op = ops.find((candidate) => this.#take(candidate));
      if (op === undefined) return left;
      const skip = (op === "||" && left !== 0n) || (op === "&&" && left === 0n);
      const value = left;
      const right = this.#lazily(skip, () => this.#binary(op === "**" ? level : level + 1));
      left = this.#apply(op, value, right);
    }
  }

  #apply(op: string, a: bigint, b: bigint): bigint {
    const value = applyOperator(op, a, b);
    if (value !== null) return value;
    if (this.#dead > 0) return 0n;
    throw new ArithFault(`division by 0 (error token is "${this.#text.slice(this.#at - 1).trim() || "0"}")`);
  }

  #unary(): bigint {
    if (++this.#depth > DEPTH) throw new ArithFault("expression recursion level exceeded");
    this.#blank();
    const value = this.#unaryInner();
    this.#depth--;
    return value;
  }

  #unaryInner(): bigint {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === "++" || two === "--") {
      this.#at += 2;
      this.#blank();
      const name = this.#name();
      if (name === undefined) return two === "--" ? this.#unary() : this.#unary();
      this.#at += name.length;
      return this.#bump(name, two === "++" ? 1n : -1n);
    }
    if (this.#take("!")) return this.#unary() === 0n ? 1n : 0n;
    if (this.#take("~")) return wrap(~this.#unary());
    if (this.#take("-")) return wrap(-this.#unary());
    if (this.#take("+")) return this.#unary();
    return this.#primary();
  }

  #bump(name: string, by: bigint): bigint {
    const value = wrap(this.#variable(name) + by);
    if (this.#dead === 0) this.#scope.set(name, String(value));
    return value;
  }

  #primary(): bigint {
    if (this.#take("(")) {
      const value = this.#comma();
      if (!this.#take(")")) this.#fault("missing `)'");
      return value;
    }
    const rest = this.#text.slice(this.#at, this.#at + 256);
    const number = /^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,2}#[0-9a-zA-Z]{1,64}|[0-9]{1,20})/.exec(rest)?.[0];
    if (number !== undefined) {
      this.#at += number.length;
      if (/[A-Za-z_]/.test(this.#text.charAt(this.#at))) this.#fault("value too great for base");
      return numberValue(number) ?? this.#fault("value too great for base");
    }
    const name = this.#name();
    if (name === undefined) this.#fault("syntax error: operand expected");
    this.#at += name.length;
    const after = this.#text.slice(this.#at, this.#at + 2);
    const value = this.#variable(name);
    if (after === "++" || after === "--") {
      this.#at += 2;
      this.#bump(name, after === "++" ? 1n : -1n);
    }
    return value;
  }

  #variable(name: string): bigint {
    const value = this.#scope.get(name).trim();
    if (value === "") return 0n;
    if (/^-?[0-9]{1,20}$/.test(value) && !/^-?0[0-9]/.test(value)) return wrap(BigInt(value));
    if (this.#depth > DEPTH) throw new ArithFault("expression recursion level exceeded");
    return new Evaluator(value, this.#scope, this.#depth + 8).whole();
  }
}
