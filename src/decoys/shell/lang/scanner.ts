// Characters to words and operators, the way a POSIX shell cuts its input.
// Bounded in nesting; throws SyntaxFault and nothing else.

import { SyntaxFault } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { unescapeAnsi } from "./ansi-quote.ts";
import type { List, ParamOp, Part, Subscript, Word } from "./ast.ts";

/** Parses the inside of a command substitution. Handed in, so that scanner and parser do not import one another. */
export type ParseNested = (scanner: Scanner, end: ")" | null) => List;

const OPERATORS = [
  "&>>",
  "<<<",
  "<<-",
  "&&",
  "||",
  ";;",
  "|&",
  "&>",
  "<<",
  ">>",
  ">&",
  "<&",
  ">|",
  "<>",
  ";",
  "&",
  "|",
  "(",
  ")",
  "<",
  ">",
];
const NAME = /[A-Za-z0-9_]/;
const SPECIAL = "@*#?-$!0123456789";
const NESTING = 60;

/** A cursor over the source. */
export class Scanner {
  readonly source: ByteString;
  at = 0;
  line = 1;
  depth = 0;
  readonly #nested: ParseNested;
  /** True for bash: `{a,b}`, `<<<`, `&>`, `[[`, `((` and the richer `${}`. */
  readonly bash: boolean;

  constructor(source: ByteString, bash: boolean, nested: ParseNested) {
    this.source = source;
    this.bash = bash;
    this.#nested = nested;
  }

  /** Enters one level of nesting. */
  descend<T>(run: () => T): T {
    if (++this.depth > NESTING) throw new SyntaxFault(this.source.charAt(this.at) || null, this.line);
    const result = run();
    this.depth--;
    return result;
  }

  get ended(): boolean {
    return this.at >= this.source.length;
  }

  peek(ahead = 0): string {
    return this.source.charAt(this.at + ahead);
  }

  next(): string {
    const char = this.source.charAt(this.at++);
    if (char === "\n") this.line++;
    return char;
  }

  looking(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  /** Blanks, line continuations and a comment. */
  skipBlanks(): void {
    for (;;) {
      const char = this.peek();
      if (char === " " || char === "\t" || (char === "\r" && this.peek(1) === "\n")) this.next();
      else if (char === "\\" && this.peek(1) === "\n") {
        this.next();
        this.next();
      } else if (char === "#") {
        while (!this.ended && this.peek() !== "\n") this.next();
      } else return;
    }
  }

  /** The operator here, or null. `\n` counts as one. */
  operator(): string | null {
    this.skipBlanks();
    if (this.peek() === "\n") return "\n";
    for (const op of OPERATORS) {
      if (!this.looking(op)) continue;
      if (!this.bash && (op === "&>" || op === "&>>" || op === "|&" || op === "<<<")) continue;
      return op;
    }
    return null;
  }

  takeOperator(op: string): void {
    for (let i = 0; i < op.length; i++) this.next();
  }

  /** A word, or null when an operator or the end comes first. */
  word(): Word | null {
    this.skipBlanks();
    if (this.ended || this.operator() !== null) return null;
    const parts: Part[] = [];
    while (!this.ended && !" \t\n;&|()<>".includes(this.peek())) this.#piece(parts, false);
    return parts;
  }

  #text(parts: Part[], text: ByteString, quoted: boolean): void {
    const last = parts.at(-1);
    if (last?.kind === "text" && last.quoted === quoted)
      parts[parts.length - 1] = { kind: "text", text: last.text + text, quoted };
    else parts.push({ kind: "text", text, quoted });
  }

  #piece(parts: Part[], quoted: boolean): void {
    const char = this.next();
    if (char === "\\") {
      if (this.peek() === "\n") this.next();
      else if (this.ended) this.#text(parts, "\\", true);
      else this.#text(parts, this.next(), true);
      return;
    }
    if (char === "'") this.#text(parts, this.#until("'"), true);
    else if (char === '"') this.doubleQuoted(parts);
    else if (char === "$" && this.bash && this.peek() === "'") {
      this.next();
      this.#text(parts, unescapeAnsi(this.#ansiQuoted()), true);
    } else if (char === "$" && this.bash && this.peek() === '"') return;
    else if (char === "$") this.dollar(parts, quoted);
    else if (char === "`") this.backquote(parts, quoted);
    else this.#text(parts, char, quoted);
  }

  #until(quote: string): ByteString {
    const start = this.line;
    let text = "";
    for (;;) {
      if (this.ended) throw new SyntaxFault(null, start, { quote });
      const char = this.next();
      if (char === quote) return text;
      text += char;
    }
  }

  #ansiQuoted(): ByteString {
    let text = "";
    for (;;) {
      if (this.ended) throw new SyntaxFault(null, this.line, { quote: "'" });
      const char = this.next();
      if (char === "'") return text;
      text += char;
      if (char === "\\" && !this.ended) text += this.next();
    }
  }

  /** After the opening quote, up to and with the closing one. */
  doubleQuoted(parts: Part[]): void {
    const start = this.line;
    this.#text(parts, "", true);
    for (;;) {
      if (this.ended) throw new SyntaxFault(null, start, { quote: '"' });
      const char = this.next();
      if (char === '"') return;
      this.quotedPiece(parts, char, '$`"\\');
    }
  }

  /** One character inside double quotes or a here-document. */
  quotedPiece(parts: Part[], char: string, escapable: string): void {
    if (char === "\\") {
      if (this.peek() === "\n") this.next();
      else if (!this.ended && escapable.includes(this.peek())) this.#text(parts, this.next(), true);
      else this.#text(parts, "\\", true);
    } else if (char === "$") this.dollar(parts, true);
    else if (char === "`") this.backquote(parts, true);
    else this.#text(parts, char, true);
  }

  backquote(parts: Part[], quoted: boolean): void {
    let inner = "";
    const start = this.line;
    for (;;) {
      if (this.ended) throw new SyntaxFault(null, start, { quote: "`" });
      const char = this.next();
      if (char === "`") break;
      if (
        char === "\\" &&
        (this.peek() === "`" ||
          this.peek() === "\\" ||
          this.peek() === "$" ||
          (quoted && this.peek() === '"'))
      ) {
        inner += this.next();
      } else inner += char;
    }
    const scanner = new Scanner(inner, this.bash, this.#nested);
    scanner.depth = this.depth;
    parts.push({ kind: "command", body: scanner.descend(() => this.#nested(scanner, null)), quoted });
  }

  /** After `$`. */
  dollar(parts: Part[], quoted: boolean): void {
    if (this.looking("((")) {
      const arith = this.#tryArith();
      if (arith) {
        parts.push({ kind: "arith", expression: arith, quoted });
        return;
      }
    }
    const char = this.peek();
    if (char === "(") {
      this.next();
      const body = this.descend(() => this.#nested(this, ")"));
      parts.push({ kind: "command", body, quoted });
    } else if (char === "{") {
      this.next();
      parts.push(this.descend(() => this.#braced(quoted)));
    } else if (char !== "" && SPECIAL.includes(char)) {
      this.next();
      parts.push({ kind: "param", name: char, op: null, quoted });
    } else if (/[A-Za-z_]/.test(char)) {
      parts.push({ kind: "param", name: this.name(), op: null, quoted });
    } else this.#text(parts, "$", quoted);
  }

  /** A variable's name. */
  name(): string {
    let name = "";
    while (!this.ended && NAME.test(this.peek())) name += this.next();
    return name;
  }

  /** `((…))` as a word, or null (and no move) when it is not balanced that way. */
  #tryArith(): Word | null {
    const from = this.at;
    const line = this.line;
    let depth = 0;
    let at = this.at;
    for (; at < this.source.length; at++) {
      const char = this.source.charAt(at);
      if (char === "(") depth++;
      else if (char === ")" && --depth === 0) break;
    }
    if (depth !== 0 || this.source.charAt(at - 1) !== ")" || at - from < 4) return null;
    const inner = new Scanner(this.source.slice(from + 2, at - 1), this.bash, this.#nested);
    inner.depth = this.depth;
    const parts: Part[] = [];
    inner.descend(() => {
      while (!inner.ended) inner.quotedPiece(parts, inner.next(), "$`\\");
    });
    this.at = at + 1;
    this.line = line + inner.line - 1;
    return parts;
  }

  /** `((…))` as a command, at its first parenthesis. */
  arithCommand(): Word | null {
    return this.#tryArith();
  }

  /** After `${`. */
  #braced(quoted: boolean): Part {
    const start = this.at;
    const length = this.peek() === "#" && /[A-Za-z0-9_@*?$!-]/.test(this.peek(1));
    if (length) this.next();
    const indirect = this.bash && !length && this.peek() === "!" && /[A-Za-z_]/.test(this.peek(1));
    if (indirect) this.next();
    const special = this.peek();
    const name = /[A-Za-z_]/.test(special)
      ? this.name()
      : /[0-9]/.test(special)
        ? this.name()
        : SPECIAL.includes(special) && special !== ""
          ? this.next()
          : "";
    const index = this.bash && /^[A-Za-z_]/.test(name) && this.peek() === "[" ? this.#subscript() : undefined;
    const op = name === "" ? undefined : length ? ({ kind: "length" } as const) : this.#paramOp(quoted);
    if (op !== undefined && this.peek() === "}") {
      this.next();
      const more = { ...(index === undefined ? {} : { index }), ...(indirect ? { indirect } : {}) };
      return { kind: "param", name, op, quoted, ...more };
    }
    for (let open = 1; ; ) {
      if (this.ended) throw new SyntaxFault(null, this.line, { quote: "}" });
      const char = this.next();
      if (char === "{") open++;
      else if (char === "}" && --open === 0) break;
    }
    return { kind: "bad", text: `\${${this.source.slice(start, this.at)}`, quoted };
  }

  /** `[…]` of an array, at its bracket. */
  #subscript(): Subscript {
    this.next();
    const all = this.peek();
    if ((all === "@" || all === "*") && this.peek(1) === "]") {
      this.next();
      this.next();
      return all;
    }
    const index = this.#operand("]", false);
    this.next();
    return index;
  }

  /** The operator of `${name…}`; undefined for one that is none. */
  #paramOp(quoted: boolean): ParamOp | null | undefined {
    const char = this.peek();
    if (char === "}") return null;
    const colon = char === ":" && "-=?+".includes(this.peek(1)) && this.peek(1) !== "";
    if (colon) this.next();
    const op = this.peek();
    const kinds = { "-": "default", "=": "assign", "?": "error", "+": "alternative" } as const;
    if (op === "-" || op === "=" || op === "?" || op === "+") {
      this.next();
      return { kind: kinds[op], colon, word: this.#operand("}", quoted) };
    }
    if (op === "#" || op === "%") {
      this.next();
      const twice = this.peek() === op;
      if (twice) this.next();
      return {
        kind: "trim",
        op: (twice ? op + op : op) as "#" | "##" | "%" | "%%",
        pattern: this.#operand("}", false),
      };
    }
    if (op === ":") {
      this.next();
      const offset = this.#operand(":}", quoted);
      const more = this.peek() === ":";
      if (more) this.next();
      return { kind: "substring", offset, length: more ? this.#operand("}", quoted) : null };
    }
    if (op === "/") return this.#replaceOp(quoted);
    if (this.bash && (op === "^" || op === ",")) {
      this.next();
      const twice = this.peek() === op;
      if (twice) this.next();
      return { kind: "case", op: (twice ? op + op : op) as "^" | "^^" | "," | ",," };
    }
    return undefined;
  }

  #replaceOp(quoted: boolean): ParamOp {
    this.next();
    const all = this.peek() === "/";
    const anchor = this.peek() === "#" || this.peek() === "%" ? (this.peek() as "#" | "%") : "";
    if (all || anchor !== "") this.next();
    const pattern = this.#operand("/}", false);
    const more = this.peek() === "/";
    if (more) this.next();
    return { kind: "replace", all, anchor, pattern, by: more ? this.#operand("}", quoted) : [] };
  }

  /** A word inside `${}` up to one of `stops` (not taken). */
  #operand(stops: string, quoted: boolean): Word {
    const parts: Part[] = [];
    while (!stops.includes(this.peek())) {
      if (this.ended) throw new SyntaxFault(null, this.line, { quote: "}" });
      if (quoted) {
        const char = this.next();
        if (char === '"') this.doubleQuoted(parts);
        else this.quotedPiece(parts, char, '$`"\\}');
      } else this.#piece(parts, false);
    }
    if (this.ended) throw new SyntaxFault(null, this.line, { quote: "}" });
    return parts;
  }
}
