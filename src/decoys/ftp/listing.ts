// Listings as vsftpd 3.0.3 writes them for LIST, NLST and STAT. Reads folders through the session's files alone.
// Owners are shown as numbers, as vsftpd does unless told otherwise.

import type { FileStat, SessionFs } from "../shell/shell.ts";
import { modeText } from "../shell/vfs/mode-text.ts";
import { createNameFilter } from "./pattern.ts";

/** What to list. `argument` as the client sent it, options first. */
export interface ListingRequest {
  readonly argument: string;
  /** Long lines (LIST) or names (NLST); `-l` makes NLST long. */
  readonly verbose: boolean;
  /** Hidden entries as well (STAT does). */
  readonly all: boolean;
  readonly nowMs: number;
}

interface Options {
  readonly all: boolean;
  readonly byTime: boolean;
  readonly reverse: boolean;
  readonly classify: boolean;
  readonly verbose: boolean;
}

interface Entry {
  readonly name: string;
  readonly stat: FileStat;
}

const HALF_YEAR_MS = 182 * 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 23 14:29`, or with the year for the future and for more than half a year ago. */
export function dateText(mtimeMs: number, nowMs: number): string {
  const date = new Date(mtimeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())}`;
  if (mtimeMs > nowMs || nowMs - mtimeMs > HALF_YEAR_MS) return `${day}  ${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

function longLine({ name, stat }: Entry, nowMs: number, classify: boolean): string {
  const owner = `${String(stat.uid).padEnd(8)} ${String(stat.gid).padEnd(8)}`;
  const head = `${modeText(stat)} ${String(stat.nlink).padStart(4)} ${owner} ${String(stat.size).padStart(8)}`;
  const target = stat.type === "symlink" ? ` -> ${stat.target ?? ""}` : "";
  const mark = classify && stat.type === "directory" ? "/" : "";
  return `${head} ${dateText(stat.mtimeMs, nowMs)} ${name}${target}${mark}\r\n`;
}

/** Splits off `-la` and reads it. */
function readOptions(request: ListingRequest): { options: Options; rest: string } {
  const { argument } = request;
  const end = argument.startsWith("-") ? argument.indexOf(" ") : 0;
  const letters = argument.startsWith("-") ? argument.slice(1, end < 0 ? undefined : end) : "";
  const rest = argument.startsWith("-") ? (end < 0 ? "" : argument.slice(end + 1)) : argument;
  const options = {
    all: request.all || letters.includes("a"),
    byTime: letters.includes("t"),
    reverse: letters.includes("r"),
    classify: letters.includes("F"),
    verbose: request.verbose || letters.includes("l"),
  };
  return { options, rest };
}

/** The folder to read and the pattern for its names. `prefix` goes before names of NLST. */
function readTarget(
  fs: SessionFs,
  rest: string,
  resolve: (path: string) => string,
): { folder: string; prefix: string; pattern: string } {
  if (rest === "") return { folder: resolve("."), prefix: "", pattern: "" };
  const whole = fs.stat(resolve(rest));
  if (whole.ok && whole.value.type === "directory") {
    return { folder: resolve(rest), prefix: rest.endsWith("/") ? rest : `${rest}/`, pattern: "" };
  }
  const slash = rest.lastIndexOf("/");
  if (slash < 0) return { folder: resolve("."), prefix: "", pattern: rest };
  const prefix = rest.slice(0, slash + 1);
  return { folder: resolve(prefix), prefix, pattern: rest.slice(slash + 1) };
}

function dots(fs: SessionFs, folder: string): Entry[] {
  const entries = [".", ".."].map((name) => ({ name, found: fs.stat(`${folder}/${name}`) }));
  return entries.flatMap(({ name, found }) => (found.ok ? [{ name, stat: found.value }] : []));
}

/** Equal times stay in order of name, also when reversed. */
function inOrder(entries: readonly Entry[], options: Options): Entry[] {
  const names = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const seconds = (entry: Entry): number => Math.floor(entry.stat.mtimeMs / 1000);
  const direction = options.reverse ? -1 : 1;
  if (!options.byTime) return entries.toSorted((a, b) => direction * names(a, b));
  return entries.toSorted((a, b) => direction * (seconds(b) - seconds(a)) || names(a, b));
}

/** The lines of a listing, each with its CRLF; undefined when there is no such folder. */
export function listing(
  fs: SessionFs,
  request: ListingRequest,
  resolve: (path: string) => string,
): readonly string[] | undefined {
  const { options, rest } = readOptions(request);
  const { folder, prefix, pattern } = readTarget(fs, rest, resolve);
  const found = fs.readdir(folder);
  if (!found.ok) return undefined;
  const matches = createNameFilter(pattern);
  const hidden = options.all || pattern.startsWith(".");
  const entries = [...(options.all ? dots(fs, folder) : []), ...found.value].filter(
    ({ name }) => (hidden || !name.startsWith(".")) && matches(name),
  );
  return inOrder(entries, options).map((entry) =>
    options.verbose ? longLine(entry, request.nowMs, options.classify) : `${prefix}${entry.name}\r\n`,
  );
}
