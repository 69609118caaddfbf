// Option parsing as getopt_long does it, and what GNU and BusyBox say to an option they do not know.

import type { Proc, Program } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { longOption, unknownLong } from "./long-options.ts";

/** Declares a program. */
export function program(name: string, run: Program["run"]): Program {
  return Object.freeze({ name, run });
}

/** What a command line holds. */
export interface Options {
  has(flag: string): boolean;
  value(flag: string): ByteString | undefined;
  /** All values of an option that may be given several times. */
  all(flag: string): readonly ByteString[];
  readonly rest: readonly ByteString[];
}

/** Which options there are: `abc` flags, `n:` takes a value. Long names stand for a letter. */
export interface OptionSpec {
  readonly short: string;
  readonly long?: Readonly<Record<string, string>>;
  /** Status of a wrong option. Default 1. */
  readonly status?: number;
  /** Stops at the first operand (env, nohup, sudo …). */
  readonly inOrder?: boolean;
}

/** Parses options; a number when one was wrong and has been complained of. */
export async function parseOptions(
  proc: Proc,
  spec: OptionSpec,
  args: readonly ByteString[] = proc.args,
): Promise<Options | number> {
  const given = new Map<string, ByteString[]>();
  const found = {
    set: (flag: string, value: ByteString) => given.set(flag, [...(given.get(flag) ?? []), value].slice(-64)),
  };
  const rest: ByteString[] = [];
  const long = new Map(Object.entries(spec.long ?? {}));
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const [name = "", ...more] = arg.slice(2).split("=");
      const answer = longOption(long, name);
      if (typeof answer !== "string") return refuseOption(proc, unknownLong(arg, answer), spec.status);
      const letter = answer;
      const takes = spec.short.includes(`${letter}:`);
      found.set(letter, more.length > 0 ? more.join("=") : takes ? (args[++i] ?? "") : "");
      continue;
    }
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      if (spec.inOrder) {
        rest.push(...args.slice(i + 1));
        break;
      }
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg.charAt(j);
      const at = letter === ":" ? -1 : spec.short.indexOf(letter);
      if (at < 0) return refuseOption(proc, `invalid option -- '${letter}'`, spec.status);
      if (spec.short.charAt(at + 1) !== ":") {
        found.set(letter, "");
        continue;
      }
      const attached = arg.slice(j + 1);
      if (attached === "" && i + 1 >= args.length)
        return refuseOption(proc, `option requires an argument -- '${letter}'`, spec.status);
      found.set(letter, attached !== "" ? attached : (args[++i] ?? ""));
      break;
    }
  }
  return {
    has: (flag) => given.has(flag),
    value: (flag) => given.get(flag)?.at(-1),
    all: (flag) => given.get(flag) ?? [],
    rest,
  };
}

/** Says that an option is wrong, in the words of the flavour. */
export async function refuseOption(proc: Proc, why: ByteString, status = 1): Promise<number> {
  await proc.err(`${proc.name}: ${why}\n`);
  if (proc.busybox) return showUsage(proc);
  await proc.err(`Try '${proc.name} --help' for more information.\n`);
  return status;
}

/** Synopses of a BusyBox that was built without long help. */
const SYNOPSES = new Map([
  ["cat", "[FILE]..."],
  ["ls", "[-1AaCxdLHRFplinsehrSXvctu] [-w WIDTH] [FILE]..."],
  ["rm", "[-irf] FILE..."],
  ["mkdir", "[OPTIONS] DIRECTORY..."],
  ["rmdir", "[OPTIONS] DIRECTORY..."],
  ["cp", "[OPTIONS] SOURCE... DEST"],
  ["mv", "[-fin] SOURCE DEST"],
  ["ln", "[OPTIONS] TARGET... LINK|DIR"],
  ["touch", "[-c] [-d DATE] [-t DATE] [-r FILE] FILE [FILE]..."],
  ["chmod", "[-Rcvf] MODE[,MODE]... FILE..."],
  ["chown", "[-RhLHPcvf]... OWNER[<.|:>[GROUP]] FILE..."],
  ["grep", "[-HhnlLoqvsriwFE] [-m N] [-A/B/C N] PATTERN/-e PATTERN.../-f FILE [FILE]..."],
  ["uname", "[-amnrspv]"],
  [
    "wget",
    "[-c|--continue] [-s|--spider] [-q|--quiet] [-O|--output-document FILE]\n\t[--header 'header: value'] [-Y|--proxy on/off] [-P DIR]\n\t[-U|--user-agent AGENT] URL...",
  ],
  ["tftp", "[OPTIONS] HOST [PORT]"],
  ["ftpget", "[OPTIONS] HOST [LOCAL_FILE] REMOTE_FILE"],
  ["ftpput", "[OPTIONS] HOST [REMOTE_FILE] LOCAL_FILE"],
  ["ping", "[OPTIONS] HOST"],
  ["tr", "[-cds] STRING1 [STRING2]"],
  ["head", "[OPTIONS] [FILE]..."],
  ["tail", "[OPTIONS] [FILE]..."],
  ["sleep", "N"],
  ["sed", "[-inr] [-f FILE]... [-e CMD]... [FILE]..."],
  ["nc", "[-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]"],
  ["free", ""],
  ["df", "[-Pkmhai] [-B SIZE] [FILESYSTEM]..."],
  ["tar", "-[cxthvO] [-X FILE] [-T FILE] [-f TARFILE] [-C DIR] [FILE]..."],
]);

/** Prints a BusyBox applet's usage and gives its status. */
export async function showUsage(proc: Proc): Promise<number> {
  const synopsis = SYNOPSES.get(proc.name) ?? "[OPTIONS]";
  await proc.err(
    `${proc.world.busyboxBanner} multi-call binary\n\nUsage: ${proc.name}${synopsis === "" ? "" : ` ${synopsis}`}\n\n`,
  );
  return 1;
}

/** Text in the quotes that GNU tools use in a UTF-8 locale for what they were told (not for file names). */
export function quoted(proc: Proc, text: ByteString): ByteString {
  return proc.busybox ? `'${text}'` : `\xe2\x80\x98${text}\xe2\x80\x99`;
}

/** Applets that say that they can't open a file; the others name it and the reason. */
const OPENERS = new Set(["cat", "tail", "more", "less", "md5sum", "sha1sum", "sha256sum", "sha512sum", "dd"]);

/** The bytes of the operands one after another, or standard input. Missing files are complained of; `onBad` is then told. */
export async function eachInput(
  proc: Proc,
  paths: readonly ByteString[],
  use: (read: () => Promise<ByteString | null>, path: ByteString) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const path of paths.length === 0 ? ["-"] : paths) {
    if (path === "-") {
      await use(() => proc.stdin.read(16_384), "-");
      continue;
    }
    const node = proc.fs.node(path);
    const opened = proc.fs.open(path);
    if (!opened.ok) {
      const busyboxOpen = proc.busybox && opened.code !== "EISDIR" && OPENERS.has(proc.name);
      if (busyboxOpen) await proc.fail(`can't open '${path}': ${errorTexts[opened.code]}`);
      else if (opened.code === "EISDIR")
        await proc.fail(proc.busybox ? `read error: ${errorTexts.EISDIR}` : `${path}: ${errorTexts.EISDIR}`);
      else await proc.fail(`${path}: ${errorTexts[opened.code]}`);
      status = 1;
      continue;
    }
    const content =
      node.ok && node.value.type !== "directory" && node.value.type !== "symlink"
        ? node.value.content
        : undefined;
    let offset = 0;
    await use(async () => {
      await proc.budget.step();
      const piece = content?.slice(offset, 16_384) ?? "";
      offset += piece.length;
      proc.budget.move(piece.length);
      return piece === "" ? null : piece;
    }, path);
  }
  return status;
}

/** Text of all operands (or standard input) in lines without their line feeds. At most 8 MiB are taken. */
export async function readLines(
  proc: Proc,
  paths: readonly ByteString[],
): Promise<{ lines: ByteString[]; status: number }> {
  const parts: ByteString[] = [];
  let total = 0;
  const status = await eachInput(proc, paths, async (read) => {
    for (let piece = await read(); piece !== null && total < 8 << 20; piece = await read()) {
      parts.push(piece);
      total += piece.length;
      proc.budget.move(piece.length);
    }
  });
  const text = parts.join("");
  if (text === "") return { lines: [], status };
  return { lines: (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n"), status };
}

/** Left-aligned columns as `column -t` makes them, some no narrower than told; the last is not padded. */
export function table(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  least: readonly number[] = [],
): string {
  const widths = [...least];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map(
      (row) =>
        `${row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(" ")}\n`,
    )
    .join("");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (value: number): string => String(value).padStart(2, "0");

/** Parts of a time in UTC, as texts. */
export function timeParts(ms: number) {
  const date = new Date(ms);
  return {
    year: String(date.getUTCFullYear()),
    month: MONTHS[date.getUTCMonth()] ?? "",
    monthNumber: two(date.getUTCMonth() + 1),
    day: String(date.getUTCDate()),
    weekday: DAYS[date.getUTCDay()] ?? "",
    hour: two(date.getUTCHours()),
    minute: two(date.getUTCMinutes()),
    second: two(date.getUTCSeconds()),
  };
}
