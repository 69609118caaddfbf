// less and more: pages on a terminal, the plain text elsewhere.
// Holds no more than readLines hands over; knows the keys that move forward, back and out.

import type { Proc } from "../run/proc.ts";
import { program, readLines } from "./options.ts";

const WAIT_MS = 3_600_000;
const FORWARD = new Set([" ", "f", "\x06", "z"]);
const LINE = new Set(["\r", "\n", "j", "e"]);

async function plain(proc: Proc): Promise<number> {
  const files = proc.args.filter((arg) => arg === "-" || !/^[-+]/.test(arg));
  const { lines, status } = await readLines(proc, files);
  for (const line of lines) await proc.out(`${line}\n`);
  return status;
}

async function pager(proc: Proc): Promise<number> {
  const { terminal } = proc;
  const files = proc.args.filter((arg) => arg === "-" || !/^[-+]/.test(arg));
  if (!terminal || !proc.init.stdout.isTerminal) return plain(proc);
  if (files.length === 0 && proc.stdin.isTerminal) {
    await proc.err(
      proc.name === "more"
        ? "more: bad usage\nTry 'more --help' for more information.\n"
        : 'Missing filename ("less --help" for help)\n',
    );
    return 1;
  }
  const { lines, status } = await readLines(proc, files);
  if (status !== 0 && lines.length === 0) return status;
  const height = Math.max(1, terminal.rows - 1);
  return proc.name === "less"
    ? less(proc, { lines, height, title: files[0] ?? "" })
    : more(proc, { lines, height, title: "" });
}

interface Text {
  readonly lines: readonly string[];
  readonly height: number;
  readonly title: string;
}

async function less(proc: Proc, { lines, height, title }: Text): Promise<number> {
  const last = Math.max(0, lines.length - height);
  let at = 0;
  let first = true;
  await proc.out("\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\r");
  for (;;) {
    const shown = lines.slice(at, at + height);
    const blank = Array<string>(height - shown.length).fill("~");
    const end = at >= last ? "(END)" : ":";
    const prompt = first && title !== "" ? `${title}${at >= last ? " (END)" : ""}` : end;
    const standout = prompt === ":" ? prompt : `\x1b[7m${prompt}\x1b[27m`;
    await proc.out(`\x1b[H\x1b[J${[...shown, ...blank].join("\n")}\n\r${standout}\x1b[K`);
    first = false;
    const key = await proc.key(WAIT_MS);
    if (key === null || key === "q" || key === "Q") break;
    if (FORWARD.has(key)) at = Math.min(last, at + height);
    else if (LINE.has(key)) at = Math.min(last, at + 1);
    else if (key === "b") at = Math.max(0, at - height);
    else if (key === "k" || key === "y") at = Math.max(0, at - 1);
    else if (key === "G") at = last;
    else if (key === "g") at = 0;
  }
  await proc.out("\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t");
  return 0;
}

async function more(proc: Proc, { lines, height }: Text): Promise<number> {
  let at = Math.min(lines.length, height);
  await proc.out(
    lines
      .slice(0, at)
      .map((line) => `${line}\n`)
      .join(""),
  );
  while (at < lines.length) {
    const part = proc.busybox ? "" : `(${Math.floor((at / lines.length) * 100)}%)`;
    await proc.out(`\x1b[7m--More--${part}\x1b[27m`);
    const key = await proc.key(WAIT_MS);
    await proc.out("\r\x1b[K");
    if (key === null || key === "q" || key === "Q") break;
    const step = LINE.has(key) ? 1 : FORWARD.has(key) ? height : 0;
    await proc.out(
      lines
        .slice(at, at + step)
        .map((line) => `${line}\n`)
        .join(""),
    );
    at += step;
  }
  return 0;
}

/** The programs of this file. */
export const pagerPrograms = [program("less", pager), program("more", pager)];
