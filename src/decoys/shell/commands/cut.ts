// cut: some bytes or fields of each line.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { parseOptions, program, quoted, readLines } from "./options.ts";

const RANGES = 256;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ends with the pointer to `--help` that GNU adds. */
async function refuse(proc: Proc, gnu: ByteString, busybox: ByteString): Promise<number> {
  return proc.fail(proc.busybox ? busybox : `${gnu}\nTry 'cut --help' for more information.`);
}

/** The ranges of a list, or why there are none. */
function parseRanges(proc: Proc, text: ByteString, fields: boolean): Range[] | ByteString {
  const ranges: Range[] = [];
  for (const part of text.split(/[, ]/).slice(0, RANGES)) {
    const match = /^([0-9]{0,9})(-?)([0-9]{0,9})$/.exec(part);
    if (!match)
      return `invalid ${fields ? "field" : "byte or character"} ${/^[0-9]*-[0-9]/.test(part) ? "range" : "value"} ${quoted(proc, part)}`.replace(
        /byte or character value/,
        "byte/character position",
      );
    const [, first = "", dash = "", last = ""] = match;
    if (part === "-") return "invalid range with no endpoint: -";
    if (first === "" && dash === "")
      return `${fields ? "fields" : "byte/character positions"} are numbered from 1`;
    const from = first === "" ? 1 : Number(first);
    const to = dash === "" ? from : last === "" ? Number.MAX_SAFE_INTEGER : Number(last);
    if (from === 0 || to === 0)
      return `${fields ? "fields" : "byte/character positions"} are numbered from 1`;
    if (to < from) return "invalid decreasing range";
    ranges.push({ from, to });
  }
  return ranges;
}

async function cut(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "d:f:c:b:snKO:z",
    long: {
      delimiter: "d",
      fields: "f",
      characters: "c",
      bytes: "b",
      "only-delimited": "s",
      complement: "K",
      "output-delimiter": "O",
    },
  });
  if (typeof options === "number") return options;
  const fields = options.value("f");
  const list = fields ?? options.value("c") ?? options.value("b");
  if (list === undefined)
    return refuse(
      proc,
      "you must specify a list of bytes, characters, or fields",
      "expected a list of bytes, characters, or fields",
    );
  const delimiter = options.value("d") ?? "\t";
  if (delimiter.length > 1)
    return refuse(proc, "the delimiter must be a single character", "delimiter must be a single character");
  const ranges = parseRanges(proc, list, fields !== undefined);
  if (typeof ranges === "string") return refuse(proc, ranges, `invalid range ${list}`);
  const wanted = (i: number): boolean =>
    ranges.some(({ from, to }) => i + 1 >= from && i + 1 <= to) !== options.has("K");
  const { lines, status } = await readLines(proc, options.rest);
  for (const line of lines) {
    await proc.budget.step();
    if (fields !== undefined && !line.includes(delimiter)) {
      if (!options.has("s")) await proc.out(`${line}\n`);
      continue;
    }
    const parts = line.split(fields === undefined ? "" : delimiter).filter((_, i) => wanted(i));
    await proc.out(`${parts.join(fields === undefined ? "" : (options.value("O") ?? delimiter))}\n`);
  }
  return status;
}

/** The programs of this file. */
export const cutPrograms = [program("cut", cut)];
