// Addresses of sed commands: a line, a step, the last line, a pattern, a range.
// Throws SedFault and nothing else.

import type { Address, RangeEnd } from "./command.ts";
import type { ScriptCursor } from "./script-cursor.ts";

/** An address, or null when none stands here. */
export function parseAddress(c: ScriptCursor): Address | null {
  const char = c.peek();
  if (/[0-9]/.test(char)) {
    const line = c.number();
    if (c.peek() !== "~") return { kind: "line", line };
    c.at++;
    return { kind: "step", first: line, step: c.number() };
  }
  if (char === "$") {
    c.at++;
    return { kind: "last" };
  }
  if (char !== "/" && char !== "\\") return null;
  if (char === "\\") c.at++;
  const mark = c.peek();
  c.at++;
  const source = c.until(mark, true);
  if (source === null) throw c.fault("unterminated address regex");
  const fold = c.peek() === "I";
  if (fold) c.at++;
  return { kind: "regex", regex: c.compile(source, fold) };
}

/** The end of a range, behind its first address. */
export function parseRangeEnd(c: ScriptCursor): RangeEnd | null {
  if (c.peek() !== ",") return null;
  c.at++;
  c.skip(/[ \t]/);
  if (c.peek() === "+") {
    c.at++;
    return { kind: "after", lines: c.number() };
  }
  const to = parseAddress(c);
  if (!to) {
    c.at++;
    throw c.fault("unexpected `,'");
  }
  return to;
}
