// Expressions to values.

import type { ByteString } from "../shell.ts";
import type { Arithmetic, Expr, Target } from "./ast.ts";
import { callBuiltin } from "./builtins.ts";
import { AwkFault } from "./flow.ts";
import type { AwkRuntime } from "./runtime.ts";
import { compareValues, fromInput, toBoolean, toNumber, type Value } from "./value.ts";

/** Calls a function of the program; the interpreter's part. */
export type CallFunction = (name: string, args: readonly Expr[]) => Promise<Value>;

/** Evaluates the expressions of one program. */
export class Evaluator {
  readonly runtime: AwkRuntime;
  readonly #call: CallFunction;

  constructor(runtime: AwkRuntime, call: CallFunction) {
    this.runtime = runtime;
    this.#call = call;
  }

  async test(expr: Expr): Promise<boolean> {
    return toBoolean(await this.value(expr));
  }

  async text(expr: Expr): Promise<ByteString> {
    return this.runtime.text(await this.value(expr));
  }

  async number(expr: Expr): Promise<number> {
    return toNumber(await this.value(expr));
  }

  async key(parts: readonly Expr[]): Promise<ByteString> {
    const texts: ByteString[] = [];
    for (const part of parts) texts.push(await this.text(part));
    return this.runtime.bounded(
      texts.join(texts.length > 1 ? this.runtime.text(this.runtime.get("SUBSEP")) : ""),
    );
  }

  async value(expr: Expr): Promise<Value> {
    const { runtime } = this;
    switch (expr.kind) {
      case "number":
        return expr.value;
      case "text":
        return expr.text;
      case "name":
        return runtime.get(expr.name);
      case "field":
        return runtime.field(await this.number(expr.index));
      case "item": {
        const key = await this.key(expr.key);
        return runtime.memory.item(runtime.memory.array(expr.array), key);
      }
      case "regex":
        await runtime.scanned(runtime.record.text.length);
        return expr.regex.test(runtime.record.text) ? 1 : 0;
      case "group":
        return expr.items[0] && expr.items.length === 1 ? this.value(expr.items[0]) : this.key(expr.items);
      default:
        return this.#operation(expr);
    }
  }

  async #operation(expr: Expr): Promise<Value> {
    switch (expr.kind) {
      case "assign":
        return this.#assignment(expr);
      case "bump":
        return this.#bump(expr);
      case "not":
        return (await this.test(expr.of)) ? 0 : 1;
      case "minus":
        return -(await this.number(expr.of));
      case "plus":
        return this.number(expr.of);
      case "arithmetic": {
        const left = await this.number(expr.left);
        return this.#arithmetic(expr.op, left, await this.number(expr.right));
      }
      case "concat": {
        const left = await this.text(expr.left);
        return this.runtime.bounded(left + (await this.text(expr.right)));
      }
      case "compare":
        return this.#compare(expr);
      case "and":
        return (await this.test(expr.left)) && (await this.test(expr.right)) ? 1 : 0;
      case "or":
        return (await this.test(expr.left)) || (await this.test(expr.right)) ? 1 : 0;
      case "choice":
        return this.value((await this.test(expr.test)) ? expr.yes : expr.no);
      case "match":
        return this.#match(expr);
      case "in": {
        const key = await this.key(expr.key);
        return this.runtime.memory.array(expr.array).has(key) ? 1 : 0;
      }
      case "builtin":
        return callBuiltin(expr.name, expr.args, this);
      case "call":
        return this.#call(expr.name, expr.args);
      case "getline":
        return this.#getline(expr);
      default:
        throw new AwkFault("syntax", expr.kind);
    }
  }

  /** Puts a value into a variable, an item or a field. */
  async assign(target: Target, value: Value): Promise<void> {
    const { runtime } = this;
    if (target.kind === "name") runtime.set(target.name, value);
    else if (target.kind === "item") {
      const key = await this.key(target.key);
      runtime.memory.setItem(runtime.memory.array(target.array), key, value);
    } else {
      const index = await this.number(target.index);
      if (!(index >= 0)) throw new AwkFault("type", `negative field index $${index}`);
      runtime.record.setField(Math.trunc(index), runtime.text(value));
    }
  }

  async #assignment({ op, target, value }: Extract<Expr, { kind: "assign" }>): Promise<Value> {
    if (op === null) {
      const right = await this.value(value);
      await this.assign(target, right);
      return right;
    }
    const right = await this.number(value);
    const result = this.#arithmetic(op, await this.number(target), right);
    await this.assign(target, result);
    return result;
  }

  async #bump({ target, by, before }: Extract<Expr, { kind: "bump" }>): Promise<Value> {
    const old = await this.number(target);
    await this.assign(target, old + by);
    return before ? old + by : old;
  }

  #arithmetic(op: Arithmetic, a: number, b: number): number {
    switch (op) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "^":
        return a ** b;
      default:
        if (b === 0 && this.runtime.proc.busybox) throw new AwkFault("division", "Division by zero");
        return op === "/" ? a / b : a % b;
    }
  }

  async #compare({ op, left, right }: Extract<Expr, { kind: "compare" }>): Promise<Value> {
    const first = await this.value(left);
    const order = compareValues(first, await this.value(right), this.runtime.style());
    const outcomes = { "<": order < 0, "<=": order <= 0, "==": order === 0, "!=": order !== 0 };
    const rest = { ">": order > 0, ">=": order >= 0 };
    return { ...outcomes, ...rest }[op] ? 1 : 0;
  }

  async #match({ negated, text, pattern }: Extract<Expr, { kind: "match" }>): Promise<Value> {
    const subject = await this.text(text);
    await this.runtime.scanned(subject.length);
    const regex = pattern.kind === "regex" ? pattern.regex : this.runtime.pattern(await this.text(pattern));
    return regex.test(subject) === negated ? 0 : 1;
  }

  /** A pattern that is an argument, as text: one between slashes is itself, not what it matches. */
  async patternText(expr: Expr): Promise<Value> {
    return expr.kind === "regex" ? expr.source : this.value(expr);
  }

  async #getline({ from, source, target }: Extract<Expr, { kind: "getline" }>): Promise<Value> {
    const { runtime } = this;
    await runtime.tick();
    let record: ByteString | null;
    if (from === "records" || source === null) record = await runtime.nextRecord();
    else {
      const opened = await runtime.streams.source(from, await this.text(source));
      if (!opened) return -1;
      record = await opened.next(runtime.ender());
      if (record !== null && from === "command" && runtime.proc.busybox)
        runtime.set("NR", toNumber(runtime.get("NR")) + 1);
    }
    if (record === null) return 0;
    if (target) await this.assign(target, fromInput(record));
    else runtime.record.text = record;
    return 1;
  }
}
