// Counting: uniq, wc.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program, readLines } from "./options.ts";

async function uniq(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "cdDuif:s:w:",
    long: { count: "c", repeated: "d", unique: "u", "ignore-case": "i" },
  });
  if (typeof options === "number") return options;
  const { lines, status } = await readLines(proc, options.rest.slice(0, 1));
  const figure = (flag: string): number => Number.parseInt(options.value(flag) ?? "0", 10) || 0;
  const [fields, chars, width] = [figure("f"), figure("s"), figure("w")];
  const blank = new RegExp(`^(?:[ \\t]*[^ \\t]+){0,${Math.min(fields, 1000)}}`);
  const key = (line: ByteString): ByteString => {
    const rest = (fields > 0 ? line.replace(blank, "") : line).slice(chars);
    const seen = width > 0 ? rest.slice(0, width) : rest;
    return options.has("i") ? seen.toLowerCase() : seen;
  };
  for (let i = 0; i < lines.length; ) {
    await proc.budget.step();
    const first = key(lines[i] ?? "");
    let end = i + 1;
    while (end < lines.length && key(lines[end] ?? "") === first) end++;
    const repeated = end - i > 1;
    const show = options.has("d") || options.has("D") ? repeated : options.has("u") ? !repeated : true;
    for (const line of lines.slice(i, options.has("D") ? end : i + 1))
      if (show) await proc.out(`${options.has("c") ? `${String(end - i).padStart(7)} ` : ""}${line}\n`);
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

/** The programs of this file. */
export const filterPrograms = [program("uniq", uniq), program("wc", wc)];
