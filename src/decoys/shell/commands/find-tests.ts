// The tests of find: what each one reads behind its name, and which files it holds for.
// Throws FindFault for an argument without meaning; tests change nothing.

import { globMatcher } from "../lang/glob.ts";
import { compileRegex, RegexFault } from "../regex/regex.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat } from "../shell.ts";
import { applyMode } from "./modes.ts";
import { quoted } from "./options.ts";
import type { Visited } from "./walk.ts";

/** Why an expression has no meaning, in find's own words. */
export class FindFault extends Error {}

/** Says whether a file is meant. */
export type FindTest = (file: Visited) => boolean;

/** Makes a test of its argument. */
type MakeTest = (proc: Proc, value: ByteString, name: string) => FindTest;

const TYPES: Readonly<Record<string, FileStat["type"]>> = {
  f: "file",
  d: "directory",
  l: "symlink",
  c: "character",
  b: "block",
  p: "fifo",
  s: "socket",
};

/** The last component of a path. */
export const lastName = (path: ByteString): ByteString =>
  path.replace(/(?<=.)\/{1,4096}$/, "").replace(/^.*\/(?=.)/s, "");

/** `n`, `+n` or `-n` against a figure. */
function comparison(text: ByteString, name: string): (figure: number) => boolean {
  const match = /^([-+]?)([0-9]{1,15}(?:\.[0-9]{1,9})?)$/.exec(text);
  if (!match) throw new FindFault(`invalid argument \`${text}' to \`${name}'`);
  const wanted = Number(match[2]);
  if (match[1] === "+") return (figure) => figure > wanted;
  return match[1] === "-" ? (figure) => figure < wanted : (figure) => figure === wanted;
}

const byName =
  (fold: boolean, part: (path: ByteString) => ByteString): MakeTest =>
  (_proc, pattern) => {
    const matches = globMatcher(fold ? pattern.toLowerCase() : pattern);
    return ({ path }) => matches(fold ? part(path).toLowerCase() : part(path));
  };

const byRegex =
  (fold: boolean): MakeTest =>
  (_proc, source, name) => {
    try {
      const regex = compileRegex(source, { fold });
      return ({ path }) => {
        const [start, end] = regex.exec(path) ?? [];
        return start === 0 && end === path.length;
      };
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      throw new FindFault(`failed to compile regular expression '${source}' of ${name}: ${error.message}`);
    }
  };

/** Ages count whole units gone by: days for `-mtime`, minutes begun for `-mmin`. */
const byAge =
  (unitMs: number, round: (units: number) => number): MakeTest =>
  (proc, text, name) => {
    const holds = comparison(text, name);
    return ({ stat }) => holds(round((proc.now() - stat.mtimeMs) / unitMs));
  };

const byType: MakeTest = (proc, text, name) => {
  const wanted = text.split(",").map((letter) => TYPES[letter]);
  if (wanted.includes(undefined)) {
    if (proc.busybox) throw new FindFault(`unrecognized: ${name}`);
    throw new FindFault(`Unknown argument to ${name}: ${text.slice(0, 1)}`);
  }
  return ({ stat }) => wanted.includes(stat.type);
};

const byMode: MakeTest = (proc, text, name) => {
  const bits = applyMode(text.replace(/^[-/+](?=[0-7ugoa=])/, ""), 0, false);
  if (bits === null)
    throw new FindFault(proc.busybox ? `invalid mode '${text}'` : `invalid mode ${quoted(proc, text)}`);
  if (text.startsWith("-")) return ({ stat }) => (stat.mode & bits) === bits;
  if (/^[/+]/.test(text) && name !== "") return ({ stat }) => bits === 0 || (stat.mode & bits) !== 0;
  return ({ stat }) => stat.mode === bits;
};

const SIZE_UNITS: Readonly<Record<string, number>> = {
  c: 1,
  w: 2,
  b: 512,
  "": 512,
  k: 1 << 10,
  M: 1 << 20,
  G: 2 ** 30,
};

const bySize: MakeTest = (_proc, text, name) => {
  const match = /^([-+]?[0-9]{1,15})([cwbkMG]?)$/.exec(text);
  const unit = SIZE_UNITS[match?.[2] ?? ""] ?? 512;
  if (!match?.[1]) throw new FindFault(`Invalid argument \`${text}' to ${name}`);
  const holds = comparison(match[1], name);
  return ({ stat }) => holds(Math.ceil(stat.size / unit));
};

const byOwner: MakeTest = (proc, text) => {
  const uid = proc.world.user(text)?.uid ?? (/^[0-9]{1,9}$/.test(text) ? Number(text) : null);
  if (uid === null)
    throw new FindFault(
      proc.busybox ? `unknown user ${text}` : `${quoted(proc, text)} is not the name of a known user`,
    );
  return ({ stat }) => stat.uid === uid;
};

const byGroup: MakeTest = (proc, text) => {
  const gid = /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
  return ({ stat }) => (gid === null ? proc.world.groupName(stat.gid) === text : stat.gid === gid);
};

const byFigure =
  (figure: (stat: FileStat) => number): MakeTest =>
  (_proc, text, name) => {
    const holds = comparison(text, name);
    return ({ stat }) => holds(figure(stat));
  };

const isNewer: MakeTest = (proc, path) => {
  const other = proc.fs.stat(path);
  if (!other.ok)
    throw new FindFault(`${proc.busybox ? path : quoted(proc, path)}: No such file or directory`);
  return ({ stat }) => stat.mtimeMs > other.value.mtimeMs;
};

const DAY = 86_400_000;

/** Tests with an argument. */
export const argumentTests: ReadonlyMap<string, MakeTest> = new Map<string, MakeTest>([
  ["-name", byName(false, lastName)],
  ["-iname", byName(true, lastName)],
  ["-path", byName(false, (path) => path)],
  ["-wholename", byName(false, (path) => path)],
  ["-ipath", byName(true, (path) => path)],
  ["-regex", byRegex(false)],
  ["-iregex", byRegex(true)],
  ["-type", byType],
  ["-perm", byMode],
  ["-size", bySize],
  ["-user", byOwner],
  ["-group", byGroup],
  ["-uid", byFigure((stat) => stat.uid)],
  ["-gid", byFigure((stat) => stat.gid)],
  ["-links", byFigure((stat) => stat.nlink)],
  ["-inum", byFigure((stat) => stat.ino)],
  ["-newer", isNewer],
  ...["-mtime", "-atime", "-ctime"].map((name): [string, MakeTest] => [name, byAge(DAY, Math.floor)]),
  ...["-mmin", "-amin", "-cmin"].map((name): [string, MakeTest] => [name, byAge(60_000, Math.ceil)]),
]);

const may =
  (want: number) =>
  (proc: Proc): FindTest =>
  ({ path }) =>
    proc.fs.access(path, want);

function isEmpty(proc: Proc): FindTest {
  return ({ path, stat }) => {
    if (stat.type !== "directory") return stat.type === "file" && stat.size === 0;
    const listed = proc.fs.readdir(path);
    return listed.ok && listed.value.length === 0;
  };
}

/** Tests without an argument. */
export const plainTests: ReadonlyMap<string, (proc: Proc) => FindTest> = new Map<
  string,
  (proc: Proc) => FindTest
>([
  ["-readable", may(4)],
  ["-writable", may(2)],
  ["-executable", may(1)],
  ["-empty", isEmpty],
  ["-true", () => () => true],
  ["-false", () => () => false],
  [
    "-nouser",
    (proc) =>
      ({ stat }) =>
        proc.world.userById(stat.uid) === undefined,
  ],
  [
    "-nogroup",
    (proc) =>
      ({ stat }) =>
        proc.world.groupName(stat.gid) === String(stat.gid),
  ],
]);
