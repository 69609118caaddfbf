// ls, with the columns, order and errors of coreutils and BusyBox.

import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat } from "../shell.ts";
import { modeText } from "../vfs/mode-text.ts";
import { errorTexts } from "../vfs/node.ts";
import { LS_OPTIONS } from "./ls-options.ts";
import { type Options, parseOptions, timeParts } from "./options.ts";
import { human } from "./resources.ts";

interface Entry {
  readonly name: ByteString;
  readonly stat: FileStat;
}

function timeText(proc: Proc, ms: number): string {
  const time = timeParts(ms);
  const age = proc.now() - ms;
  const recent = age < 15_778_476_000 && age > -3_600_000;
  return `${time.month} ${time.day.padStart(2)} ${recent ? `${time.hour}:${time.minute}` : ` ${time.year}`}`;
}

/** The program. */
export async function ls(proc: Proc): Promise<number> {
  const args = proc.args.filter((arg) => !/^--(color|time-style|group-directories)/.test(arg));
  const options = await parseOptions(proc, LS_OPTIONS, args);
  if (typeof options === "number") return options;
  const paths = options.rest.length === 0 ? ["."] : [...options.rest];
  const files: Entry[] = [];
  const folders: Entry[] = [];
  let status = 0;
  for (const path of paths) {
    const follow = !options.has("l") && !options.has("d");
    const stat = follow || path.endsWith("/") ? proc.fs.stat(path) : proc.fs.lstat(path);
    const shown = stat.ok ? stat : proc.fs.lstat(path);
    if (!shown.ok) {
      await proc.fail(
        proc.busybox
          ? `${path}: ${errorTexts[shown.code]}`
          : `cannot access '${path}': ${errorTexts[shown.code]}`,
      );
      status = proc.busybox ? 1 : 2;
    } else if (shown.value.type === "directory" && !options.has("d"))
      folders.push({ name: path, stat: shown.value });
    else files.push({ name: path, stat: shown.value });
  }
  if (files.length > 0) await show(proc, sort(files, options), options);
  const titled = paths.length > 1 || options.has("R");
  let first = files.length === 0;
  const queue = sort(folders, options);
  for (let visited = 0; queue.length > 0 && visited < 5000; visited++) {
    const folder = queue.shift() as Entry;
    await proc.budget.step();
    if (titled) await proc.out(`${first ? "" : "\n"}${folder.name}:\n`);
    first = false;
    const listed = proc.fs.readdir(folder.name);
    if (!listed.ok) {
      await proc.fail(
        proc.busybox
          ? `can't open '${folder.name}': ${errorTexts[listed.code]}`
          : `cannot open directory '${folder.name}': ${errorTexts[listed.code]}`,
      );
      status = proc.busybox ? 1 : 2;
      continue;
    }
    const entries = sort(visible(proc, folder, { listed: listed.value, options }), options);
    if (isLong(options) || options.has("s")) {
      const total = entries.reduce((sum, entry) => sum + blocks(entry.stat), 0);
      await proc.out(`total ${options.has("h") ? blockText(total) : total}\n`);
    }
    await show(proc, entries, options);
    if (options.has("R")) {
      const below = entries.filter(
        (entry) => entry.stat.type === "directory" && entry.name !== "." && entry.name !== "..",
      );
      queue.unshift(
        ...below.map((entry) => ({
          ...entry,
          name: `${folder.name === "/" ? "" : folder.name}/${entry.name}`,
        })),
      );
    }
  }
  return status;
}

function visible(proc: Proc, folder: Entry, at: { listed: readonly Entry[]; options: Options }): Entry[] {
  const { listed, options } = at;
  if (options.has("a")) {
    const up = proc.fs.stat(`${folder.name}/..`);
    return [
      { name: ".", stat: folder.stat },
      { name: "..", stat: up.ok ? up.value : folder.stat },
      ...listed,
    ];
  }
  return options.has("A") ? [...listed] : listed.filter((entry) => !entry.name.startsWith("."));
}

function sort(entries: readonly Entry[], options: Options): Entry[] {
  // As in the C.UTF-8 and POSIX locales: by bytes.
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const sorted = [...entries].sort((a, b) => {
    if (options.has("t")) return b.stat.mtimeMs - a.stat.mtimeMs || byName(a, b);
    if (options.has("S")) return b.stat.size - a.stat.size || byName(a, b);
    return byName(a, b);
  });
  return options.has("r") ? sorted.reverse() : sorted;
}

/** KiB that a file takes up. */
const blocks = (stat: FileStat): number =>
  stat.type === "directory" || stat.type === "file" ? Math.ceil(stat.size / 4096) * 4 : 0;

const blockText = (kib: number): string => (kib === 0 ? "0" : human(kib, ""));

const isLong = (options: Options): boolean => options.has("l") || options.has("n") || options.has("g");

/** The column of `-s`. */
function blockColumn(proc: Proc, entries: readonly Entry[], options: Options): (entry: Entry) => string {
  if (!options.has("s")) return () => "";
  const text = (entry: Entry): string =>
    options.has("h") ? blockText(blocks(entry.stat)) : String(blocks(entry.stat));
  const width = proc.busybox ? 6 : Math.max(0, ...entries.map((entry) => text(entry).length));
  return (entry) => `${text(entry).padStart(width)} `;
}

function suffix(stat: FileStat, options: Options): string {
  if (options.has("F"))
    return stat.type === "directory"
      ? "/"
      : stat.type === "symlink"
        ? "@"
        : stat.type === "file" && stat.mode & 0o111
          ? "*"
          : "";
  return options.has("p") && stat.type === "directory" ? "/" : "";
}

async function show(proc: Proc, entries: readonly Entry[], options: Options): Promise<void> {
  const inode = (entry: Entry): string => (options.has("i") ? `${String(entry.stat.ino).padStart(7)} ` : "");
  const size = blockColumn(proc, entries, options);
  if (isLong(options)) {
    for (const line of longLines(proc, entries, options)) await proc.out(line);
    return;
  }
  const names = entries.map(
    (entry) => `${inode(entry)}${size(entry)}${entry.name}${suffix(entry.stat, options)}`,
  );
  if (!proc.init.stdout.isTerminal || options.has("1")) {
    for (const name of names) await proc.out(`${name}\n`);
    return;
  }
  await proc.out(columns(names, proc.terminal?.columns ?? 80));
}

/** Names in columns filled downwards, two blanks apart, as few rows as fit. */
export function columns(names: readonly ByteString[], width: number): string {
  if (names.length === 0) return "";
  for (let rows = 1; rows <= names.length; rows++) {
    const count = Math.ceil(names.length / rows);
    const widths = Array.from({ length: count }, (_, column) =>
      Math.max(...names.slice(column * rows, (column + 1) * rows).map((name) => name.length)),
    );
    const total = widths.reduce((sum, one) => sum + one + 2, -2);
    if (total >= width && rows < names.length) continue;
    let out = "";
    for (let row = 0; row < rows; row++) {
      const cells = widths
        .map((one, column) => ({ one, name: names[column * rows + row] }))
        .filter((cell) => cell.name !== undefined && cell.name !== "");
      out += `${cells.map((cell, i) => (i === cells.length - 1 ? cell.name : (cell.name ?? "").padEnd(cell.one + 2))).join("")}\n`;
    }
    return out;
  }
  return "";
}

function* longLines(proc: Proc, entries: readonly Entry[], options: Options): Generator<string> {
  const owner = (uid: number): string =>
    options.has("n") ? String(uid) : (proc.world.userById(uid)?.name ?? String(uid));
  const group = (gid: number): string => (options.has("n") ? String(gid) : proc.world.groupName(gid));
  const size = blockColumn(proc, entries, options);
  const rows = entries.map(({ name, stat }) => ({
    blocks: size({ name, stat }),
    mode: modeText(stat),
    links: String(stat.nlink),
    owner: owner(stat.uid),
    group: group(stat.gid),
    size: stat.device
      ? `${stat.device[0]}, ${String(stat.device[1]).padStart(3)}`
      : options.has("h")
        ? human(stat.size / 1024, "")
        : String(stat.size),
    time: timeText(proc, stat.mtimeMs),
    name: `${name}${suffix(stat, options)}${stat.target === undefined ? "" : ` -> ${stat.target}`}`,
    inode: options.has("i") ? `${String(stat.ino).padStart(7)} ` : "",
  }));
  const widest = (pick: (row: (typeof rows)[number]) => string): number =>
    Math.max(0, ...rows.map((row) => pick(row).length));
  const busybox = proc.busybox;
  const widths = {
    links: busybox ? 4 : widest((row) => row.links),
    owner: busybox ? 8 : widest((row) => row.owner),
    group: busybox ? 8 : widest((row) => row.group),
    size: busybox ? 9 : widest((row) => row.size),
  };
  for (const row of rows) {
    yield `${row.inode}${row.blocks}${row.mode} ${row.links.padStart(widths.links)} ${row.owner.padEnd(widths.owner)} ${row.group.padEnd(widths.group)} ${row.size.padStart(widths.size)} ${row.time} ${row.name}\n`;
  }
}
