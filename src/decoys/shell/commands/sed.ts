// sed: substitution, deletion, printing, quitting and inserted lines, with addresses. Nothing else of it.

import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { parseOptions, program, readLines } from "./options.ts";

interface SedCommand {
  readonly select: (line: ByteString, number: number, last: boolean) => boolean;
  readonly kind: "s" | "d" | "p" | "q" | "a" | "i" | "c";
  readonly regex?: Regex;
  readonly by?: ByteString;
  readonly flags?: string;
}

function parseSed(script: ByteString, extended: boolean): SedCommand[] | null {
  const commands: SedCommand[] = [];
  let at = 0;
  const until = (end: string): ByteString | null => {
    let text = "";
    for (; at < script.length; at++) {
      const char = script.charAt(at);
      if (char === end) {
        at++;
        return text;
      }
      if (char === "\\" && script.charAt(at + 1) === end) text += script.charAt(++at);
      else if (char === "\\") text += char + script.charAt(++at);
      else text += char;
    }
    return null;
  };
  const address = (): ((line: ByteString, number: number, last: boolean) => boolean) | null => {
    const number = /^[0-9]{1,9}/.exec(script.slice(at, at + 10))?.[0];
    if (number !== undefined) {
      at += number.length;
      return (_, n) => n === Number(number);
    }
    if (script.charAt(at) === "$") {
      at++;
      return (_line, _number, last) => last;
    }
    if (script.charAt(at) !== "/") return null;
    at++;
    const source = until("/");
    const regex = source === null ? null : compileRegex(source, { extended });
    return regex ? (line) => regex.test(line) : null;
  };
  while (at < script.length && commands.length < 256) {
    if (/[\s;{}]/.test(script.charAt(at))) {
      at++;
      continue;
    }
    const first = address();
    let select: SedCommand["select"] = first ?? (() => true);
    if (first && script.charAt(at) === ",") {
      at++;
      const second = address();
      if (!second) return null;
      let inside = false;
      select = (line, number, last) => {
        if (!inside && !first(line, number, last)) return false;
        const wasInside = inside;
        inside = !(wasInside || number > 1 || !first(line, number, last)
          ? second(line, number, last) && wasInside
          : false);
        return true;
      };
    }
    if (script.charAt(at) === "!") {
      at++;
      const positive = select;
      select = (line, number, last) => !positive(line, number, last);
    }
    const kind = script.charAt(at++);
    if (kind === "s") {
      const mark = script.charAt(at++);
      const source = until(mark);
      const by = source === null ? null : until(mark);
      if (source === null || by === null) return null;
      const flags = /^[gpiI0-9]{0,8}/.exec(script.slice(at, at + 8))?.[0] ?? "";
      at += flags.length;
      commands.push({
        select,
        kind,
        regex: compileRegex(source, { extended, fold: /i/i.test(flags) }),
        by,
        flags,
      });
    } else if (kind === "d" || kind === "p" || kind === "q") commands.push({ select, kind });
    else if (kind === "a" || kind === "i" || kind === "c") {
      const end = script.indexOf("\n", at);
      commands.push({
        select,
        kind,
        by: script.slice(at, end < 0 ? undefined : end).replace(/^\s*\\?\s*/, ""),
      });
      at = end < 0 ? script.length : end;
    } else return null;
  }
  return commands;
}

function substitute(line: ByteString, command: SedCommand): { line: ByteString; changed: boolean } {
  let out = "";
  let at = 0;
  let changed = false;
  for (let rounds = 0; rounds < 10_000 && at <= line.length; rounds++) {
    const match = command.regex?.exec(line, at);
    if (!match) break;
    changed = true;
    const [start = 0, end = 0] = match;
    out +=
      line.slice(at, start) +
      (command.by ?? "").replace(/\\([0-9n&\\])|&/g, (whole, code?: string) =>
        whole === "&"
          ? line.slice(start, end)
          : code === "n"
            ? "\n"
            : code === "&" || code === "\\"
              ? code
              : line.slice(match[Number(code) * 2] ?? 0, match[Number(code) * 2 + 1] ?? 0),
      );
    at = end;
    if (end === start) {
      out += line.charAt(at);
      at++;
    }
    if (!command.flags?.includes("g")) break;
  }
  return { line: out + line.slice(at), changed };
}

async function sed(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "nErie:f:s",
    long: { quiet: "n", "in-place": "i", "regexp-extended": "E", expression: "e" },
  });
  if (typeof options === "number") return options;
  const rest = [...options.rest];
  const script = options.value("e") ?? rest.shift();
  if (script === undefined) {
    await proc.err(
      proc.busybox
        ? `${proc.world.busyboxBanner} multi-call binary.\n\nUsage: sed [-inr] [-f FILE]... [-e CMD]... [FILE]...\n`
        : "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n\n",
    );
    return 1;
  }
  let commands: SedCommand[] | null;
  try {
    commands = parseSed(script, options.has("E") || options.has("r"));
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    return proc.fail(
      proc.busybox
        ? `bad regex: ${error.message}`
        : `-e expression #1, char ${script.length}: ${error.message}`,
    );
  }
  if (!commands)
    return proc.fail(
      proc.busybox
        ? "unsupported command"
        : `-e expression #1, char ${script.length}: unknown command: \`${script.charAt(0)}'`,
    );
  const edit = async (
    lines: readonly ByteString[],
    put: (text: ByteString) => Promise<void>,
  ): Promise<void> => {
    for (const [i, original] of lines.entries()) {
      await proc.budget.step(1 + (original.length >> 8));
      let line = original;
      let keep = true;
      for (const command of commands ?? []) {
        if (!command.select(line, i + 1, i === lines.length - 1)) continue;
        if (command.kind === "s") {
          const done = substitute(line, command);
          line = done.line;
          if (done.changed && command.flags?.includes("p")) await put(`${line}\n`);
        } else if (command.kind === "p") await put(`${line}\n`);
        else if (command.kind === "i") await put(`${command.by}\n`);
        else if (command.kind === "a") line += `\n${command.by}`;
        else if (command.kind === "c") line = command.by ?? "";
        else if (command.kind === "q") return put(options.has("n") ? "" : `${line}\n`);
        else {
          keep = false;
          break;
        }
      }
      if (keep && !options.has("n")) await put(`${line}\n`);
    }
  };
  if (!options.has("i")) {
    const { lines, status } = await readLines(proc, rest);
    await edit(lines, (text) => proc.out(text));
    return status;
  }
  for (const path of rest) {
    const { lines, status } = await readLines(proc, [path]);
    if (status !== 0) return status;
    let text = "";
    await edit(lines, async (piece) => {
      text += piece;
    });
    const file = proc.fs.openWrite(path, { via: "shell", truncate: true });
    if (!file.ok) return proc.fail(`couldn't open file ${path}: ${errorTexts[file.code]}`, 4);
    file.value.write(0, Uint8Array.from(Buffer.from(text, "latin1")));
    await file.value.close();
  }
  return 0;
}

/** The programs of this file. */
export const sedPrograms = [program("sed", sed)];
