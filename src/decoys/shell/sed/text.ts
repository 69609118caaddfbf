// What sed makes of texts: replacements, translated bytes, bytes made visible. Pure.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";

/** The right side of `s` with its references and changes of case filled in. */
export function fill(by: ByteString, text: ByteString, match: readonly number[]): ByteString {
  let out = "";
  let mode = "E";
  let once = "";
  const add = (piece: ByteString): void => {
    let cased = mode === "U" ? piece.toUpperCase() : mode === "L" ? piece.toLowerCase() : piece;
    if (once !== "" && cased !== "") {
      const head = cased.charAt(0);
      cased = (once === "u" ? head.toUpperCase() : head.toLowerCase()) + cased.slice(1);
      once = "";
    }
    out += cased;
  };
  for (const [token, code] of by.matchAll(/\\([\s\S])|&|[^\\&]+|\\$/g)) {
    if (token === "&") add(text.slice(match[0], match[1]));
    else if (code === undefined) add(token);
    else if (/[0-9]/.test(code))
      add(text.slice(match[Number(code) * 2] ?? 0, match[Number(code) * 2 + 1] ?? 0));
    else if ("ULE".includes(code)) mode = code;
    else if (code === "u" || code === "l") once = code;
    else add(code === "n" ? "\n" : code === "t" ? "\t" : code === "r" ? "\r" : code);
  }
  return out;
}

/** A text with the bytes of one set as those of the other; the sets stand one after another. */
export function translate(text: ByteString, sets: ByteString): ByteString {
  const half = sets.length / 2;
  const table = new Map(Array.from({ length: half }, (_, i) => [sets.charAt(i), sets.charAt(half + i)]));
  return text.replace(/[\s\S]/g, (char) => table.get(char) ?? char);
}

const NAMED = new Map([
  ["\\", "\\\\"],
  ...[...CONTROL_LETTERS].map(([letter, char]) => [char, `\\${letter}`] as const),
]);

/** The space as `l` shows it, without folding. */
export function visible(text: ByteString): ByteString {
  const shown = text.replace(
    /[\\\x00-\x1f\x7f-\xff]/g,
    (char) => NAMED.get(char) ?? `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `${shown}$`;
}
