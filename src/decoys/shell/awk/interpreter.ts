// Runs an awk program: BEGIN, the rules for every record, END.
// Gives a status; throws AwkFault for what is wrong with the program, and what the budget throws.

import { loopOrder } from "./array.ts";
import type { AwkProgram, Expr, FunctionBody, Rule, Statement } from "./ast.ts";
import { Evaluator } from "./evaluate.ts";
import { AwkExit, AwkFault, NextRecord } from "./flow.ts";
import { formatValues } from "./format.ts";
import type { Cell } from "./memory.ts";
import type { AwkRuntime } from "./runtime.ts";
import { toNumber, toText, type Value } from "./value.ts";

/** How a statement ended. */
type Ending = "done" | "break" | "continue" | "return";

/** One program being run. */
export class AwkInterpreter {
  readonly #program: AwkProgram;
  readonly #runtime: AwkRuntime;
  readonly #evaluate: Evaluator;
  /** Rules whose range has begun. */
  readonly #inRange = new Set<Rule>();
  #returned: Value;

  constructor(program: AwkProgram, runtime: AwkRuntime) {
    this.#program = program;
    this.#runtime = runtime;
    this.#evaluate = new Evaluator(runtime, (name, args) => this.#call(name, args));
  }

  /** Runs it all and gives its status. */
  async run(): Promise<number> {
    const { begin, rules, end } = this.#program;
    let status = 0;
    let left = await this.#until(async () => {
      for (const action of begin) await this.#statement(action);
    });
    if (left === null && rules.length + end.length > 0) left = await this.#until(() => this.#records(rules));
    status = left?.status ?? 0;
    if (this.#runtime.status === 0) {
      const last = await this.#until(async () => {
        for (const action of end) await this.#statement(action);
      });
      status = last?.status ?? status;
    }
    await this.#runtime.streams.closeAll();
    return status === 0 ? this.#runtime.status : status;
  }

  /** The `exit` that ended a part, or null. */
  async #until(part: () => Promise<void>): Promise<AwkExit | null> {
    try {
      await part();
      return null;
    } catch (error) {
      if (error instanceof AwkExit) return error;
      throw error;
    }
  }

  async #records(rules: readonly Rule[]): Promise<void> {
    const runtime = this.#runtime;
    for (let text = await runtime.nextRecord(); text !== null; text = await runtime.nextRecord()) {
      runtime.record.text = text;
      await runtime.tick(1 + (text.length >> 6));
      try {
        for (const rule of rules) await this.#rule(rule);
      } catch (error) {
        if (!(error instanceof NextRecord)) throw error;
        if (error.file) runtime.skipFile();
      }
    }
  }

  async #rule(rule: Rule): Promise<void> {
    if (!(await this.#selects(rule))) return;
    if (rule.action) await this.#statement(rule.action);
    else await this.#runtime.streams.print(this.#runtime.record.text + this.#separator("ORS"));
  }

  async #selects(rule: Rule): Promise<boolean> {
    if (rule.pattern === null) return true;
    if (rule.until === null) return this.#evaluate.test(rule.pattern);
    if (!this.#inRange.has(rule) && !(await this.#evaluate.test(rule.pattern))) return false;
    if (await this.#evaluate.test(rule.until)) this.#inRange.delete(rule);
    else this.#inRange.add(rule);
    return true;
  }

  #separator(name: "ORS" | "OFS"): string {
    return this.#runtime.text(this.#runtime.get(name));
  }

  async #statement(statement: Statement): Promise<Ending> {
    await this.#runtime.tick();
    switch (statement.kind) {
      case "block":
        for (const one of statement.body) {
          const ending = await this.#statement(one);
          if (ending !== "done") return ending;
        }
        return "done";
      case "do":
        await this.#evaluate.value(statement.expr);
        return "done";
      case "print":
      case "printf":
        await this.#print(statement);
        return "done";
      case "if":
        if (await this.#evaluate.test(statement.test)) return this.#statement(statement.yes);
        return statement.no ? this.#statement(statement.no) : "done";
      case "while":
      case "for":
      case "for-in":
        return this.#loop(statement);
      case "delete":
        await this.#delete(statement);
        return "done";
      default:
        return this.#jump(statement);
    }
  }

  async #jump(
    statement: Extract<Statement, { kind: "exit" | "return" | "break" | "continue" | "next" | "nextfile" }>,
  ): Promise<Ending> {
    switch (statement.kind) {
      case "exit": {
        const status = statement.value ? await this.#evaluate.number(statement.value) : null;
        throw new AwkExit(status === null ? null : Math.trunc(status) & 255);
      }
      case "return":
        this.#returned = statement.value ? await this.#evaluate.value(statement.value) : undefined;
        return "return";
      case "next":
      case "nextfile":
        throw new NextRecord(statement.kind === "nextfile");
      default:
        return statement.kind;
    }
  }

  async #loop(loop: Extract<Statement, { kind: "while" | "for" | "for-in" }>): Promise<Ending> {
    if (loop.kind === "for-in") return this.#forIn(loop);
    if (loop.kind === "for" && loop.first) await this.#statement(loop.first);
    for (let round = 0; ; round++) {
      await this.#runtime.tick();
      const skipTest = loop.kind === "while" && loop.testLast && round === 0;
      if (!skipTest && loop.test && !(await this.#evaluate.test(loop.test))) return "done";
      const ending = await this.#statement(loop.body);
      if (ending === "break") return "done";
      if (ending === "return") return ending;
      if (loop.kind === "for" && loop.next) await this.#statement(loop.next);
    }
  }

  async #forIn(loop: Extract<Statement, { kind: "for-in" }>): Promise<Ending> {
    const array = this.#runtime.memory.array(loop.array);
    const keys = [...array.keys()];
    await this.#runtime.tick(1 + (keys.length >> 3));
    for (const key of this.#runtime.proc.busybox ? keys : loopOrder(keys)) {
      this.#runtime.set(loop.name, key);
      const ending = await this.#statement(loop.body);
      if (ending === "break") return "done";
      if (ending === "return") return ending;
    }
    return "done";
  }

  async #delete({ array, key }: Extract<Statement, { kind: "delete" }>): Promise<void> {
    const { memory } = this.#runtime;
    const items = memory.array(array);
    if (key === null) memory.clear(items);
    else memory.deleteItem(items, await this.#evaluate.key(key));
  }

  async #print(statement: Extract<Statement, { kind: "print" | "printf" }>): Promise<void> {
    const runtime = this.#runtime;
    const values: Value[] = [];
    for (const arg of statement.args) values.push(await this.#evaluate.value(arg));
    const text = runtime.bounded(statement.kind === "print" ? this.#line(values) : this.#formatted(values));
    if (!statement.into) {
      await runtime.streams.print(text);
      return;
    }
    const name = await this.#evaluate.text(statement.into.to);
    const failed = await runtime.streams.write(statement.into.kind, name, text);
    if (failed) throw new AwkFault("type", `cannot open "${name}" for output`);
  }

  #line(values: readonly Value[]): string {
    const style = this.#runtime.style("OFMT");
    const texts = values.map((value) => toText(value, style));
    const line = values.length === 0 ? this.#runtime.record.text : texts.join(this.#separator("OFS"));
    return line + this.#separator("ORS");
  }

  #formatted([format, ...values]: readonly Value[]): string {
    return formatValues(this.#runtime.text(format), values, {
      text: (value) => this.#runtime.text(value),
      name: "printf",
      lenient: this.#runtime.proc.busybox,
    });
  }

  async #call(name: string, args: readonly Expr[]): Promise<Value> {
    const body = this.#program.functions.get(name);
    if (!body) throw new AwkFault("undefined", name);
    const frame = await this.#frame(body, args);
    this.#runtime.memory.enter(frame);
    this.#returned = undefined;
    try {
      await this.#statement(body.body);
    } finally {
      this.#runtime.memory.leave();
    }
    const value = this.#returned;
    this.#returned = undefined;
    return value;
  }

  async #frame(body: FunctionBody, args: readonly Expr[]): Promise<Map<string, Cell>> {
    const frame = new Map<string, Cell>();
    for (const [i, param] of body.params.entries()) {
      const arg = args[i];
      frame.set(param, arg ? await this.#argument(arg) : { value: undefined, array: null, outer: null });
    }
    return frame;
  }

  /** Arrays go in themselves, values as copies; what is neither yet may become an array of the caller's. */
  async #argument(arg: Expr): Promise<Cell> {
    const cell = arg.kind === "name" && arg.name !== "NF" ? this.#runtime.memory.cell(arg.name) : null;
    if (cell?.array) return { value: undefined, array: cell.array, outer: null };
    if (cell && cell.value === undefined) return { value: undefined, array: null, outer: cell };
    return { value: await this.#evaluate.value(arg), array: null, outer: null };
  }
}

/** Where a program failed, as mawk tells it. */
export function position(runtime: AwkRuntime): string {
  const [name, fnr, nr] = ["FILENAME", "FNR", "NR"].map((one) => runtime.memory.cell(one).value);
  return `FILENAME="${runtime.text(name)}" FNR=${toNumber(fnr)} NR=${toNumber(nr)}`;
}
