// SQL text as tokens: one pass, no backtracking, bounded in number.
// Comments vanish; `/*!40101 … */` is read as the server reads it.

import { errors, raise } from "../errors.ts";

/** One token. `start` and `end` are places in the text. */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "hex" | "symbol" | "system" | "user" | "end";
  /** Words as written; strings and quoted names without their quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Most tokens of one text. */
const MAX_TOKENS = 20_000;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["b", "\b"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["Z", "\x1a"],
]);
const WORD = /[A-Za-z0-9_$\u0080-\uffff]+/y;
const NUMBER = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const HEX = /0x[0-9a-fA-F]+|[xX]'(?:[0-9a-fA-F]{2})*'/y;
const SYMBOL = /<=>|<=|>=|<>|!=|:=|\|\||&&|<<|>>|[\s\S]/y;
const VARIABLE = /@@?(?:[A-Za-z0-9_$.]+|`[^`]{0,64}`)?/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The 1064 error at a place of the text. */
export function syntaxError(text: string, at: number): never {
  const before = text.slice(0, at);
  return raise(errors.syntax(text.slice(at), before.split("\n").length));
}

interface Quoted {
  readonly text: string;
  readonly end: number;
}

function readQuoted(text: string, start: number): Quoted | null {
  const quote = text.charAt(start);
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\" && quote !== "`" && at + 1 < text.length) {
      const next = text.charAt(at + 1);
      const kept = next === "%" || next === "_" ? `\\${next}` : (ESCAPES.get(next) ?? next);
      parts.push(text.slice(from, at), kept);
      from = at + 2;
      at++;
    } else if (char === quote) {
      parts.push(text.slice(from, at));
      if (text.charAt(at + 1) !== quote) return { text: parts.join(""), end: at + 1 };
      parts.push(quote);
      from = at + 2;
      at++;
    }
  }
  return null;
}

/** Where the blank or comment that starts at `at` ends; `at` itself when there is none. */
function skipBlank(text: string, at: number): number {
  const char = text.charAt(at);
  if (/\s/.test(char)) return at + 1;
  const dashes = text.startsWith("--", at) && (at + 2 >= text.length || /\s/.test(text.charAt(at + 2)));
  if (char === "#" || dashes) {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end + 1;
  }
  if (text.startsWith("*/", at)) return at + 2;
  if (!text.startsWith("/*", at)) return at;
  if (text.charAt(at + 2) === "!") {
    const digits = match(/[0-9]{0,6}/y, text, at + 3) ?? "";
    return at + 3 + digits.length;
  }
  const end = text.indexOf("*/", at + 2);
  return end < 0 ? text.length : end + 2;
}

function readToken(text: string, at: number): Token {
  const char = text.charAt(at);
  const token = (kind: Token["kind"], value: string, end: number): Token => ({
    kind,
    text: value,
    start: at,
    end,
  });
  if (char === "'" || char === '"' || char === "`") {
    const quoted = readQuoted(text, at) ?? syntaxError(text, at);
    return token(char === "`" ? "quoted" : "string", quoted.text, quoted.end);
  }
  if (char === "@") {
    const name = match(VARIABLE, text, at) ?? "@";
    const isSystem = name.startsWith("@@");
    return token(
      isSystem ? "system" : "user",
      name.replaceAll("`", "").slice(isSystem ? 2 : 1),
      at + name.length,
    );
  }
  const hex = match(HEX, text, at);
  if (hex) return token("hex", hex.slice(2).replace("'", ""), at + hex.length);
  const number = /[0-9.]/.test(char) ? match(NUMBER, text, at) : undefined;
  const word = match(WORD, text, at);
  if (number && (!word || number.length >= word.length)) return token("number", number, at + number.length);
  if (word) return token("word", word, at + word.length);
  const symbol = match(SYMBOL, text, at) ?? char;
  return token("symbol", symbol, at + symbol.length);
}

/** The tokens of a text, with an `end` token last. Raises 1064 on what is no SQL at all. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const next = skipBlank(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    if (tokens.length >= MAX_TOKENS) syntaxError(text, at);
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  return [...tokens, { kind: "end", text: "", start: text.length, end: text.length }];
}
