// tr: characters to others, away, or no more than once in a row.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { type Options, parseOptions, program, quoted, showUsage } from "./options.ts";
import { TrFault, trSet } from "./tr-sets.ts";

interface Change {
  readonly result: string;
  readonly squeezed: boolean;
}

/** Says that there are too few operands or too many; null when they are right. */
async function operandFault(proc: Proc, options: Options): Promise<number | null> {
  const { rest } = options;
  const deletes = options.has("d");
  const squeezes = options.has("s");
  const least = deletes === squeezes ? 2 : 1;
  const most = deletes && !squeezes ? 1 : 2;
  if (rest.length >= least && rest.length <= most) return null;
  if (proc.busybox) return showUsage(proc);
  const few = rest.length < least;
  const operand = (few ? rest.at(-1) : rest[most]) ?? "";
  const [first, second] = few
    ? [
        rest.length === 0 ? "missing operand" : `missing operand after ${quoted(proc, operand)}`,
        rest.length === 0
          ? ""
          : deletes
            ? "Two strings must be given when both deleting and squeezing repeats.\n"
            : "Two strings must be given when translating.\n",
      ]
    : [
        `extra operand ${quoted(proc, operand)}`,
        deletes && rest.length === 2
          ? "Only one string may be given when deleting without squeezing repeats.\n"
          : "",
      ];
  await proc.err(`tr: ${first}\n${second}Try 'tr --help' for more information.\n`);
  return 1;
}

/** What each byte becomes, and whether repeats of it are squeezed. */
function changes(options: Options): readonly Change[] {
  const [first = "", second = ""] = options.rest;
  const complement = options.has("c") || options.has("C");
  const given = trSet(first);
  const from = complement
    ? Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
        .filter((char) => !given.includes(char))
        .join("")
    : given;
  const to = trSet(second, from.length);
  const deletes = options.has("d");
  const squeezed = options.has("s") ? (options.rest.length > 1 ? to : from) : "";
  return Array.from({ length: 256 }, (_, code) => {
    const char = String.fromCharCode(code);
    const at = from.lastIndexOf(char);
    if (at < 0 || (deletes ? false : to === "" || (options.has("t") && at >= to.length)))
      return { result: char, squeezed: squeezed.includes(char) };
    if (deletes) return { result: "", squeezed: false };
    const result = to.charAt(Math.min(at, to.length - 1));
    return { result, squeezed: squeezed.includes(result) };
  });
}

async function apply(proc: Proc, table: readonly Change[]): Promise<void> {
  let previous = "";
  for (let piece = await proc.stdin.read(); piece !== null; piece = await proc.stdin.read()) {
    await proc.budget.step();
    proc.budget.move(piece.length);
    let out: ByteString = "";
    for (let i = 0; i < piece.length; i++) {
      const { result, squeezed } = table[piece.charCodeAt(i)] ?? { result: "", squeezed: false };
      if (!squeezed || result !== previous) out += result;
      if (result !== "") previous = result;
    }
    await proc.out(out);
  }
}

async function tr(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "dscCt",
    long: { delete: "d", "squeeze-repeats": "s", complement: "c", "truncate-set1": "t" },
    inOrder: true,
  });
  if (typeof options === "number") return options;
  const refused = await operandFault(proc, options);
  if (refused !== null) return refused;
  if (!options.has("d") && options.rest[1] === "" && !options.has("t"))
    return proc.busybox
      ? proc.fail("STRING2 cannot be empty")
      : proc.fail("when not truncating set1, string2 must be non-empty");
  try {
    await apply(proc, changes(options));
    return 0;
  } catch (error) {
    if (!(error instanceof TrFault)) throw error;
    return proc.fail(error.message);
  }
}

/** The programs of this file. */
export const trPrograms = [program("tr", tr)];
