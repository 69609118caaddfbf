// grep in its three spellings, over linear-time expressions.

import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program, showUsage } from "./options.ts";
import { walk } from "./walk.ts";

async function grep(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "ivncqlLEFGowxHhrRsae:m:A:B:C:P",
    long: {
      "ignore-case": "i",
      "invert-match": "v",
      count: "c",
      quiet: "q",
      "only-matching": "o",
      "extended-regexp": "E",
      recursive: "r",
      color: "a",
      text: "a",
    },
    status: 2,
  });
  if (typeof options === "number") return options;
  const rest = [...options.rest];
  const pattern = options.value("e") ?? rest.shift();
  if (pattern === undefined) {
    if (proc.busybox) return showUsage(proc);
    await proc.err(
      `Usage: ${proc.name} [OPTION]... PATTERNS [FILE]...\nTry '${proc.name} --help' for more information.\n`,
    );
    return 2;
  }
  let regexes: Regex[];
  try {
    const fixed = options.has("F") || proc.name === "fgrep";
    const wrap = (one: ByteString): ByteString =>
      options.has("x") ? `^${one}$` : options.has("w") ? `\\b${one}\\b` : one;
    regexes = pattern
      .split("\n")
      .slice(0, 64)
      .map((one) =>
        compileRegex(fixed ? one : wrap(one), {
          fixed,
          fold: options.has("i"),
          extended: options.has("E") || options.has("P") || proc.name === "egrep",
        }),
      );
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    return proc.fail(proc.busybox ? `bad regex '${pattern}': ${error.message}` : error.message, 2);
  }
  const recursive = options.has("r") || options.has("R");
  const paths = recursive ? await below(proc, rest.length === 0 ? ["."] : rest) : rest;
  const titled = (paths.length > 1 || recursive || options.has("H")) && !options.has("h");
  let hit = false;
  const status = await eachInput(quietly(proc, options.has("s")), paths, async (read, path) => {
    let held = "";
    let count = 0;
    let number = 0;
    const name = path === "-" ? "(standard input)" : path;
    const most = Number(options.value("m") ?? Number.MAX_SAFE_INTEGER);
    const line = async (text: ByteString): Promise<void> => {
      number++;
      await proc.budget.step(1 + (text.length >> 8));
      const match = regexes.map((regex) => regex.exec(text)).find((found) => found !== null);
      if ((match !== undefined) === options.has("v") || count >= most) return;
      count++;
      hit = true;
      if (options.has("q") || options.has("c") || options.has("l")) return;
      const before = `${titled ? `${name}:` : ""}${options.has("n") ? `${number}:` : ""}`;
      await proc.out(`${before}${options.has("o") && match ? text.slice(match[0], match[1]) : text}\n`);
    };
    for (let piece = await read(); piece !== null; piece = await read()) {
      const [first = "", ...more] = piece.split("\n");
      held = held.length > 1 << 20 ? first : held + first;
      for (const next of more) {
        await line(held);
        held = next;
      }
    }
    if (held !== "") await line(held);
    if (options.has("l") && count > 0) await proc.out(`${name}\n`);
    else if (options.has("c")) await proc.out(`${titled ? `${name}:` : ""}${count}\n`);
  });
  return status !== 0 && !(options.has("q") && hit) ? 2 : hit ? 0 : 1;
}

const quietly = (proc: Proc, quiet: boolean): Proc =>
  (quiet ? Object.create(proc, { err: { value: () => Promise.resolve() } }) : proc) as Proc;

/** All files below some folders, at most 4000. */
async function below(proc: Proc, roots: readonly ByteString[]): Promise<ByteString[]> {
  const out: ByteString[] = [];
  await walk(proc, roots, {
    depth: 100,
    visit: ({ path, stat }) => {
      if (stat.type === "file") out.push(path);
      return Promise.resolve(undefined);
    },
  });
  return out;
}

/** The programs of this file. */
export const grepPrograms = [program("grep", grep), program("egrep", grep), program("fgrep", grep)];
