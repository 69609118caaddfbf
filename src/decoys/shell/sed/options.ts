// The command line of sed as data. Its clusters take values and `-i` an attached suffix only.

import type { ByteString } from "../shell.ts";

const LONG = new Map([
  ["quiet", "n"],
  ["silent", "n"],
  ["regexp-extended", "E"],
  ["in-place", "i"],
  ["expression", "e"],
  ["file", "f"],
  ["separate", "s"],
  ["unbuffered", "u"],
  ["posix", "p"],
]);

/** What a command line asks for. */
export interface SedLine {
  readonly flags: ReadonlySet<string>;
  readonly scripts: readonly { readonly text: ByteString; readonly file: boolean }[];
  /** What stands behind `-i`: the suffix of a copy. */
  readonly suffix: ByteString;
  readonly rest: readonly ByteString[];
}

/** Reads the options; a complaint when one is unknown. */
export function readSedLine(args: readonly ByteString[]): SedLine | { readonly unknown: ByteString } {
  const flags = new Set<string>();
  const scripts: { text: ByteString; file: boolean }[] = [];
  const rest: ByteString[] = [];
  let suffix = "";
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return { flags, scripts, suffix, rest: [...rest, ...args.slice(i + 1)] };
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      continue;
    }
    const [name = "", ...value] = arg.startsWith("--") ? arg.slice(2).split("=") : [];
    const letter = LONG.get(name);
    if (name !== "" && letter === undefined) return { unknown: `unrecognized option '${arg}'` };
    const letters = letter === undefined ? arg.slice(1) : letter + value.join("=");
    for (let j = 0; j < letters.length; j++) {
      const flag = letters.charAt(j);
      if (!"nErisefup".includes(flag)) return { unknown: `invalid option -- '${flag}'` };
      flags.add(flag);
      if (!"ief".includes(flag)) continue;
      const attached = letters.slice(j + 1);
      if (flag === "i") suffix = attached;
      else scripts.push({ text: attached !== "" ? attached : (args[++i] ?? ""), file: flag === "f" });
      break;
    }
  }
  return { flags, scripts, suffix, rest };
}
