// The escapes inside $'…' of bash. Pure.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";

const ANSI = new Map([
  ...CONTROL_LETTERS,
  ["e", "\x1b"],
  ["E", "\x1b"],
  ...["\\", "'", '"', "?"].map((char) => [char, char] as const),
]);

/** Backslash escapes of `$'…'`. */
export function unescapeAnsi(text: ByteString): ByteString {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g,
    (whole, hex?: string, octal?: string, other?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      return ANSI.get(other ?? "") ?? whole;
    },
  );
}
