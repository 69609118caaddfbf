// sort: lines in order, by keys.
// The text is bounded by what a program reads; a key is taken from a line once.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { type Options, parseOptions, program, quoted, readLines } from "./options.ts";
import { compareAs, type SortKind } from "./sort-compare.ts";

/** A place in a line: field and character, both from one; character 0 is the end of the field. */
interface Position {
  readonly field: number;
  readonly char: number;
  readonly blanks: boolean;
}

interface SortKey {
  readonly from: Position;
  readonly to: Position | null;
  readonly kind: SortKind;
  readonly reverse: boolean;
}

const KINDS = new Map<string, SortKind["by"]>([
  ["n", "number"],
  ["g", "float"],
  ["h", "size"],
  ["V", "version"],
  ["M", "month"],
]);

function kindOf(flags: string): SortKind {
  const by = [...flags].map((flag) => KINDS.get(flag)).findLast((one) => one !== undefined);
  return { by: by ?? "text", fold: flags.includes("f"), words: flags.includes("d") };
}

/** `F[.C][flags][,F[.C][flags]]`; a text says what is wrong with it. */
function parseKey(spec: ByteString, globals: string): SortKey | "start" | "zero" {
  const match =
    /^([0-9]{1,9})(?:\.([0-9]{1,9}))?([bdfghinMrRV]{0,12})(?:,([0-9]{1,9})(?:\.([0-9]{1,9}))?([bdfghinMrRV]{0,12}))?$/.exec(
      spec,
    );
  if (!match) return "start";
  const [, field = "1", char, first = "", endField, endChar, last = ""] = match;
  if (Number(field) === 0) return "zero";
  const own = first + last;
  const flags = own === "" ? globals : own;
  const blanks = (local: string): boolean => (own === "" ? globals : local).includes("b");
  return {
    from: { field: Number(field), char: Number(char ?? 1), blanks: blanks(first) },
    to:
      endField === undefined
        ? null
        : { field: Number(endField), char: Number(endChar ?? 0), blanks: blanks(last) },
    kind: kindOf(flags),
    reverse: flags.includes("r"),
  };
}

/** Where each field of a line begins and ends. Without a separator the blanks before a field are part of it. */
function fieldsOf(line: ByteString, separator: string | undefined): [number, number][] {
  const fields: [number, number][] = [];
  if (separator !== undefined) {
    let at = 0;
    for (let end = line.indexOf(separator); end >= 0; end = line.indexOf(separator, at)) {
      fields.push([at, end]);
      at = end + 1;
    }
    fields.push([at, line.length]);
    return fields;
  }
  for (const match of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g))
    fields.push([match.index, match.index + match[0].length]);
  return fields;
}

const skipBlanks = (line: ByteString, at: number, end: number): number => {
  let to = at;
  while (to < end && /[ \t]/.test(line.charAt(to))) to++;
  return to;
};

function keyText(line: ByteString, key: SortKey, separator: string | undefined): ByteString {
  const fields = fieldsOf(line, separator);
  const first = fields[key.from.field - 1];
  if (!first) return "";
  const start = key.from.blanks ? skipBlanks(line, first[0], first[1]) : first[0];
  const from = Math.min(start + key.from.char - 1, line.length);
  const last = key.to === null ? undefined : fields[key.to.field - 1];
  if (key.to === null || !last) return line.slice(from);
  if (key.to.char === 0) return line.slice(from, Math.max(from, last[1]));
  const begin = key.to.blanks ? skipBlanks(line, last[0], last[1]) : last[0];
  return line.slice(from, Math.max(from, Math.min(last[1], begin + key.to.char)));
}

interface Plan {
  readonly keys: readonly SortKey[];
  readonly separator: string | undefined;
  /** The whole line decides between equals. */
  readonly lastResort: boolean;
  readonly reverse: boolean;
}

async function makePlan(proc: Proc, options: Options): Promise<Plan | number> {
  const globals = "bdfghinMrV"
    .split("")
    .filter((flag) => options.has(flag))
    .join("");
  const tab = options.value("t");
  const separator = tab === "\\0" ? "\0" : tab;
  if (separator !== undefined && separator.length > 1)
    return proc.fail(proc.busybox ? "bad -t parameter" : `multi-character tab ${quoted(proc, separator)}`, 2);
  const keys: SortKey[] = [];
  for (const spec of options.all("k").slice(0, 64)) {
    const key = parseKey(spec, globals);
    if (key === "zero")
      return proc.fail(`field number is zero: invalid field specification ${quoted(proc, spec)}`, 2);
    if (key === "start")
      return proc.fail(
        proc.busybox
          ? "bad field specification"
          : `invalid number at field start: invalid count at start of ${quoted(proc, spec)}`,
        2,
      );
    keys.push(key);
  }
  if (keys.length === 0 && globals.replace("r", "") !== "")
    keys.push({
      from: { field: 1, char: 1, blanks: globals.includes("b") },
      to: null,
      kind: kindOf(globals),
      reverse: options.has("r"),
    });
  return {
    keys,
    separator,
    lastResort: keys.length === 0 || !(options.has("s") || options.has("u")),
    reverse: options.has("r"),
  };
}

interface Entry {
  readonly line: ByteString;
  readonly keys: readonly ByteString[];
}

function comparator(plan: Plan): (a: Entry, b: Entry) => number {
  return (a, b) => {
    for (const [i, key] of plan.keys.entries()) {
      const order = compareAs(key.kind, a.keys[i] ?? "", b.keys[i] ?? "");
      if (order !== 0) return key.reverse ? -order : order;
    }
    if (!plan.lastResort || a.line === b.line) return 0;
    return a.line < b.line !== plan.reverse ? -1 : 1;
  };
}

async function unreadable(proc: Proc, paths: readonly ByteString[]): Promise<number | null> {
  for (const path of paths) {
    const stat = path === "-" ? null : proc.fs.stat(path);
    if (!stat || (stat.ok && proc.fs.access(path, 4))) continue;
    const why = errorTexts[stat.ok ? "EACCES" : stat.code];
    return proc.fail(proc.busybox ? `${path}: ${why}` : `cannot read: ${path}: ${why}`, 2);
  }
  return null;
}

async function sort(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "bcCdfghimMnrRsuVzk:t:o:S:T:",
    long: {
      reverse: "r",
      unique: "u",
      "numeric-sort": "n",
      "human-numeric-sort": "h",
      "version-sort": "V",
      "ignore-case": "f",
      key: "k",
      "field-separator": "t",
      output: "o",
      stable: "s",
      check: "c",
      "zero-terminated": "z",
    },
    status: 2,
  });
  if (typeof options === "number") return options;
  const plan = await makePlan(proc, options);
  if (typeof plan === "number") return plan;
  const refused = await unreadable(proc, options.rest);
  if (refused !== null) return refused;
  const read = await readLines(proc, options.rest);
  const end = options.has("z") ? "\0" : "\n";
  const lines = options.has("z") ? read.lines.join("\n").replace(/\0$/, "").split("\0") : read.lines;
  await proc.budget.step(1 + Math.ceil((lines.length * (1 + plan.keys.length)) / 64));
  const entries = lines.map(
    (line): Entry => ({ line, keys: plan.keys.map((key) => keyText(line, key, plan.separator)) }),
  );
  const compare = comparator(plan);
  if (options.has("c") || options.has("C")) return check(proc, { entries, compare, options });
  if (options.has("R")) for (const [i, entry] of entries.entries()) shuffle(proc, entries, i, entry);
  else entries.sort(compare);
  const kept = options.has("u")
    ? entries.filter((entry, i) => i === 0 || compare(entries[i - 1] ?? entry, entry) !== 0)
    : entries;
  await write(proc, options.value("o"), kept.map(({ line }) => line + end).join(""));
  return read.status;
}

function shuffle(proc: Proc, entries: Entry[], i: number, entry: Entry): void {
  const j = proc.login.session.random.below(i + 1);
  entries[i] = entries[j] ?? entry;
  entries[j] = entry;
}

async function check(
  proc: Proc,
  at: { entries: readonly Entry[]; compare: (a: Entry, b: Entry) => number; options: Options },
): Promise<number> {
  const { entries, compare, options } = at;
  const most = options.has("u") ? -1 : 0;
  const wrong = entries.findIndex((entry, i) => i > 0 && compare(entries[i - 1] ?? entry, entry) > most);
  if (wrong < 0) return 0;
  if (!options.has("C"))
    await proc.fail(`${options.rest[0] ?? "-"}:${wrong + 1}: disorder: ${entries[wrong]?.line ?? ""}`);
  return 1;
}

async function write(proc: Proc, path: ByteString | undefined, text: ByteString): Promise<void> {
  if (path === undefined) {
    if (text !== "") await proc.out(text);
    return;
  }
  const file = proc.fs.openWrite(path, { via: "shell", truncate: true });
  if (!file.ok) {
    await proc.fail(`open failed: ${path}: ${errorTexts[file.code]}`, 2);
    return;
  }
  file.value.write(0, Uint8Array.from(Buffer.from(text, "latin1")));
  await file.value.close();
}

/** The programs of this file. */
export const sortPrograms = [program("sort", sort)];
