// The commands of sed as data.

import type { Regex } from "../regex/regex.ts";
import type { ByteString } from "../shell.ts";

/** Which line a command is for. A null pattern is the one that was used last. */
export type Address =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  | { readonly kind: "last" }
  | { readonly kind: "regex"; readonly regex: Regex | null };

/** The end of a range: an address, or so many lines on. */
export type RangeEnd = Address | { readonly kind: "after"; readonly lines: number };

/** What `s` does. */
export interface Substitution {
  readonly regex: Regex | null;
  readonly by: ByteString;
  readonly all: boolean;
  readonly nth: number;
  readonly print: boolean;
  readonly file: ByteString | null;
}

/** One command. */
export interface SedCommand {
  readonly from: Address | null;
  readonly to: RangeEnd | null;
  readonly negated: boolean;
  readonly name: string;
  /** Text of `a i c`, a label, a file name, or the two sets of `y`. */
  readonly text: ByteString;
  readonly number: number;
  readonly change: Substitution | null;
  /** Where a block ends or a branch goes. */
  target: number;
}
