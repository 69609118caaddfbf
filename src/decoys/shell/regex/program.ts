// Expressions as instructions of a small machine (Thompson's construction). Bounded in how many there are.
// Russ Cox, "Regular Expression Matching: the Virtual Machine Approach".

import { type Assertion, type ByteSet, type Node, RegexFault } from "./node.ts";

/** One instruction. Targets are indexes. */
export type Op =
  | { readonly op: "char"; readonly set: ByteSet }
  | { readonly op: "assert"; readonly what: Assertion }
  | { readonly op: "save"; readonly slot: number }
  | { op: "split"; first: number; second: number }
  | { op: "jump"; to: number }
  | { readonly op: "match" };

/** Instructions and what can be told without running them. */
export interface RegexProgram {
  readonly ops: readonly Op[];
  /** Places that a match remembers: two for the whole and for each group. */
  readonly slots: number;
  /** Bytes that a match can begin with; null when it may be empty or begins with a look at its place. */
  readonly first: ByteSet | null;
}

const MOST_OPS = 4000;
/** The whole and `\1` to `\9`. */
const GROUPS = 10;

/** Compiles an expression. Throws RegexFault when it is too big. */
export function compileProgram(node: Node): RegexProgram {
  const ops: Op[] = [{ op: "save", slot: 0 }];
  emit(ops, node);
  ops.push({ op: "save", slot: 1 }, { op: "match" });
  const slots = 1 + ops.reduce((most, op) => (op.op === "save" ? Math.max(most, op.slot) : most), 1);
  return { ops, slots, first: firstBytes(ops) };
}

function emit(ops: Op[], node: Node): void {
  if (ops.length > MOST_OPS) throw new RegexFault("Regular expression too big");
  switch (node.kind) {
    case "char":
      ops.push({ op: "char", set: node.set });
      return;
    case "group":
      if (node.index < GROUPS) ops.push({ op: "save", slot: node.index * 2 });
      emit(ops, node.body);
      if (node.index < GROUPS) ops.push({ op: "save", slot: node.index * 2 + 1 });
      return;
    case "all":
      for (const part of node.parts) emit(ops, part);
      return;
    case "any":
      emitChoices(ops, node.choices);
      return;
    case "repeat":
      emitRepeat(ops, node);
      return;
    default:
      ops.push({ op: "assert", what: node.what });
  }
}

type Split = Extract<Op, { op: "split" }>;

function pushSplit(ops: Op[]): Split {
  const split: Split = { op: "split", first: ops.length + 1, second: 0 };
  ops.push(split);
  return split;
}

function emitChoices(ops: Op[], choices: readonly Node[]): void {
  const jumps: Extract<Op, { op: "jump" }>[] = [];
  for (const [i, choice] of choices.entries()) {
    if (i === choices.length - 1) {
      emit(ops, choice);
      continue;
    }
    const split = pushSplit(ops);
    emit(ops, choice);
    const jump: Extract<Op, { op: "jump" }> = { op: "jump", to: 0 };
    jumps.push(jump);
    ops.push(jump);
    split.second = ops.length;
  }
  for (const jump of jumps) jump.to = ops.length;
}

function emitRepeat(ops: Op[], node: Extract<Node, { kind: "repeat" }>): void {
  for (let i = 0; i < node.min; i++) emit(ops, node.body);
  if (node.max === Number.POSITIVE_INFINITY) {
    const back = ops.length;
    const split = pushSplit(ops);
    emit(ops, node.body);
    ops.push({ op: "jump", to: back });
    split.second = ops.length;
    return;
  }
  const splits: Split[] = [];
  for (let i = node.min; i < node.max; i++) {
    splits.push(pushSplit(ops));
    emit(ops, node.body);
  }
  for (const split of splits) split.second = ops.length;
}

function firstBytes(ops: readonly Op[]): ByteSet | null {
  const set = new Uint8Array(256);
  const todo = [0];
  const seen = new Set<number>();
  for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
    const op = ops[pc];
    if (!op || seen.has(pc)) continue;
    seen.add(pc);
    if (op.op === "match" || op.op === "assert") return null;
    if (op.op === "char") for (const [code, hit] of op.set.entries()) set[code] = (set[code] ?? 0) | hit;
    else if (op.op === "jump") todo.push(op.to);
    else if (op.op === "split") todo.push(op.first, op.second);
    else todo.push(pc + 1);
  }
  return set;
}
