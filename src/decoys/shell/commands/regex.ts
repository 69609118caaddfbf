// Regular expressions of grep, sed and awk, matched in linear time (Thompson's construction, Pike's captures): an
// intruder's pattern can't make it run away. Russ Cox, "Regular Expression Matching: the Virtual Machine Approach".

import type { ByteString } from "../shell.ts";

type Node =
  | { readonly kind: "char"; readonly test: (char: string) => boolean }
  | { readonly kind: "start" | "end" | "word" }
  | { readonly kind: "group"; readonly index: number; readonly body: Node }
  | { readonly kind: "repeat"; readonly body: Node; readonly min: number; readonly max: number }
  | { readonly kind: "all"; readonly parts: readonly Node[] }
  | { readonly kind: "any"; readonly choices: readonly Node[] };

type Op =
  | { readonly op: "char"; readonly test: (char: string) => boolean }
  | { readonly op: "assert"; readonly kind: "start" | "end" | "word" }
  | { readonly op: "save"; readonly slot: number }
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { readonly op: "match" };

/** Why a pattern is none; the text is the C library's. */
export class RegexFault extends Error {}

const MOST_OPS = 4000;
const MOST_REPEAT = 255;
const GROUPS = 10;
const CLASSES = new Map<string, (char: string) => boolean>([
  ["alpha", (c) => /[A-Za-z]/.test(c)],
  ["digit", (c) => c >= "0" && c <= "9"],
  ["alnum", (c) => /[A-Za-z0-9]/.test(c)],
  ["upper", (c) => c >= "A" && c <= "Z"],
  ["lower", (c) => c >= "a" && c <= "z"],
  ["space", (c) => /[ \t\n\r\f\v]/.test(c)],
  ["blank", (c) => c === " " || c === "\t"],
  ["punct", (c) => /[!-/:-@[-`{-~]/.test(c)],
  ["xdigit", (c) => /[0-9A-Fa-f]/.test(c)],
  ["print", (c) => c >= " " && c <= "~"],
  ["cntrl", (c) => c < " " || c === "\x7f"],
]);
const isWord = (char: string): boolean => /[A-Za-z0-9_]/.test(char);

class RegexParser {
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #text: ByteString;
  readonly #extended: boolean;
  readonly #fold: boolean;

  constructor(text: ByteString, extended: boolean, fold: boolean) {
    this.#text = text;
    this.#extended = extended;
    this.#fold = fold;
  }

  parse(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#text.length) throw new RegexFault("Unmatched ) or \\)");
    return node;
  }

  /** True (and taken) when the operator stands here, in the spelling of the syntax. */
  #op(char: string): boolean {
    const spelled = this.#extended ? char : `\\${char}`;
    if (!this.#text.startsWith(spelled, this.#at)) return false;
    this.#at += spelled.length;
    return true;
  }

  #alternatives(): Node {
    if (++this.#depth > 60) throw new RegexFault("Regular expression too big");
    const choices = [this.#sequence()];
    while (this.#op("|")) choices.push(this.#sequence());
    this.#depth--;
    return choices.length === 1 ? (choices[0] as Node) : { kind: "any", choices };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length) {
      const closing = this.#extended
        ? this.#text.startsWith(")", this.#at)
        : this.#text.startsWith("\\)", this.#at);
      if ((closing && this.#depth > 1) || this.#text.startsWith(this.#extended ? "|" : "\\|", this.#at))
        break;
      parts.push(this.#repeated(this.#atom(parts.length === 0)));
    }
    return { kind: "all", parts };
  }

  #repeated(atom: Node): Node {
    let node = atom;
    for (let rounds = 0; rounds < 8; rounds++) {
      if (this.#text.charAt(this.#at) === "*") {
        this.#at++;
        node = { kind: "repeat", body: node, min: 0, max: Number.POSITIVE_INFINITY };
      } else if (this.#op("+")) node = { kind: "repeat", body: node, min: 1, max: Number.POSITIVE_INFINITY };
      else if (this.#op("?")) node = { kind: "repeat", body: node, min: 0, max: 1 };
      else if (this.#op("{")) node = this.#counted(node);
      else return node;
    }
    return node;
  }

  #counted(body: Node): Node {
    const match = /^([0-9]{1,5})(,?)([0-9]{0,5})/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (!match) throw new RegexFault("Invalid preceding regular expression");
    this.#at += match[0].length;
    if (!this.#op("}")) throw new RegexFault("Unmatched { or \\{");
    const min = Number(match[1]);
    const max = match[2] ? (match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY) : min;
    if (min > MOST_REPEAT || (Number.isFinite(max) && (max > MOST_REPEAT || max < min)))
      throw new RegexFault("Regular expression too big");
    return { kind: "repeat", body, min, max };
  }

  #atom(first: boolean): Node {
    if (this.#op("(")) {
      const index = ++this.#groups;
      const body = this.#alternatives();
      if (!this.#op(")")) throw new RegexFault("Unmatched ( or \\(");
      return { kind: "group", index, body };
    }
    const char = this.#text.charAt(this.#at++);
    if (char === "^" && (this.#extended || first)) return { kind: "start" };
    if (
      char === "$" &&
      (this.#extended || this.#at >= this.#text.length || this.#text.startsWith("\\)", this.#at))
    )
      return { kind: "end" };
    if (char === ".") return { kind: "char", test: () => true };
    if (char === "[") return { kind: "char", test: this.#set() };
    if (char === "\\") return this.#escaped();
    return this.#literal(char);
  }

  #literal(char: string): Node {
    const lower = char.toLowerCase();
    return { kind: "char", test: this.#fold ? (c) => c.toLowerCase() === lower : (c) => c === char };
  }

  #escaped(): Node {
    const char = this.#text.charAt(this.#at++);
    if (char === "") throw new RegexFault("Trailing backslash");
    if (char === "w") return { kind: "char", test: isWord };
    if (char === "W") return { kind: "char", test: (c) => !isWord(c) };
    if (char === "s") return { kind: "char", test: (c) => /\s/.test(c) };
    if (char === "S") return { kind: "char", test: (c) => !/\s/.test(c) };
    if (char === "b" || char === "<" || char === ">") return { kind: "word" };
    return this.#literal(char === "n" ? "\n" : char === "t" ? "\t" : char);
  }

  #set(): (char: string) => boolean {
    const negated = this.#text.charAt(this.#at) === "^";
    if (negated) this.#at++;
    const tests: ((char: string) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const char = this.#text.charAt(this.#at++);
      if (char === "") throw new RegexFault("Unmatched [, [^, [:, [., or [=");
      if (char === "]" && !first) break;
      const named = char === "[" ? /^:([a-z]{1,8}):\]/.exec(this.#text.slice(this.#at, this.#at + 12)) : null;
      const known = CLASSES.get(named?.[1] ?? "");
      if (named && known) {
        this.#at += named[0].length;
        tests.push(known);
        continue;
      }
      const to = this.#text.charAt(this.#at + 1);
      if (this.#text.charAt(this.#at) === "-" && to !== "]" && to !== "") {
        this.#at += 2;
        tests.push((c) => c >= char && c <= to);
      } else tests.push((c) => c === char);
    }
    const fold = this.#fold;
    const has = (char: string): boolean =>
      tests.some((test) => test(char) || (fold && (test(char.toLowerCase()) || test(char.toUpperCase()))));
    return (char) => has(char) !== negated;
  }
}

function emit(program: Op[], node: Node): void {
  if (program.length > MOST_OPS) throw new RegexFault("Regular expression too big");
  switch (node.kind) {
    case "char":
      program.push({ op: "char", test: node.test });
      return;
    case "group":
      if (node.index < GROUPS) program.push({ op: "save", slot: node.index * 2 });
      emit(program, node.body);
      if (node.index < GROUPS) program.push({ op: "save", slot: node.index * 2 + 1 });
      return;
    case "all":
      for (const part of node.parts) emit(program, part);
      return;
    case "any":
      emitChoices(program, node.choices);
      return;
    case "repeat":
      emitRepeat(program, node);
      return;
    default:
      program.push({ op: "assert", kind: node.kind });
  }
}

function emitChoices(program: Op[], choices: readonly Node[]): void {
  const jumps: Extract<Op, { op: "jump" }>[] = [];
  for (const [i, choice] of choices.entries()) {
    if (i === choices.length - 1) emit(program, choice);
    else {
      const split: Extract<Op, { op: "split" }> = { op: "split", first: program.length + 1, second: 0 };
      program.push(split);
      emit(program, choice);
      const jump: Extract<Op, { op: "jump" }> = { op: "jump", to: 0 };
      jumps.push(jump);
      program.push(jump);
      split.second = program.length;
    }
  }
  for (const jump of jumps) jump.to = program.length;
}

function emitRepeat(program: Op[], node: Extract<Node, { kind: "repeat" }>): void {
  for (let i = 0; i < node.min; i++) emit(program, node.body);
  if (node.max === Number.POSITIVE_INFINITY) {
    const split: Extract<Op, { op: "split" }> = { op: "split", first: program.length + 1, second: 0 };
    program.push(split);
    emit(program, node.body);
    program.push({ op: "jump", to: program.indexOf(split) });
    split.second = program.length;
    return;
  }
  const splits: Extract<Op, { op: "split" }>[] = [];
  for (let i = node.min; i < node.max; i++) {
    const split: Extract<Op, { op: "split" }> = { op: "split", first: program.length + 1, second: 0 };
    splits.push(split);
    program.push(split);
    emit(program, node.body);
  }
  for (const split of splits) split.second = program.length;
}

interface Thread {
  readonly pc: number;
  readonly saved: readonly number[];
}

/** A compiled expression. `exec` gives the start and end of the match and of its groups (-1 for none), or null. */
export interface Regex {
  exec(text: ByteString, from?: number): readonly number[] | null;
  test(text: ByteString): boolean;
}

/** Compiles a pattern. Throws RegexFault. */
export function compileRegex(
  pattern: ByteString,
  options: { extended?: boolean; fold?: boolean; fixed?: boolean } = {},
): Regex {
  if (pattern.length > 1024) throw new RegexFault("Regular expression too big");
  const source = options.fixed ? pattern.replace(/[\\^$.*[\]]/g, "\\$&") : pattern;
  const program: Op[] = [{ op: "save", slot: 0 }];
  emit(
    program,
    new RegexParser(source, !options.fixed && options.extended === true, options.fold === true).parse(),
  );
  program.push({ op: "save", slot: 1 }, { op: "match" });
  const exec = (text: ByteString, from = 0): readonly number[] | null => run(program, text, from);
  return { exec, test: (text) => exec(text) !== null };
}

function asserts(kind: "start" | "end" | "word", text: ByteString, at: number): boolean {
  if (kind === "start") return at === 0;
  if (kind === "end") return at === text.length;
  return (at > 0 && isWord(text.charAt(at - 1))) !== (at < text.length && isWord(text.charAt(at)));
}

function run(program: readonly Op[], text: ByteString, from: number): readonly number[] | null {
  let threads: Thread[] = [];
  let matched: readonly number[] | null = null;
  const seen = new Int32Array(program.length).fill(-1);
  const add = (list: Thread[], start: Thread, at: number): void => {
    const stack: Thread[] = [start];
    for (let thread = stack.pop(); thread; thread = stack.pop()) {
      const op = program[thread.pc];
      if (!op || seen[thread.pc] === at) continue;
      seen[thread.pc] = at;
      const { pc, saved } = thread;
      if (op.op === "jump") stack.push({ pc: op.to, saved });
      else if (op.op === "split") stack.push({ pc: op.second, saved }, { pc: op.first, saved });
      else if (op.op === "save") stack.push({ pc: pc + 1, saved: saved.with(op.slot, at) });
      else if (op.op === "assert") {
        if (asserts(op.kind, text, at)) stack.push({ pc: pc + 1, saved });
      } else list.push(thread);
    }
  };
  const none: readonly number[] = new Array<number>(GROUPS * 2).fill(-1);
  for (let at = from; ; at++) {
    if (matched === null) add(threads, { pc: 0, saved: none }, at);
    if (threads.length === 0) return matched;
    const next: Thread[] = [];
    const char = text.charAt(at);
    for (const thread of threads) {
      const op = program[thread.pc];
      if (op?.op === "match") {
        matched = thread.saved;
        break;
      }
      if (op?.op === "char" && at < text.length && op.test(char))
        add(next, { pc: thread.pc + 1, saved: thread.saved }, at + 1);
    }
    if (at >= text.length) return matched;
    threads = next;
  }
}
