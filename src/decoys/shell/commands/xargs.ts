// xargs: words of standard input as arguments of a command.
// At most 10,000 words are taken; every command counts against the command line's budget.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { type Options, parseOptions, program, quoted, readLines } from "./options.ts";
import { spawnOr } from "./wrappers.ts";

const WORDS = 10_000;
/** Bytes of one command line. */
const LINE = 128 * 1024;

/** The words of a text as xargs cuts it: blanks apart, quotes and backslashes taken off. Null for a quote left open. */
function quotedWords(text: ByteString, lines: boolean): ByteString[] | string {
  const words: ByteString[] = [];
  let word: ByteString | null = null;
  for (let at = 0; at < text.length && words.length < WORDS; at++) {
    const char = text.charAt(at);
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      const line = text.indexOf("\n", at);
      if (end < 0 || (line >= 0 && line < end))
        return `unmatched ${char === "'" ? "single" : "double"} quote; by default quotes are special to xargs unless you use the -0 option`;
      word = (word ?? "") + text.slice(at + 1, end);
      at = end;
    } else if (char === "\\") word = (word ?? "") + text.charAt(++at);
    else if (char === "\n" || (/[ \t]/.test(char) && (!lines || word === null))) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + char;
  }
  if (word !== null) words.push(word);
  return words;
}

async function wordsOf(proc: Proc, options: Options): Promise<ByteString[] | string> {
  const file = options.value("a");
  const text =
    file === undefined
      ? await proc.stdin.all()
      : (await readLines(proc, [file])).lines.map((line) => `${line}\n`).join("");
  const delimiter = options.has("0") ? "\0" : options.value("d")?.replace("\\n", "\n").replace("\\0", "\0");
  if (delimiter === undefined) return quotedWords(text, options.has("I") || options.has("L"));
  const words = text.split(delimiter.charAt(0));
  if (words.at(-1) === "") words.pop();
  return words.slice(0, WORDS);
}

/** Cuts words into the arguments of one command after another. */
function batches(words: readonly ByteString[], most: number): ByteString[][] {
  const out: ByteString[][] = [];
  let bytes = 0;
  for (const word of words) {
    const last = out.at(-1);
    bytes += word.length + 1;
    if (last && last.length < most && bytes < LINE) last.push(word);
    else {
      out.push([word]);
      bytes = word.length + 1;
    }
  }
  return out;
}

/** How many arguments a command gets at most; null for a number without meaning. */
function most(options: Options): number | null {
  const text = options.value("n") ?? options.value("L");
  if (text === undefined) return WORDS;
  return /^[0-9]{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

function invalidCount(proc: Proc, options: Options): ByteString {
  const flag = options.has("n") ? "n" : "L";
  const text = options.value(flag) ?? "";
  return /^0+$/.test(text)
    ? `value ${text} for -${flag} option should be >= 1`
    : `invalid number ${quoted(proc, text)} for -${flag} option`;
}

async function xargs(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "0rtxn:I:P:L:d:s:a:E:",
    long: {
      null: "0",
      "no-run-if-empty": "r",
      verbose: "t",
      "max-args": "n",
      "max-procs": "P",
      delimiter: "d",
      replace: "I",
      "arg-file": "a",
    },
    inOrder: true,
  });
  if (typeof options === "number") return options;
  const size = most(options);
  if (size === null) {
    await proc.err(
      proc.busybox
        ? `xargs: invalid number '${options.value("n")}'\n`
        : `xargs: ${invalidCount(proc, options)}\nTry 'xargs --help' for more information.\n`,
    );
    return 1;
  }
  const words = await wordsOf(proc, options);
  if (typeof words === "string") return proc.fail(proc.busybox ? words.replace(/;.*/, "") : words);
  const command = options.rest.length > 0 ? options.rest : ["echo"];
  const mark = options.has("I") ? options.value("I") || "{}" : undefined;
  const none = mark !== undefined || options.has("r");
  const lists = words.length > 0 ? batches(words, mark === undefined ? size : 1) : none ? [] : [[]];
  let status = 0;
  for (const some of lists) {
    const argv =
      mark === undefined
        ? [...command, ...some]
        : command.map((word) => word.replaceAll(mark, some[0] ?? ""));
    if (options.has("t")) await proc.err(`${argv.join(" ")}\n`);
    const one = await spawnOr(proc, argv);
    if (one === 126 || one === 127) return one;
    if (one === 255) {
      await proc.fail(`${argv[0]}: exited with status 255; aborting`);
      return 124;
    }
    if (one !== 0) status = 123;
  }
  return status;
}

/** The programs of this file. */
export const xargsPrograms = [program("xargs", xargs)];
