// Characters to words and operators, the way a POSIX shell cuts its input.
// Bounded in nesting; throws SyntaxFault and nothing else.

import { SyntaxFault } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { unescapeAnsi } from "./ansi-quote.ts";
import type { List, Part, Word } from "./ast.ts";
import { scanBackquote, scanDollar } from "./substitution-scanner.ts";

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

  /** A scanner over a text inside this one, as deep as this one is. */
  inside(text: ByteString): Scanner {
    const inner = new Scanner(text, this.bash, this.#nested);
    inner.depth = this.depth;
    return inner;
  }

  /** The commands of a substitution, up to its closing mark. */
  list(end: ")" | null): List {
    return this.#nested(this, end);
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
    while (!this.ended && !" \t\n;&|()<>".includes(this.peek())) this.piece(parts, false);
    return parts;
  }

  /** Adds text to a word. */
  text(parts: Part[], text: ByteString, quoted: boolean): void {
    const last = parts.at(-1);
    if (last?.kind === "text" && last.quoted === quoted)
      parts[parts.length - 1] = { kind: "text", text: last.text + text, quoted };
    else parts.push({ kind: "text", text, quoted });
  }

  /** One piece of a word that stands outside double quotes. */
  piece(parts: Part[], quoted: boolean): void {
    const char = this.next();
    if (char === "\\") {
      if (this.peek() === "\n") this.next();
      else if (this.ended) this.text(parts, "\\", true);
      else this.text(parts, this.next(), true);
      return;
    }
    if (char === "'") this.text(parts, this.#until("'"), true);
    else if (char === '"') this.doubleQuoted(parts);
    else if (char === "$" && this.bash && this.peek() === "'") {
      this.next();
      this.text(parts, unescapeAnsi(this.#ansiQuoted()), true);
    } else if (char === "$" && this.bash && this.peek() === '"') return;
    else if (char === "$") scanDollar(this, parts, quoted);
    else if (char === "`") scanBackquote(this, parts, quoted);
    else this.text(parts, char, quoted);
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
    this.text(parts, "", true);
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
      else if (!this.ended && escapable.includes(this.peek())) this.text(parts, this.next(), true);
      else this.text(parts, "\\", true);
    } else if (char === "$") scanDollar(this, parts, true);
    else if (char === "`") scanBackquote(this, parts, true);
    else this.text(parts, char, true);
  }

  /** A variable's name. */
  name(): string {
    let name = "";
    while (!this.ended && NAME.test(this.peek())) name += this.next();
    return name;
  }
}
