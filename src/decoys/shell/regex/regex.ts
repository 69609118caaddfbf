// Regular expressions of grep, sed and awk, matched in linear time: an intruder's pattern can't make them run away.

import type { ByteString } from "../shell.ts";
import { search } from "./match.ts";
import { RegexFault } from "./node.ts";
import { parseRegex } from "./parse.ts";
import { compileProgram } from "./program.ts";

export { RegexFault } from "./node.ts";

const PATTERN_BYTES = 1024;

/** A compiled expression. */
export interface Regex {
  /** The start and end of the match and of its groups (-1 for none), or null. */
  exec(text: ByteString, from?: number): readonly number[] | null;
  test(text: ByteString): boolean;
}

/** Compiles a pattern. Throws RegexFault. */
export function compileRegex(
  pattern: ByteString,
  options: { extended?: boolean; fold?: boolean; fixed?: boolean; intervals?: boolean } = {},
): Regex {
  if (pattern.length > PATTERN_BYTES) throw new RegexFault("Regular expression too big");
  const source = options.fixed ? pattern.replace(/[\\^$.*[\]]/g, "\\$&") : pattern;
  const syntax = {
    extended: !options.fixed && options.extended === true,
    fold: options.fold === true,
    intervals: options.intervals !== false,
  };
  const program = compileProgram(parseRegex(source, syntax));
  return {
    exec: (text, from = 0) => search(program, text, { from, any: false }),
    test: (text) => search(program, text, { from: 0, any: true }) !== null,
  };
}
