// awk as a program: mawk 1.3.4 of Debian, the applet of BusyBox. Its options, and the words of its complaints.

import { AwkFault } from "../awk/flow.ts";
import { AwkInterpreter, position } from "../awk/interpreter.ts";
import { unescapeText } from "../awk/lexer.ts";
import { checkCalls, PROGRAM_BYTES, parseAwk } from "../awk/parser.ts";
import { AwkRuntime } from "../awk/runtime.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { program } from "./options.ts";

const VERSION = `mawk 1.3.4 20200120
Copyright 2008-2019,2020, Thomas E. Dickey
Copyright 1991-1996,2014, Michael D. Brennan

`;
const VERSION_NOTES = `random-funcs:       srandom/random
regex-funcs:        internal
compiled limits:
sprintf buffer      8192
maximum-integer     2147483647
`;
const BUSYBOX_USAGE = `multi-call binary

Usage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...

	-v VAR=VAL	Set variable
	-F SEP		Use SEP as field separator
	-f FILE		Read program from FILE
	-e AWK_PROGRAM
`;

interface CommandLine {
  readonly assigns: readonly ByteString[];
  readonly files: readonly ByteString[];
  readonly version: boolean;
  readonly rest: readonly ByteString[];
}

/** Reads the options; a text when one is unknown. */
function readOptions(args: readonly ByteString[]): CommandLine | { readonly unknown: ByteString } {
  const assigns: ByteString[] = [];
  const files: ByteString[] = [];
  let version = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return { assigns, files, version, rest: args.slice(i + 1) };
    if (!arg.startsWith("-") || arg === "-") break;
    const letter = arg.charAt(1);
    if (!"FvfWe".includes(letter) || letter === "") return { unknown: arg };
    const value = arg.length > 2 ? arg.slice(2) : (args[++i] ?? "");
    if (letter === "F") assigns.push(`FS=${value}`);
    else if (letter === "v") assigns.push(value);
    else if (letter === "f") files.push(value);
    else if (/^v/.test(value)) version = true;
  }
  return { assigns, files, version, rest: args.slice(i) };
}

async function usage(proc: Proc, unknown: ByteString | null): Promise<number> {
  if (proc.busybox) {
    if (unknown !== null) await proc.fail(`invalid option -- '${unknown.charAt(1)}'`);
    await proc.err(`${proc.world.busyboxBanner} ${BUSYBOX_USAGE}`);
    return 1;
  }
  if (unknown !== null) return proc.fail(`not an option: ${unknown}`, 2);
  await proc.err(`Usage: ${proc.name} [Options] [Program] [file ...]\n`);
  return 0;
}

/** The text of a program, or null when a file of it can't be read (which has been complained of). */
async function sourceOf(proc: Proc, files: readonly ByteString[]): Promise<ByteString | null> {
  const parts: ByteString[] = [];
  for (const path of files) {
    const text = path === "-" ? null : proc.fs.readText(path, PROGRAM_BYTES);
    if (text === null) parts.push(await proc.stdin.all(PROGRAM_BYTES));
    else if (text.ok) parts.push(text.value);
    else {
      await proc.fail(
        proc.busybox ? `${path}: ${errorTexts[text.code]}` : `cannot open ${path} (${errorTexts[text.code]})`,
      );
      return null;
    }
  }
  return parts.join("\n");
}

function busyboxWords(fault: AwkFault): ByteString {
  if (fault.kind === "regex") {
    const [why = "", pattern = ""] = fault.detail.split("\n");
    return `bad regex '${pattern}': ${why}`;
  }
  const words = {
    string: "Unexpected end of string",
    undefined: "Call to undefined function",
    division: fault.detail,
  };
  const text = fault.kind in words ? words[fault.kind as keyof typeof words] : "Unexpected token";
  return `cmd. line:${Math.max(1, fault.line)}: ${text}`;
}

const regexWords = (detail: ByteString): ByteString => {
  const [why = "", pattern = ""] = detail.split("\n");
  const reason = why.startsWith("Unmatched (")
    ? "missing ')'"
    : why.startsWith("Unmatched [")
      ? "class -- [], [^] or ["
      : "syntax error ^* or ^+";
  return `regular expression compile failed (${reason})\n${pattern}`;
};

/** What mawk says; a fault without a line is one of the running program. */
function mawkWords(fault: AwkFault, runtime: AwkRuntime | null): ByteString {
  const { kind, detail, line } = fault;
  if (kind === "cut")
    return `line ${line}: syntax error at or near end of line\nawk: line ${line + 1}: missing } near end of file`;
  if (kind === "character") return `${line}: unexpected character '${detail}'`;
  const text =
    kind === "regex"
      ? regexWords(detail)
      : kind === "undefined"
        ? `function ${detail} never defined`
        : kind === "string"
          ? `runaway string constant ${detail} ...`
          : kind === "missing-brace"
            ? `missing } near ${detail}`
            : kind === "syntax"
              ? `syntax error at or near ${detail}`
              : detail;
  return line > 0 || !runtime
    ? `line ${Math.max(1, line)}: ${text}`
    : `run time error: ${text}\n\t${position(runtime)}`;
}

async function run(
  proc: Proc,
  source: ByteString,
  at: { assigns: readonly ByteString[]; operands: readonly ByteString[] },
): Promise<number> {
  let runtime: AwkRuntime | null = null;
  try {
    const parsed = parseAwk(source, proc.busybox);
    if (!proc.busybox) checkCalls(parsed, source, false);
    runtime = new AwkRuntime(proc, at.operands);
    for (const one of at.assigns) runtime.assign(unescapeText(one));
    return await new AwkInterpreter(parsed, runtime).run();
  } catch (error) {
    if (!(error instanceof AwkFault)) throw error;
    await runtime?.streams.flush();
    return proc.fail(proc.busybox ? busyboxWords(error) : mawkWords(error, runtime), proc.busybox ? 1 : 2);
  }
}

async function awk(proc: Proc): Promise<number> {
  const options = readOptions(proc.args);
  if ("unknown" in options) return usage(proc, options.unknown);
  if (options.version && !proc.busybox) {
    await proc.out(VERSION);
    await proc.err(VERSION_NOTES);
    return 0;
  }
  const [script, ...operands] = options.files.length > 0 ? ["", ...options.rest] : options.rest;
  if (script === undefined) return usage(proc, null);
  const source = options.files.length > 0 ? await sourceOf(proc, options.files) : script;
  if (source === null) return proc.busybox ? 1 : 2;
  return run(proc, source, { assigns: options.assigns, operands });
}

/** The programs of this file. */
export const awkPrograms = [program("awk", awk), program("mawk", awk)];
