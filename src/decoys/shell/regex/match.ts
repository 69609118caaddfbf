// Runs a compiled expression over a text, all its threads at once (Pike's machine): time grows with the length of the
// text, never exponentially. Gives the leftmost of the longest matches, as POSIX 9.1 wants.
// Refuses to go on for longer than a bound: then the program that matches is killed.

import { Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { type Assertion, wordBytes } from "./node.ts";
import type { RegexProgram } from "./program.ts";

/** Most instructions of one search: about a fifth of a second. */
const WORK = 4_000_000;

interface Thread {
  readonly pc: number;
  /** Where the match and its groups begin and end; -1 for not yet. */
  readonly saved: readonly number[];
}

/** One search. */
class Search {
  readonly #program: RegexProgram;
  readonly #text: ByteString;
  readonly #seen: Int32Array;
  #work = 0;

  constructor(program: RegexProgram, text: ByteString) {
    this.#program = program;
    this.#text = text;
    this.#seen = new Int32Array(program.ops.length).fill(-1);
  }

  /** The places of the match at or after `from`, or null. `any`: whichever is found first will do. */
  run(from: number, any: boolean): readonly number[] | null {
    const none: readonly number[] = new Array<number>(this.#program.slots).fill(-1);
    let threads: Thread[] = [];
    let best: readonly number[] | null = null;
    for (let at = from; ; at++) {
      if (best === null) {
        if (threads.length === 0) at = this.#candidate(at);
        this.#add(threads, { pc: 0, saved: none }, at);
      }
      const next: Thread[] = [];
      for (const thread of threads) best = this.#step(thread, { at, next, best });
      if ((any && best !== null) || at >= this.#text.length) return best;
      const latest = best?.[0] ?? at;
      threads = next.filter(({ saved }) => (saved[0] ?? 0) <= latest);
      if (best !== null && threads.length === 0) return best;
    }
  }

  /** The next place where a match can begin. */
  #candidate(from: number): number {
    const { first } = this.#program;
    if (first === null) return from;
    let at = from;
    while (at < this.#text.length && first[this.#text.charCodeAt(at)] !== 1) at++;
    return at;
  }

  #step(
    { pc, saved }: Thread,
    { at, next, best }: { at: number; next: Thread[]; best: readonly number[] | null },
  ): readonly number[] | null {
    const op = this.#program.ops[pc];
    if (op?.op === "match") return better(saved, best) ? saved : best;
    if (op?.op === "char" && at < this.#text.length && op.set[this.#text.charCodeAt(at) & 255] === 1)
      this.#add(next, { pc: pc + 1, saved }, at + 1);
    return best;
  }

  /** Adds a thread and all that it becomes without reading a byte. */
  #add(list: Thread[], start: Thread, at: number): void {
    const stack: Thread[] = [start];
    for (let thread = stack.pop(); thread; thread = stack.pop()) {
      const { pc, saved } = thread;
      const op = this.#program.ops[pc];
      if (!op || this.#seen[pc] === at) continue;
      this.#seen[pc] = at;
      if (++this.#work > WORK) throw new Killed();
      if (op.op === "jump") stack.push({ pc: op.to, saved });
      else if (op.op === "split") stack.push({ pc: op.second, saved }, { pc: op.first, saved });
      else if (op.op === "save") stack.push({ pc: pc + 1, saved: saved.with(op.slot, at) });
      else if (op.op === "assert") {
        if (holds(op.what, this.#text, at)) stack.push({ pc: pc + 1, saved });
      } else list.push(thread);
    }
  }
}

function better(saved: readonly number[], best: readonly number[] | null): boolean {
  if (best === null) return true;
  const [start = 0, end = 0] = saved;
  const [bestStart = 0, bestEnd = 0] = best;
  return start < bestStart || (start === bestStart && end > bestEnd);
}

function holds(what: Assertion, text: ByteString, at: number): boolean {
  if (what === "start") return at === 0;
  if (what === "end") return at === text.length;
  const before = at > 0 && wordBytes[text.charCodeAt(at - 1)] === 1;
  const after = at < text.length && wordBytes[text.charCodeAt(at)] === 1;
  if (what === "word") return before !== after;
  if (what === "inside") return before === after;
  return what === "word-start" ? !before && after : before && !after;
}

/** Searches a text. */
export function search(
  program: RegexProgram,
  text: ByteString,
  how: { readonly from: number; readonly any: boolean },
): readonly number[] | null {
  return new Search(program, text).run(how.from, how.any);
}
