// stat: what is known of a file, as a page or in a format.
// An unknown directive stays as it was written; GNU puts a question mark in its place.

import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat } from "../shell.ts";
import { modeText } from "../vfs/mode-text.ts";
import { errorTexts } from "../vfs/node.ts";
import { type Options, parseOptions, program } from "./options.ts";

const TYPE_BITS: Readonly<Record<FileStat["type"], number>> = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

const kindOf = (stat: FileStat): string =>
  ({
    file: stat.size === 0 ? "regular empty file" : "regular file",
    directory: "directory",
    symlink: "symbolic link",
    character: "character special file",
    block: "block special file",
    fifo: "fifo",
    socket: "socket",
  })[stat.type];

/** Blocks of 512 bytes on a disk of 4 KiB blocks. */
const blocks = (stat: FileStat): number =>
  stat.type === "file" || stat.type === "directory" ? Math.ceil(stat.size / 4096) * 8 : 0;

const when = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")}.${String(ms % 1000).padStart(3, "0")}000000 +0000`;

interface Subject {
  readonly proc: Proc;
  readonly path: ByteString;
  readonly stat: FileStat;
}

const userName = ({ proc, stat }: Subject): ByteString => proc.world.userById(stat.uid)?.name ?? "UNKNOWN";
const groupName = ({ proc, stat }: Subject): ByteString => proc.world.groupName(stat.gid);
const seconds = ({ stat }: Subject): number => Math.floor(stat.mtimeMs / 1000);
const major = ({ stat }: Subject): number => stat.device?.[0] ?? 0;
const minor = ({ stat }: Subject): number => stat.device?.[1] ?? 0;
const time = ({ stat }: Subject): string => when(stat.mtimeMs);

function quotedName({ proc, path, stat }: Subject): ByteString {
  const quote = (text: ByteString): ByteString => (proc.busybox ? `'${text}'` : plainOrQuoted(text));
  return stat.target === undefined ? quote(path) : `${quote(path)} -> ${quote(stat.target)}`;
}

/** As GNU quotes names for a shell: always with quotes. */
function plainOrQuoted(text: ByteString): ByteString {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

const DIRECTIVES: ReadonlyMap<string, (subject: Subject) => ByteString | number> = new Map<
  string,
  (subject: Subject) => ByteString | number
>([
  ["n", ({ path }) => path],
  ["N", quotedName],
  ["s", ({ stat }) => stat.size],
  ["b", ({ stat }) => blocks(stat)],
  ["B", () => 512],
  ["o", () => 4096],
  ["a", ({ stat }) => stat.mode.toString(8)],
  ["A", ({ stat }) => modeText(stat)],
  ["f", ({ stat }) => (TYPE_BITS[stat.type] | stat.mode).toString(16)],
  ["F", ({ stat }) => kindOf(stat)],
  ["u", ({ stat }) => stat.uid],
  ["U", userName],
  ["g", ({ stat }) => stat.gid],
  ["G", groupName],
  ["h", ({ stat }) => stat.nlink],
  ["i", ({ stat }) => stat.ino],
  ["d", () => 2049],
  ["D", () => "801"],
  ["m", ({ proc, path }) => mountPoint(proc, path)],
  ["t", (subject) => major(subject).toString(16)],
  ["T", (subject) => minor(subject).toString(16)],
  ["x", time],
  ["y", time],
  ["z", time],
  ["w", time],
  ["X", seconds],
  ["Y", seconds],
  ["Z", seconds],
  ["W", seconds],
]);

function mountPoint(proc: Proc, path: ByteString): ByteString {
  const real = proc.fs.realpath(path);
  const inside = (mount: ByteString): boolean =>
    real.ok && (mount === "/" || real.value === mount || real.value.startsWith(`${mount}/`));
  return proc.world.mounts
    .map((mount) => mount.path)
    .filter(inside)
    .reduce((longest, mount) => (mount.length > longest.length ? mount : longest), "/");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"' };

/** A format filled in. Backslashes have a meaning in `--printf` alone. */
function fill(format: ByteString, subject: Subject, escapes: boolean): ByteString {
  const text = escapes
    ? format.replace(/\\([\s\S])/g, (whole, char: string) => ESCAPES[char] ?? whole)
    : format;
  return text.replace(
    /%([-0+ #]{0,4})([0-9]{0,4})(?:\.[0-9]{0,4})?([A-Za-z%])/g,
    (whole: string, flags: string, width: string, letter: string) => {
      if (letter === "%") return "%";
      const make = DIRECTIVES.get(letter);
      if (!make) return subject.proc.busybox ? whole : "?";
      const value = String(make(subject));
      const shown = flags.includes("#") && letter === "a" ? `0${value}` : value;
      if (flags.includes("-")) return shown.padEnd(Number(width));
      return shown.padStart(Number(width), flags.includes("0") ? "0" : " ");
    },
  );
}

function page(subject: Subject): ByteString {
  const { path, stat } = subject;
  const time = when(stat.mtimeMs);
  const name = stat.target === undefined ? path : `${path} -> ${stat.target}`;
  const owner = (id: number, text: ByteString): string => `(${String(id).padStart(5)}/${text.padStart(8)})`;
  const device = stat.device
    ? `${String(stat.nlink).padEnd(5)} Device type: ${stat.device.join(",")}`
    : stat.nlink;
  return (
    `  File: ${name}\n` +
    `  Size: ${String(stat.size).padEnd(10)}\tBlocks: ${String(blocks(stat)).padEnd(10)} IO Block: 4096   ${kindOf(stat)}\n` +
    `Device: 8,1\tInode: ${String(stat.ino).padEnd(10)}  Links: ${device}\n` +
    `Access: (${stat.mode.toString(8).padStart(4, "0")}/${modeText(stat)})  Uid: ${owner(stat.uid, userName(subject))}   Gid: ${owner(stat.gid, groupName(subject))}\n` +
    `Access: ${time}\nModify: ${time}\nChange: ${time}\n Birth: ${time}\n`
  );
}

function show(subject: Subject, options: Options): ByteString {
  const printf = options.value("P");
  if (printf !== undefined) return fill(printf, subject, true);
  const format = options.value("c");
  if (format !== undefined) return `${fill(format, subject, false)}\n`;
  if (!options.has("t")) return page(subject);
  return `${fill("%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o", subject, false)}\n`;
}

async function stat(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "Lc:ftP:",
    long: { format: "c", printf: "P", dereference: "L", terse: "t", "file-system": "f" },
  });
  if (typeof options === "number") return options;
  if (options.rest.length === 0) return proc.fail("missing operand\nTry 'stat --help' for more information.");
  let status = 0;
  for (const path of options.rest) {
    await proc.budget.step();
    const found = options.has("L") ? proc.fs.stat(path) : proc.fs.lstat(path);
    if (found.ok) await proc.out(show({ proc, path, stat: found.value }, options));
    else
      status = await proc.fail(
        proc.busybox
          ? `can't stat '${path}': ${errorTexts[found.code]}`
          : `cannot statx '${path}': ${errorTexts[found.code]}`,
      );
  }
  return status;
}

/** The programs of this file. */
export const statPrograms = [program("stat", stat)];
