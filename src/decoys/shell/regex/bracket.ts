// Bracket expressions: `[a-z]`, `[^[:space:]]`. POSIX 9.3.5, in the C locale.

import type { ByteString } from "../shell.ts";
import { type ByteSet, byteSet, complement, folded, RegexFault } from "./node.ts";

const CLASSES = new Map<string, RegExp>([
  ["alpha", /[A-Za-z]/],
  ["digit", /[0-9]/],
  ["alnum", /[A-Za-z0-9]/],
  ["upper", /[A-Z]/],
  ["lower", /[a-z]/],
  ["space", /[ \t\n\r\f\v]/],
  ["blank", /[ \t]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["xdigit", /[0-9A-Fa-f]/],
  ["print", /[ -~]/],
  ["graph", /[!-~]/],
  ["cntrl", /[\x00-\x1f\x7f]/],
]);

/** The set that a bracket expression stands for, `at` behind its opening bracket, and where it ends. */
export function parseBracket(
  text: ByteString,
  from: number,
  fold: boolean,
): { readonly set: ByteSet; readonly end: number } {
  let at = from;
  const negated = text.charAt(at) === "^";
  if (negated) at++;
  const set = new Uint8Array(256);
  for (let first = true; ; first = false) {
    const char = text.charAt(at++);
    if (char === "") throw new RegexFault("Unmatched [, [^, [:, [., or [=");
    if (char === "]" && !first) break;
    const named = char === "[" ? /^:([a-z]{1,8}):\]/.exec(text.slice(at, at + 12)) : null;
    if (named) {
      const known = CLASSES.get(named[1] ?? "");
      if (!known) throw new RegexFault("Invalid character class name");
      for (const [code, hit] of byteSet((one) => known.test(one)).entries()) if (hit) set[code] = 1;
      at += named[0].length;
      continue;
    }
    const to = text.charAt(at) === "-" && text.charAt(at + 1) !== "]" ? text.charAt(at + 1) : "";
    if (to !== "") at += 2;
    const last = (to === "" ? char : to).charCodeAt(0);
    if (last < char.charCodeAt(0)) throw new RegexFault("Invalid range end");
    set.fill(1, char.charCodeAt(0), last + 1);
  }
  const cased = fold ? folded(set) : set;
  return { set: negated ? complement(cased) : cased, end: at };
}
