// Long options by their name or its beginning, as getopt_long finds them.

import type { ByteString } from "../shell.ts";

/** The letter of a long name or of the beginning of only one; otherwise the names that it may stand for. */
export function longOption(long: ReadonlyMap<string, string>, name: string): string | readonly string[] {
  const exact = long.get(name);
  if (exact !== undefined) return exact;
  const names = [...long.keys()].filter((one) => one.startsWith(name));
  const letters = new Set(names.map((one) => long.get(one)));
  return letters.size === 1 ? (long.get(names[0] ?? "") ?? []) : names;
}

/** What is said of one that stands for none, or for several. */
export function unknownLong(arg: ByteString, names: readonly string[]): ByteString {
  if (names.length === 0) return `unrecognized option '${arg}'`;
  return `option '${arg}' is ambiguous; possibilities:${names.map((name) => ` '--${name}'`).join("")}`;
}
