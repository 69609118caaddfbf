// `test`, `[` and `[[`: expressions over files, texts and numbers.

import type { ByteString, FileStat } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";
import type { Word } from "./ast.ts";
import { type Expander, expandPattern, expandText } from "./expand.ts";
import { globMatcher } from "./glob.ts";
import { literal } from "./word.ts";

/** Why an expression is none; the text stands after `test: ` or `[: `. */
export class ConditionFault extends Error {}

/** What the operators look at. */
export interface ConditionScope {
  readonly fs: FsView;
  /** Whether a descriptor is a terminal. */
  isTerminal(fd: number): boolean;
  isSet(name: string): boolean;
}

type FileTest = (fs: FsView, path: ByteString) => boolean;

const ofStat =
  (test: (stat: FileStat) => boolean): FileTest =>
  (fs, path) => {
    const stat = fs.stat(path);
    return stat.ok && test(stat.value);
  };

const ofLink: FileTest = (fs, path) => {
  const stat = fs.lstat(path);
  return stat.ok && stat.value.type === "symlink";
};

const FILE_TESTS = new Map<string, FileTest>([
  ["-e", ofStat(() => true)],
  ["-a", ofStat(() => true)],
  ["-f", ofStat((stat) => stat.type === "file")],
  ["-d", ofStat((stat) => stat.type === "directory")],
  ["-s", ofStat((stat) => stat.size > 0)],
  ["-c", ofStat((stat) => stat.type === "character")],
  ["-b", ofStat((stat) => stat.type === "block")],
  ["-p", ofStat((stat) => stat.type === "fifo")],
  ["-S", ofStat((stat) => stat.type === "socket")],
  ["-u", ofStat((stat) => (stat.mode & 0o4000) !== 0)],
  ["-g", ofStat((stat) => (stat.mode & 0o2000) !== 0)],
  ["-k", ofStat((stat) => (stat.mode & 0o1000) !== 0)],
  ["-L", ofLink],
  ["-h", ofLink],
  ["-r", (fs, path) => fs.access(path, 4)],
  ["-w", (fs, path) => fs.access(path, 2)],
  ["-x", (fs, path) => fs.access(path, 1)],
  ["-O", (fs, path) => ofStat((stat) => stat.uid === fs.who.uid)(fs, path)],
]);

const NUMBER_TESTS = new Map<string, (a: number, b: number) => boolean>([
  ["-eq", (a, b) => a === b],
  ["-ne", (a, b) => a !== b],
  ["-lt", (a, b) => a < b],
  ["-le", (a, b) => a <= b],
  ["-gt", (a, b) => a > b],
  ["-ge", (a, b) => a >= b],
]);

function isUnary(op: string): boolean {
  return FILE_TESTS.has(op) || op === "-z" || op === "-n" || op === "-t" || op === "-v";
}

function isBinary(op: string): boolean {
  return NUMBER_TESTS.has(op) || ["=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", "=~"].includes(op);
}

function unary(op: string, value: ByteString, scope: ConditionScope): boolean {
  if (op === "-z") return value === "";
  if (op === "-n") return value !== "";
  if (op === "-t") return scope.isTerminal(Number(value));
  if (op === "-v") return scope.isSet(value);
  return FILE_TESTS.get(op)?.(scope.fs, value) ?? false;
}

function toNumber(text: ByteString): number {
  const trimmed = text.trim();
  if (!/^[+-]?[0-9]{1,19}$/.test(trimmed)) throw new ConditionFault(`${text}: integer expression expected`);
  return Number(trimmed);
}

function binary(left: ByteString, op: string, right: ByteString, scope: ConditionScope): boolean {
  const compare = NUMBER_TESTS.get(op);
  if (compare) return compare(toNumber(left), toNumber(right));
  if (op === "=" || op === "==") return left === right;
  if (op === "!=") return left !== right;
  if (op === "<") return left < right;
  if (op === ">") return left > right;
  const [a, b] = [scope.fs.stat(left), scope.fs.stat(right)];
  if (op === "-ef") return a.ok && b.ok && a.value.ino === b.value.ino;
  const times: [number, number] = [a.ok ? a.value.mtimeMs : -1, b.ok ? b.value.mtimeMs : -1];
  return op === "-nt" ? times[0] > times[1] : times[0] < times[1];
}

/** The value of a `test` expression. Throws ConditionFault. */
export function evaluateTest(args: readonly ByteString[], scope: ConditionScope): boolean {
  const [first = "", second = "", third = ""] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return first !== "";
    case 2:
      if (first === "!") return second === "";
      if (!isUnary(first)) throw new ConditionFault(`${first}: unary operator expected`);
      return unary(first, second, scope);
    case 3:
      if (isBinary(second)) return binary(first, second, third, scope);
      if (first === "!") return !evaluateTest(args.slice(1), scope);
      if (first === "(" && third === ")") return second !== "";
      if (second === "-a") return first !== "" && third !== "";
      if (second === "-o") return first !== "" || third !== "";
      throw new ConditionFault(`${second}: binary operator expected`);
    default: {
      let at = 0;
      const parser = new TestParser(args, scope);
      const value = parser.or();
      at = parser.at;
      if (at < args.length) throw new ConditionFault("too many arguments");
      return value;
    }
  }
}

class TestParser {
  at = 0;
  #depth = 0;
  readonly #args: readonly ByteString[];
  readonly #scope: ConditionScope;

  constructor(args: readonly ByteString[], scope: ConditionScope) {
    this.#args = args;
    this.#scope = scope;
  }

  or(): boolean {
    if (++this.#depth > 100) throw new ConditionFault("too many arguments");
    let value = this.#and();
    while (this.#args[this.at] === "-o" || this.#args[this.at] === "||") {
      this.at++;
      value = this.#and() || value;
    }
    this.#depth--;
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.#args[this.at] === "-a" || this.#args[this.at] === "&&") {
      this.at++;
      value = this.#not() && value;
    }
    return value;
  }

  #not(): boolean {
    let negated = false;
    while (this.#args[this.at] === "!") {
      this.at++;
      negated = !negated;
    }
    return this.#primary() !== negated;
  }

  #primary(): boolean {
    const [first, second, third] = this.#args.slice(this.at, this.at + 3);
    if (first === undefined) throw new ConditionFault("argument expected");
    if (second !== undefined && third !== undefined && isBinary(second)) {
      this.at += 3;
      return binary(first, second, third, this.#scope);
    }
    if (first === "(") {
      this.at++;
      const value = this.or();
      if (this.#args[this.at++] !== ")") throw new ConditionFault("`)' expected");
      return value;
    }
    if (isUnary(first) && second !== undefined) {
      this.at += 2;
      return unary(first, second, this.#scope);
    }
    this.at++;
    return first !== "";
  }
}

/** The value of `[[ … ]]`: like test, with patterns on the right of `==` and `!=`. */
export async function evaluateCondition(words: readonly Word[], shell: Expander): Promise<boolean> {
  const args: ByteString[] = [];
  for (let i = 0; i < words.length; i++) {
    const op = literal(words[i] as Word);
    const next = words[i + 1];
    if ((op === "==" || op === "=" || op === "!=") && args.length > 0 && next) {
      const left = args.pop() ?? "";
      const matched = globMatcher(await expandPattern(next, shell))(left);
      args.push(matched === (op !== "!=") ? "true" : "");
      i++;
    } else if (op === "=~" && args.length > 0 && next) {
      // Regular expressions of an intruder are not run; a plain text is looked for, anchors honoured.
      args.push(plainRegex(args.pop() ?? "", await expandText(next, shell)) ? "true" : "");
      i++;
    } else args.push(await expandText(words[i] as Word, shell));
  }
  try {
    return new ConditionRunner(args, shell).value();
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    await shell.complain(`[[: ${error.message}`);
    return false;
  }
}

function plainRegex(text: ByteString, pattern: ByteString): boolean {
  const core = pattern.replace(/^\^/, "").replace(/\$$/, "");
  if (pattern.startsWith("^") && pattern.endsWith("$")) return text === core;
  if (pattern.startsWith("^")) return text.startsWith(core);
  return pattern.endsWith("$") ? text.endsWith(core) : text.includes(core);
}

class ConditionRunner {
  readonly #args: readonly ByteString[];
  readonly #shell: Expander;

  constructor(args: readonly ByteString[], shell: Expander) {
    this.#args = args;
    this.#shell = shell;
  }

  value(): boolean {
    const scope: ConditionScope = {
      fs: this.#shell.fs,
      isTerminal: () => false,
      isSet: (name) => this.#shell.state.get(name) !== undefined,
    };
    const parser = new TestParser(this.#args, scope);
    const value = parser.or();
    if (parser.at < this.#args.length) throw new ConditionFault("syntax error in conditional expression");
    return value;
  }
}
