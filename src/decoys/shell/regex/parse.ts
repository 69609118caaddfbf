// Text to expression: POSIX basic and extended syntax with the escapes of the GNU tools.
// Bounded in nesting; throws RegexFault and nothing else. Back-references are not known: they can't be matched in
// linear time.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";
import { parseBracket } from "./bracket.ts";
import {
  type Assertion,
  anyByte,
  byteSet,
  complement,
  folded,
  type Node,
  RegexFault,
  type Syntax,
  spaceBytes,
  wordBytes,
} from "./node.ts";

const MOST_REPEAT = 255;
const NESTING = 60;
const POSTFIXES = 8;
const ASSERTIONS = new Map<string, Assertion>([
  ["b", "word"],
  ["B", "inside"],
  ["<", "word-start"],
  [">", "word-end"],
  ["`", "start"],
  ["'", "end"],
]);
const CLASSES = new Map([
  ["w", wordBytes],
  ["W", complement(wordBytes)],
  ["s", spaceBytes],
  ["S", complement(spaceBytes)],
]);
/** `\b` is the edge of a word here. */
const CONTROLS = new Map([...CONTROL_LETTERS].filter(([letter]) => letter !== "b"));

/** Parses a pattern. */
export function parseRegex(text: ByteString, syntax: Syntax): Node {
  return new RegexParser(text, syntax).whole();
}

class RegexParser {
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #text: ByteString;
  readonly #syntax: Syntax;

  constructor(text: ByteString, syntax: Syntax) {
    this.#text = text;
    this.#syntax = syntax;
  }

  whole(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#text.length) throw new RegexFault("Unmatched ) or \\)");
    return node;
  }

  #spelled(char: string): string {
    return this.#syntax.extended ? char : `\\${char}`;
  }

  /** True (and taken) when the operator stands here, in the spelling of the syntax. */
  #op(char: string): boolean {
    const spelled = this.#spelled(char);
    if (!this.#text.startsWith(spelled, this.#at)) return false;
    this.#at += spelled.length;
    return true;
  }

  #alternatives(): Node {
    if (++this.#depth > NESTING) throw new RegexFault("Regular expression too big");
    const first = this.#sequence();
    const choices = [first];
    while (this.#op("|")) choices.push(this.#sequence());
    this.#depth--;
    return choices.length === 1 ? first : { kind: "any", choices };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length) {
      if (this.#depth > 1 && this.#text.startsWith(this.#spelled(")"), this.#at)) break;
      if (this.#text.startsWith(this.#spelled("|"), this.#at)) break;
      // At its very start a star is a character: a{} of nothing.
      const starts = parts.length === 0 || (parts.length === 1 && isStart(parts[0]));
      if (starts && this.#text.charAt(this.#at) === "*") {
        this.#at++;
        if (!this.#syntax.extended) parts.push(this.#repeated(this.#literal("*")));
      } else parts.push(this.#repeated(this.#atom(parts.length === 0)));
    }
    return { kind: "all", parts };
  }

  #repeated(atom: Node): Node {
    let node = atom;
    for (let rounds = 0; rounds < POSTFIXES; rounds++) {
      if (this.#text.charAt(this.#at) === "*") {
        this.#at++;
        node = { kind: "repeat", body: node, min: 0, max: Number.POSITIVE_INFINITY };
      } else if (this.#op("+")) node = { kind: "repeat", body: node, min: 1, max: Number.POSITIVE_INFINITY };
      else if (this.#op("?")) node = { kind: "repeat", body: node, min: 0, max: 1 };
      else {
        const counted = this.#counted(node);
        if (!counted) return node;
        node = counted;
      }
    }
    return node;
  }

  /** `{2}`, `{2,}`, `{,3}` or `{2,3}` here, taken; null when there is none. */
  #counted(body: Node): Node | null {
    if (!this.#syntax.intervals) return null;
    const open = this.#spelled("{");
    if (!this.#text.startsWith(open, this.#at)) return null;
    const from = this.#at + open.length;
    const match = /^([0-9]{0,5})(,?)([0-9]{0,5})/.exec(this.#text.slice(from, from + 12));
    const end = from + (match?.[0].length ?? 0);
    if (!this.#text.startsWith(this.#spelled("}"), end) || !match?.[0]) {
      if (this.#syntax.extended) return null;
      throw new RegexFault(end >= this.#text.length ? "Unmatched { or \\{" : "Invalid content of \\{\\}");
    }
    this.#at = end + open.length;
    const min = Number(match[1]);
    const max = match[2] ? (match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY) : min;
    if (max < min) throw new RegexFault("Invalid content of \\{\\}");
    if (min > MOST_REPEAT || (Number.isFinite(max) && max > MOST_REPEAT))
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
    if (char === "^" && (this.#syntax.extended || first)) return { kind: "assert", what: "start" };
    if (char === "$" && (this.#syntax.extended || this.#closes())) return { kind: "assert", what: "end" };
    if (char === ".") return { kind: "char", set: anyByte };
    if (char === "\\") return this.#escaped();
    if (char !== "[") return this.#literal(char);
    const { set, end } = parseBracket(this.#text, this.#at, this.#syntax.fold);
    this.#at = end;
    return { kind: "char", set };
  }

  /** True where a basic `$` is the end: last, or before `\)` and `\|`. */
  #closes(): boolean {
    return this.#at >= this.#text.length || /^\\[)|]/.test(this.#text.slice(this.#at, this.#at + 2));
  }

  #literal(char: string): Node {
    const set = byteSet((one) => one === char);
    return { kind: "char", set: this.#syntax.fold ? folded(set) : set };
  }

  #escaped(): Node {
    const char = this.#text.charAt(this.#at++);
    if (char === "") throw new RegexFault("Trailing backslash");
    const set = CLASSES.get(char);
    if (set) return { kind: "char", set };
    const what = ASSERTIONS.get(char);
    if (what) return { kind: "assert", what };
    if (char >= "1" && char <= "9") throw new RegexFault("Invalid back reference");
    return this.#literal(CONTROLS.get(char) ?? char);
  }
}

function isStart(node: Node | undefined): boolean {
  return node?.kind === "assert" && node.what === "start";
}
