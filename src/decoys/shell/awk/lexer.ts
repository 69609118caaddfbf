// Characters to tokens. A slash begins a pattern where no operand has just ended.
// Throws AwkFault and nothing else.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";
import { AwkFault } from "./flow.ts";

/** What a token is. A `call` is a name that its parenthesis follows at once. */
export interface Token {
  readonly kind: "number" | "text" | "regex" | "name" | "call" | "builtin" | "word" | "op" | "end";
  /** The operator, the name or the decoded text. */
  readonly text: ByteString;
  /** As written. */
  readonly raw: ByteString;
  readonly line: number;
}

const WORDS = new Set([
  ..."BEGIN END function func if else while for do break continue next nextfile exit return delete in".split(
    " ",
  ),
  ..."print printf getline".split(" "),
]);
const COMMON = "length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand";
const SHARED = `${COMMON} tolower toupper system close fflush`;
const BUSYBOX = `${SHARED} systime strftime mktime and or xor compl lshift rshift`;
const OPERATORS = [
  ...["**=", "&&", "||", "==", "<=", ">=", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>", "!~"],
  ...[
    "**",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "!",
    ">",
    "<",
    "|",
    "?",
    ":",
  ],
  ...["~", "$", "="],
];
const ESCAPES = new Map([...CONTROL_LETTERS, ...["\\", '"', "/"].map((char) => [char, char] as const)]);

/** Decodes the escapes of a text. */
export function unescapeText(text: ByteString): ByteString {
  return text.replace(/\\(?:([0-7]{1,3})|\n|([\s\S]))/g, (whole, octal?: string, char?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return char === undefined ? "" : (ESCAPES.get(char) ?? whole);
  });
}

/** The tokens of a program, an `end` last. `busybox` knows more functions. */
export function tokenize(source: ByteString, busybox: boolean): readonly Token[] {
  return new Lexer(source, busybox).tokens();
}

class Lexer {
  readonly #source: ByteString;
  readonly #builtins: ReadonlySet<string>;
  readonly #busybox: boolean;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;

  constructor(source: ByteString, busybox: boolean) {
    this.#source = source;
    this.#busybox = busybox;
    this.#builtins = new Set((busybox ? BUSYBOX : SHARED).split(" "));
  }

  tokens(): readonly Token[] {
    while (this.#at < this.#source.length) this.#one();
    this.#push("end", "");
    return this.#tokens;
  }

  #push(kind: Token["kind"], text: ByteString, raw = text): void {
    this.#tokens.push({ kind, text, raw, line: this.#line });
  }

  #one(): void {
    const char = this.#source.charAt(this.#at);
    const blank = /^(?:[ \t\r]{1,1000}|\\\r?\n|#[^\n]{0,65536})/.exec(
      this.#source.slice(this.#at, this.#at + 65_536),
    );
    if (blank) {
      this.#at += blank[0].length;
      if (blank[0].startsWith("\\")) this.#line++;
    } else if (char === "\n") {
      this.#push("op", "\n");
      this.#at++;
      this.#line++;
    } else if (char === '"') this.#text();
    else if (char === "/" && this.#operandWanted()) this.#regex();
    else if (/[0-9.]/.test(char)) this.#number();
    else if (/[A-Za-z_]/.test(char)) this.#name();
    else this.#operator();
  }

  #operandWanted(): boolean {
    const last = this.#tokens.at(-1);
    if (!last) return true;
    if (last.kind === "op") return ![")", "]", "$", "++", "--"].includes(last.text);
    return last.kind === "word";
  }

  #number(): void {
    const rest = this.#source.slice(this.#at, this.#at + 256);
    const match = /^(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)/.exec(rest);
    if (!match) throw new AwkFault("syntax", this.#source.charAt(this.#at), this.#line);
    this.#at += match[0].length;
    this.#push("number", match[0]);
  }

  #name(): void {
    const name = /^[A-Za-z_0-9]{1,256}/.exec(this.#source.slice(this.#at, this.#at + 256))?.[0] ?? "";
    this.#at += name.length;
    if (WORDS.has(name)) this.#push("word", name === "func" ? "function" : name, name);
    else if (this.#builtins.has(name)) this.#push("builtin", name);
    else this.#push(this.#source.charAt(this.#at) === "(" ? "call" : "name", name);
  }

  #text(): void {
    const from = this.#at++;
    for (;;) {
      const char = this.#source.charAt(this.#at);
      if (char === "" || char === "\n")
        throw new AwkFault("string", this.#source.slice(from, from + 11), this.#line);
      this.#at += char === "\\" ? 2 : 1;
      if (char === '"') break;
    }
    const raw = this.#source.slice(from, this.#at);
    this.#push("text", unescapeText(raw.slice(1, -1)), raw);
  }

  #regex(): void {
    const from = this.#at++;
    let inClass = false;
    for (;;) {
      const char = this.#source.charAt(this.#at);
      if (char === "" || char === "\n")
        throw new AwkFault("string", this.#source.slice(from, from + 11), this.#line);
      this.#at += char === "\\" ? 2 : 1;
      if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (char === "/" && !inClass) break;
    }
    const raw = this.#source.slice(from, this.#at);
    this.#push("regex", raw.slice(1, -1).replaceAll("\\/", "/"), raw);
  }

  #operator(): void {
    const op = OPERATORS.find(
      (one) => this.#source.startsWith(one, this.#at) && (this.#busybox || !one.startsWith("**")),
    );
    if (op === undefined) throw new AwkFault("character", this.#source.charAt(this.#at), this.#line);
    this.#at += op.length;
    this.#push("op", op.replace("**", "^"), op);
  }
}
