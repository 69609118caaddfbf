// What find -printf and -ls say of a file.
// An unknown directive stays as it was written.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat } from "../shell.ts";
import { modeText } from "../vfs/mode-text.ts";
import { formatDate } from "./date-format.ts";
import { lastName } from "./find-tests.ts";
import type { Visited } from "./walk.ts";

const LETTERS: Readonly<Record<FileStat["type"], string>> = {
  file: "f",
  directory: "d",
  symlink: "l",
  character: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};
const ESCAPES = new Map([...CONTROL_LETTERS, ["\\", "\\"]]);

/** KiB on the disk, as blocks of 4 KiB. */
const kib = (stat: FileStat): number => (stat.type === "symlink" ? 0 : Math.ceil(stat.size / 4096) * 4);
const fraction = (ms: number): string => `${String(ms % 1000).padStart(3, "0")}0000000`;

function timeText(kind: string, ms: number): ByteString {
  const seconds = Math.floor(ms / 1000);
  if (kind === "") return `${formatDate("%a %b %e %H:%M:%S", ms)}.${fraction(ms)} ${formatDate("%Y", ms)}`;
  if (kind === "@") return `${seconds}.${fraction(ms)}`;
  if (kind === "+") return `${formatDate("%Y-%m-%d+%H:%M:%S", ms)}.${fraction(ms)}`;
  if (kind === "S") return `${formatDate("%S", ms)}.${fraction(ms)}`;
  if (kind === "T") return `${formatDate("%H:%M:%S", ms)}.${fraction(ms)}`;
  return formatDate(`%${kind}`, ms);
}

function relative(path: ByteString, root: ByteString): ByteString {
  return path.slice(root.length).replace(/^\//, "");
}

function parent(path: ByteString): ByteString {
  const at = path.replace(/(?<=.)\/{1,4096}$/, "").lastIndexOf("/");
  return at < 0 ? "." : path.slice(0, at);
}

function targetLetter(proc: Proc, path: ByteString): string {
  const real = proc.fs.stat(path);
  return real.ok ? LETTERS[real.value.type] : "N";
}

function directive(proc: Proc, letter: string, at: { file: Visited; root: ByteString }): ByteString | null {
  const { path, stat, depth } = at.file;
  const values = new Map<string, () => ByteString | number>([
    ["p", () => path],
    ["f", () => lastName(path)],
    ["h", () => parent(path)],
    ["H", () => at.root],
    ["P", () => relative(path, at.root)],
    ["s", () => stat.size],
    ["k", () => kib(stat)],
    ["b", () => kib(stat) * 2],
    ["m", () => stat.mode.toString(8)],
    ["M", () => modeText(stat)],
    ["u", () => proc.world.userById(stat.uid)?.name ?? String(stat.uid)],
    ["g", () => proc.world.groupName(stat.gid)],
    ["U", () => stat.uid],
    ["G", () => stat.gid],
    ["y", () => LETTERS[stat.type]],
    ["Y", () => targetLetter(proc, path)],
    ["l", () => stat.target ?? ""],
    ["i", () => stat.ino],
    ["n", () => stat.nlink],
    ["d", () => depth],
  ]);
  const make = values.get(letter);
  return make ? String(make()) : null;
}

/** Makes what `-printf` prints of files; `roots` are the paths that the walk starts from. */
export function printfFormat(
  proc: Proc,
  format: ByteString,
  roots: readonly ByteString[],
): (file: Visited) => ByteString {
  const pieces =
    /\\(c|0[0-7]{0,3}|[0-7]{1,3}|[\s\S])|%%|%([-+ 0#]{0,4})([0-9]{0,4})(?:\.([0-9]{1,4}))?(?:([TAC])(.)|(\w))/g;
  return (file) => {
    const root = roots.find((one) => file.path === one || file.path.startsWith(`${one.replace(/\/$/, "")}/`));
    return format.replace(pieces, (whole, escaped, flags, width, _precision, _time, kind, letter) => {
      if (whole === "%%") return "%";
      if (escaped !== undefined) {
        if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 255);
        return ESCAPES.get(escaped) ?? whole;
      }
      const text =
        kind !== undefined
          ? timeText(kind, file.stat.mtimeMs)
          : "tac".includes(letter)
            ? timeText("", file.stat.mtimeMs)
            : directive(proc, letter, { file, root: root ?? "" });
      if (text === null) return whole;
      if (flags.includes("-")) return text.padEnd(Number(width));
      return text.padStart(Number(width), flags.includes("0") ? "0" : " ");
    });
  };
}

/** The line of `-ls`. */
export function listing(proc: Proc, { path, stat }: Visited): ByteString {
  const old = proc.now() - stat.mtimeMs > 180 * 86_400_000;
  const columns = [
    String(stat.ino).padStart(9),
    String(kib(stat)).padStart(6),
    modeText(stat),
    String(stat.nlink).padStart(3),
    (proc.world.userById(stat.uid)?.name ?? String(stat.uid)).padEnd(8),
    proc.world.groupName(stat.gid).padEnd(8),
    String(stat.size).padStart(8),
    formatDate(old ? "%b %e  %Y" : "%b %e %H:%M", stat.mtimeMs),
    stat.target === undefined ? path : `${path} -> ${stat.target}`,
  ];
  return `${columns.join(" ")}\n`;
}
