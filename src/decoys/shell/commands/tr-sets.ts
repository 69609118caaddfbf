// The sets of tr: ranges, escapes, classes, `[=c=]` and `[c*n]`. Pure.
// Throws TrFault in tr's own words; a set has at most 4,096 characters.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";

/** Why a set has no meaning. */
export class TrFault extends Error {}

const CHARS = 4096;

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /[A-Za-z0-9]/],
  ["alpha", /[A-Za-z]/],
  ["blank", /[ \t]/],
  ["cntrl", /[\x00-\x1f\x7f]/],
  ["digit", /[0-9]/],
  ["graph", /[!-~]/],
  ["lower", /[a-z]/],
  ["print", /[ -~]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["space", /[\t-\r ]/],
  ["upper", /[A-Z]/],
  ["xdigit", /[0-9A-Fa-f]/],
]);
const BYTES = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

interface Char {
  readonly char: string;
  readonly length: number;
}

function charAt(text: ByteString, at: number): Char {
  const char = text.charAt(at);
  if (char !== "\\" || at + 1 >= text.length) return { char, length: 1 };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined)
    return { char: String.fromCharCode(Number.parseInt(octal, 8) & 255), length: 1 + octal.length };
  const next = text.charAt(at + 1);
  return { char: CONTROL_LETTERS.get(next) ?? next, length: 2 };
}

interface Piece {
  readonly text: ByteString;
  readonly length: number;
  /** `[c*]`: as often as the other set needs. */
  readonly fills?: boolean;
}

function bracket(text: ByteString, at: number): Piece | null {
  const rest = text.slice(at, at + 32);
  const named = /^\[:([a-z]{1,16}):\]/.exec(rest);
  if (named) {
    const test = CLASSES.get(named[1] ?? "");
    if (!test) throw new TrFault(`invalid character class \xe2\x80\x98${named[1]}\xe2\x80\x99`);
    return { text: BYTES.filter((char) => test.test(char)).join(""), length: named[0].length };
  }
  const equal = /^\[=([\s\S])=\]/.exec(rest);
  if (equal) return { text: equal[1] ?? "", length: 5 };
  const { char, length } = charAt(text, at + 1);
  const repeat = /^\*([0-9]{0,6})\]/.exec(text.slice(at + 1 + length, at + 10 + length));
  if (!repeat) return null;
  const digits = repeat[1] ?? "";
  const count = Number.parseInt(digits, digits.startsWith("0") ? 8 : 10) || 0;
  const whole = 1 + length + repeat[0].length;
  return count === 0
    ? { text: char, length: whole, fills: true }
    : { text: char.repeat(Math.min(count, CHARS)), length: whole };
}

function range(text: ByteString, at: number): Piece {
  const from = charAt(text, at);
  const dash = at + from.length;
  if (text.charAt(dash) !== "-" || dash + 1 >= text.length) return { text: from.char, length: from.length };
  const to = charAt(text, dash + 1);
  const [a, b] = [from.char.charCodeAt(0), to.char.charCodeAt(0)];
  if (b < a)
    throw new TrFault(
      `range-endpoints of '${text.slice(at, dash + 1 + to.length)}' are in reverse collating sequence order`,
    );
  return { text: BYTES.slice(a, b + 1).join(""), length: from.length + 1 + to.length };
}

/** The characters of a set. `fill` is how long it shall be when it has a `[c*]`. Throws TrFault. */
export function trSet(text: ByteString, fill = 0): ByteString {
  let before = "";
  let filler: string | null = null;
  let after = "";
  for (let at = 0; at < text.length && before.length + after.length < CHARS; ) {
    const piece = (text.charAt(at) === "[" ? bracket(text, at) : null) ?? range(text, at);
    at += piece.length;
    if (piece.fills) filler = piece.text;
    else if (filler === null) before += piece.text;
    else after += piece.text;
  }
  if (filler === null) return before;
  return before + filler.repeat(Math.max(0, Math.min(fill, CHARS) - before.length - after.length)) + after;
}
