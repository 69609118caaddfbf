// awk of the shape that intruders use: one optional pattern, print of fields and texts.

import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import type { Proc } from "../run/proc.ts";
import { parseOptions, program, readLines } from "./options.ts";

async function awk(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "F:v:f:", inOrder: true });
  if (typeof options === "number") return options;
  const [script, ...paths] = options.rest;
  if (script === undefined) {
    await proc.err(
      proc.busybox
        ? `${proc.world.busyboxBanner} multi-call binary.\n\nUsage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...\n`
        : "usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n",
    );
    return proc.busybox ? 1 : 2;
  }
  // Only the shape that intruders use: one optional pattern, print of fields and texts.
  const match =
    /^\s*(?:\/((?:[^/\\]|\\.){1,200})\/|NR\s*==\s*([0-9]{1,9})|(END))?\s*(?:\{\s*(?:print\s*([^;}]{0,300});?\s*(?:exit)?)?\s*\})?\s*$/s.exec(
      script.slice(0, 1000),
    );
  if (!match) {
    await proc.err(
      proc.busybox
        ? `awk: cmd. line:1: Unexpected token\n`
        : `awk: line 1: syntax error at or near ${script.slice(0, 1)}\n`,
    );
    return proc.busybox ? 1 : 2;
  }
  let regex: Regex | null = null;
  try {
    regex = match[1] === undefined ? null : compileRegex(match[1], { extended: true });
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    return proc.fail("regular expression compile failed", 2);
  }
  const { lines, status } = await readLines(proc, paths);
  const separator = options.value("F");
  const terms = (match[4] ?? "").trim();
  const chosen = match[3] ? (lines.length > 0 ? [lines.length - 1] : []) : lines.keys();
  for (const i of chosen) {
    const line = lines[i] ?? "";
    await proc.budget.step();
    if (regex && !regex.test(line)) continue;
    if (match[2] !== undefined && i + 1 !== Number(match[2])) continue;
    const fields =
      separator === undefined || separator === " "
        ? line.trim().split(/[ \t]+/)
        : line.split(separator === "\\t" ? "\t" : separator);
    const term = (text: string): string => {
      const field = /^\$(NF|[0-9]{1,4})$/.exec(text);
      if (field)
        return field[1] === "0"
          ? line
          : (fields[field[1] === "NF" ? fields.length - 1 : Number(field[1]) - 1] ?? "");
      if (text === "NR") return String(i + 1);
      if (text === "NF") return String(line === "" ? 0 : fields.length);
      return /^"(.*)"$/s.exec(text)?.[1]?.replaceAll("\\n", "\n").replaceAll("\\t", "\t") ?? "";
    };
    const groups = terms === "" ? [["$0"]] : splitTerms(terms);
    await proc.out(`${groups.map((group) => group.map(term).join("")).join(" ")}\n`);
  }
  return status;
}

/** `$1, "x" $2` as groups (joined by a blank) of terms (joined by nothing). */
function splitTerms(text: string): string[][] {
  const groups: string[][] = [[]];
  for (const token of text.match(/"[^"]{0,200}"|\$\w{1,8}|[A-Z]{2}|,/g) ?? []) {
    if (token === ",") groups.push([]);
    else groups.at(-1)?.push(token);
  }
  return groups;
}

/** The programs of this file. */
export const awkPrograms = [program("awk", awk)];
