// Filters of lines and characters: cut, sort, uniq, wc, tr.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program, readLines, showUsage } from "./options.ts";

async function cut(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "d:f:c:b:s",
    long: { delimiter: "d", fields: "f", characters: "c", bytes: "b" },
  });
  if (typeof options === "number") return options;
  const spec = options.value("f") ?? options.value("c") ?? options.value("b");
  if (spec === undefined)
    return proc.busybox
      ? proc.fail("expected a list of bytes, characters, or fields")
      : proc.fail(
          "you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.",
        );
  const ranges = spec
    .split(",")
    .slice(0, 256)
    .map((part) => /^([0-9]{0,9})(-?)([0-9]{0,9})$/.exec(part))
    .map((match) => ({
      from: Number(match?.[1] || 1),
      to: match?.[2] ? Number(match[3] || Number.MAX_SAFE_INTEGER) : Number(match?.[1] || 1),
    }));
  const wanted = (i: number): boolean => ranges.some(({ from, to }) => i + 1 >= from && i + 1 <= to);
  const delimiter = options.value("d") ?? "\t";
  const { lines, status } = await readLines(proc, options.rest);
  for (const line of lines) {
    await proc.budget.step();
    if (options.value("f") === undefined)
      await proc.out(
        `${line
          .split("")
          .filter((_, i) => wanted(i))
          .join("")}\n`,
      );
    else if (!line.includes(delimiter)) await proc.out(options.has("s") ? "" : `${line}\n`);
    else
      await proc.out(
        `${line
          .split(delimiter)
          .filter((_, i) => wanted(i))
          .join(delimiter)}\n`,
      );
  }
  return status;
}

async function sort(proc: Proc): Promise<number> {
  const unreadable = proc.busybox
    ? undefined
    : proc.args.find((arg) => !arg.startsWith("-") && arg.includes("/") && !proc.fs.stat(arg).ok);
  if (unreadable !== undefined) return proc.fail(`cannot read: ${unreadable}: No such file or directory`, 2);
  const options = await parseOptions(proc, {
    short: "nrufk:t:hVbdigo:",
    long: { reverse: "r", unique: "u", "numeric-sort": "n" },
  });
  if (typeof options === "number") return options;
  const { lines, status } = await readLines(proc, options.rest);
  const field = Number.parseInt(options.value("k") ?? "0", 10) || 0;
  const numeric =
    ["n", "h", "g", "V"].some((flag) => options.has(flag)) || /n/.test(options.value("k") ?? "");
  const key = (line: ByteString): ByteString =>
    field === 0
      ? line
      : (line.split(options.value("t") ?? /[ \t]{1,1000}/).filter((part, i) => i > 0 || part !== "")[
          field - 1
        ] ?? "");
  const keyed = lines.map((line) => ({ line, text: key(line), number: Number.parseFloat(key(line)) || 0 }));
  await proc.budget.step(1 + Math.ceil(lines.length / 64));
  const reverse = options.has("r") || /r/.test(options.value("k") ?? "") ? -1 : 1;
  keyed.sort(
    (a, b) =>
      reverse * ((numeric ? a.number - b.number : 0) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)),
  );
  const out = keyed
    .map((entry) => entry.line)
    .filter((line, i, all) => !options.has("u") || i === 0 || line !== all[i - 1]);
  if (out.length > 0) await proc.out(`${out.join("\n")}\n`);
  return status;
}

async function uniq(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "cdui", long: { count: "c" } });
  if (typeof options === "number") return options;
  const { lines, status } = await readLines(proc, options.rest.slice(0, 1));
  for (let i = 0; i < lines.length; ) {
    await proc.budget.step();
    let end = i + 1;
    while (end < lines.length && lines[end] === lines[i]) end++;
    const show = options.has("d") ? end - i > 1 : options.has("u") ? end - i === 1 : true;
    if (show) await proc.out(`${options.has("c") ? `${String(end - i).padStart(7)} ` : ""}${lines[i]}\n`);
    i = end;
  }
  return status;
}

async function wc(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "lwcmL",
    long: { lines: "l", words: "w", bytes: "c", chars: "m" },
  });
  if (typeof options === "number") return options;
  const flags = ["l", "w", "c"].filter((flag) => options.has(flag) || (flag === "c" && options.has("m")));
  const shown = flags.length > 0 ? flags : ["l", "w", "c"];
  const rows: { counts: number[]; path: ByteString }[] = [];
  const status = await eachInput(proc, options.rest, async (read, path) => {
    let [lines, words, bytes, inWord] = [0, 0, 0, false];
    for (let piece = await read(); piece !== null; piece = await read()) {
      proc.budget.move(piece.length);
      bytes += piece.length;
      for (let i = 0; i < piece.length; i++) {
        const code = piece.charCodeAt(i);
        if (code === 10) lines++;
        const blank = code === 32 || (code >= 9 && code <= 13);
        if (!blank && !inWord) words++;
        inWord = !blank;
      }
    }
    rows.push({ path, counts: shown.map((flag) => (flag === "l" ? lines : flag === "w" ? words : bytes)) });
  });
  if (rows.length > 1)
    rows.push({
      path: "total",
      counts: shown.map((_, i) => rows.reduce((sum, row) => sum + (row.counts[i] ?? 0), 0)),
    });
  const piped = options.rest.length === 0;
  const width =
    shown.length === 1 && rows.length === 1
      ? 0
      : piped
        ? 7
        : proc.busybox
          ? 9
          : Math.max(...rows.flatMap((row) => row.counts.map((count) => String(count).length)), 1);
  for (const row of rows)
    await proc.out(
      `${row.counts.map((count) => String(count).padStart(width)).join(" ")}${row.path === "-" ? "" : ` ${row.path}`}\n`,
    );
  return status;
}

function trSet(text: ByteString): ByteString {
  const classes = new Map([
    ["[:upper:]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
    ["[:lower:]", "abcdefghijklmnopqrstuvwxyz"],
    ["[:digit:]", "0123456789"],
    ["[:space:]", " \t\n\r\f\v"],
    ["[:alpha:]", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"],
    ["[:alnum:]", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"],
  ]);
  let source = text;
  for (const [name, value] of classes) source = source.replaceAll(name, value);
  source = source.replace(
    /\\(n|t|r|\\|0|[0-7]{3})/g,
    (_, code: string) =>
      ({ n: "\n", t: "\t", r: "\r", "\\": "\\", "0": "\0" })[code] ??
      String.fromCharCode(Number.parseInt(code, 8) & 255),
  );
  return source.slice(0, 1024).replace(/([\s\S])-([\s\S])/g, (whole, from: string, to: string) => {
    const [a, b] = [from.charCodeAt(0), to.charCodeAt(0)];
    return b < a ? whole : Array.from({ length: b - a + 1 }, (_, i) => String.fromCharCode(a + i)).join("");
  });
}

async function tr(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "dscC",
    long: { delete: "d", "squeeze-repeats": "s", complement: "c" },
  });
  if (typeof options === "number") return options;
  if (options.rest.length === 0)
    return proc.busybox
      ? showUsage(proc)
      : proc.fail("missing operand\nTry 'tr --help' for more information.");
  const from = trSet(options.rest[0] ?? "");
  const to = trSet(options.rest[1] ?? "");
  const complement = options.has("c") || options.has("C");
  // What each byte becomes, and whether repeats of it are squeezed.
  const table = Array.from({ length: 256 }, (_, code) => {
    const char = String.fromCharCode(code);
    const at = from.indexOf(char);
    const hit = complement ? at < 0 : at >= 0;
    if (hit && options.has("d")) return { result: "", squeezed: false };
    const result =
      hit && to !== "" ? (complement ? to.slice(-1) : to.charAt(Math.min(at, to.length - 1))) : char;
    return { result, squeezed: options.has("s") && (to === "" ? hit : to.includes(result)) };
  });
  let previous = "";
  for (let piece = await proc.stdin.read(); piece !== null; piece = await proc.stdin.read()) {
    await proc.budget.step();
    proc.budget.move(piece.length);
    let out = "";
    for (let i = 0; i < piece.length; i++) {
      const { result, squeezed } = table[piece.charCodeAt(i)] ?? { result: "", squeezed: false };
      if (!squeezed || result !== previous) out += result;
      if (result !== "") previous = result;
    }
    await proc.out(out);
  }
  return 0;
}

/** The programs of this file. */
export const filterPrograms = [
  program("cut", cut),
  program("sort", sort),
  program("uniq", uniq),
  program("wc", wc),
  program("tr", tr),
];
