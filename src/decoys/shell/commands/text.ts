// Showing text: cat, head, tail, tac, rev, seq.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program, quoted, readLines } from "./options.ts";

async function cat(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "nAbeEstTuv", long: { number: "n" } });
  if (typeof options === "number") return options;
  let number = 0;
  const visible = (text: ByteString): ByteString =>
    text.replace(/[\x00-\x08\x0b-\x1f\x7f-\xff]/g, (char) => {
      const code = char.charCodeAt(0);
      const low = code & 127;
      return (
        (code > 127 ? "M-" : "") +
        (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? "^?" : String.fromCharCode(low))
      );
    });
  return eachInput(proc, options.rest, async (read, path) => {
    recordRead(proc, path);
    let start = true;
    for (let piece = await read(); piece !== null; piece = await read()) {
      let text = options.has("v") || options.has("A") || options.has("e") ? visible(piece) : piece;
      if (options.has("A") || options.has("E") || options.has("e")) text = text.replaceAll("\n", "$\n");
      if (options.has("n")) {
        text = text.replace(/[^\n]*\n?/g, (line) => {
          if (line === "") return "";
          const numbered = start ? `${String(++number).padStart(6)}\t${line}` : line;
          start = line.endsWith("\n");
          return numbered;
        });
      }
      await proc.out(text);
    }
  });
}

/** Files that intruders look for are worth a record of their own. */
function recordRead(proc: Proc, path: ByteString): void {
  if (path === "-") return;
  const real = proc.fs.realpath(path);
  const stat = proc.fs.stat(path);
  if (!real.ok || !stat.ok || !/^\/(?:etc|root|home|var|proc)\//.test(real.value)) return;
  proc.login.recordRead(real.value, stat.value.size);
}

async function head(proc: Proc): Promise<number> {
  const args = proc.args.map((arg) => (/^-[0-9]{1,9}$/.test(arg) ? `-n${arg.slice(1)}` : arg));
  const options = await parseOptions(proc, { short: "n:c:qv", long: { lines: "n", bytes: "c" } }, args);
  if (typeof options === "number") return options;
  const bytes = options.value("c");
  const wanted = Number.parseInt(bytes ?? options.value("n") ?? "10", 10);
  if (Number.isNaN(wanted))
    return proc.busybox
      ? proc.fail(`invalid number '${bytes ?? options.value("n")}'`)
      : proc.fail(
          `invalid number of ${bytes === undefined ? "lines" : "bytes"}: ${quoted(proc, bytes ?? options.value("n") ?? "")}`,
        );
  const several = options.rest.length > 1;
  let first = true;
  return eachInput(proc, options.rest, async (read, path) => {
    if (several && !options.has("q")) await proc.out(`${first ? "" : "\n"}==> ${path} <==\n`);
    first = false;
    let left = wanted < 0 ? Number.MAX_SAFE_INTEGER : wanted;
    for (
      let piece = left > 0 ? await read() : null;
      piece !== null && left > 0;
      piece = left > 0 ? await read() : null
    ) {
      if (bytes !== undefined) {
        await proc.out(piece.slice(0, left));
        left -= Math.min(left, piece.length);
        continue;
      }
      let end = 0;
      while (left > 0 && end < piece.length) {
        const at = piece.indexOf("\n", end);
        end = at < 0 ? piece.length : at + 1;
        if (at >= 0) left--;
      }
      await proc.out(piece.slice(0, end));
    }
  });
}

async function tail(proc: Proc): Promise<number> {
  const args = proc.args.map((arg) => (/^-[0-9]{1,9}$/.test(arg) ? `-n${arg.slice(1)}` : arg));
  const options = await parseOptions(
    proc,
    { short: "n:c:fFqs:", long: { lines: "n", bytes: "c", follow: "f" } },
    args,
  );
  if (typeof options === "number") return options;
  const spec = options.value("c") ?? options.value("n") ?? "10";
  const from = spec.startsWith("+");
  const wanted = Number.parseInt(spec.replace(/^[-+]/, ""), 10) || 0;
  const status = await eachInput(proc, options.rest, async (read) => {
    let held = "";
    for (let piece = await read(); piece !== null; piece = await read()) {
      held += piece;
      proc.budget.move(piece.length);
      if (!from && held.length > 4 << 20) held = held.slice(-(2 << 20));
    }
    if (options.has("c"))
      return proc.out(from ? held.slice(wanted - 1) : held.slice(Math.max(0, held.length - wanted)));
    const ended = held.endsWith("\n");
    const lines = (ended ? held.slice(0, -1) : held).split("\n");
    const shown = from ? lines.slice(Math.max(0, wanted - 1)) : wanted === 0 ? [] : lines.slice(-wanted);
    if (held !== "" && shown.length > 0) await proc.out(shown.join("\n") + (ended ? "\n" : ""));
  });
  if (options.has("f") || options.has("F")) for (let i = 0; i < 3600; i++) await proc.sleep(1000);
  return status;
}

async function seq(proc: Proc): Promise<number> {
  const numbers = proc.args.filter((arg) => /^-?[0-9]{1,12}(\.[0-9]{1,6})?$/.test(arg)).map(Number);
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0] ?? 0]
      : numbers.length === 2
        ? [numbers[0] ?? 1, 1, numbers[1] ?? 0]
        : [numbers[0] ?? 1, numbers[1] || 1, numbers[2] ?? 0];
  for (let i = 0, value = first; step > 0 ? value <= last : value >= last; value = first + ++i * step) {
    await proc.budget.step();
    await proc.out(`${value}\n`);
  }
  return 0;
}

/** The programs of this file. */
export const textPrograms = [
  program("cat", cat),
  program("head", head),
  program("tail", tail),
  program("tac", async (proc) => {
    const { lines, status } = await readLines(proc, proc.args);
    for (const line of lines.reverse()) await proc.out(`${line}\n`);
    return status;
  }),
  program("rev", async (proc) => {
    const { lines, status } = await readLines(proc, proc.args);
    for (const line of lines) await proc.out(`${line.split("").reverse().join("")}\n`);
    return status;
  }),
  program("seq", seq),
];
