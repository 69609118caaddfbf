// The letters that stand for control characters behind a backslash, in C and in every tool that took them from it (C11 5.2.2).
// Each tool adds what it knows besides; none has a table of its own.

/** Letter to character. */
export const CONTROL_LETTERS: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
