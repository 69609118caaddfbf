// hexdump: words of 16 bits, or with -C bytes beside their characters. Repeated lines are one `*`.
// Formats of util-linux 2.38 and BusyBox; no -e.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program } from "./options.ts";

const WIDTH = 16;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

function canonical(at: number, bytes: ByteString): string {
  const cells = Array.from({ length: WIDTH }, (_, i) =>
    i < bytes.length ? hex(bytes.charCodeAt(i), 2) : "  ",
  );
  const halves = `${cells.slice(0, 8).join(" ")}  ${cells.slice(8).join(" ")}`;
  return `${hex(at, 8)}  ${halves}  |${bytes.replace(/[^\x20-\x7e]/g, ".")}|\n`;
}

function words(at: number, bytes: ByteString): string {
  const cells = Array.from({ length: WIDTH / 2 }, (_, i) => {
    if (2 * i >= bytes.length) return "    ";
    const high = 2 * i + 1 < bytes.length ? bytes.charCodeAt(2 * i + 1) : 0;
    return hex(high * 256 + bytes.charCodeAt(2 * i), 4);
  });
  return `${hex(at, 7)} ${cells.join(" ")}\n`;
}

async function hexdump(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "bcCdoxvn:s:e:f:",
    long: { canonical: "C", length: "n", skip: "s" },
  });
  if (typeof options === "number") return options;
  const show = options.has("C") ? canonical : words;
  const number = (flag: string, fallback: number): number => Number(options.value(flag) ?? fallback) || 0;
  let skip = number("s", 0);
  if (skip > 0 && options.rest.length === 0 && !proc.busybox) return proc.fail("stdin: Illegal seek");
  let left = options.has("n") ? number("n", 0) : Number.POSITIVE_INFINITY;
  let at = skip;
  let held = "";
  let before: ByteString | null = null;
  let starred = false;
  const line = async (bytes: ByteString): Promise<void> => {
    const same = bytes === before && bytes.length === WIDTH && !options.has("v");
    if (!same) await proc.out(show(at, bytes));
    else if (!starred) await proc.out("*\n");
    starred = same;
    before = bytes;
    at += bytes.length;
  };
  const status = await eachInput(proc, options.rest, async (read) => {
    for (let piece = left > 0 ? await read() : null; piece !== null; piece = left > 0 ? await read() : null) {
      const cut = Math.min(skip, piece.length);
      skip -= cut;
      const taken = piece.slice(cut, cut + left);
      left -= taken.length;
      held += taken;
      for (; held.length >= WIDTH; held = held.slice(WIDTH)) await line(held.slice(0, WIDTH));
    }
  });
  if (held !== "") await line(held);
  if (before !== null) await proc.out(`${hex(at, options.has("C") ? 8 : 7)}\n`);
  return status;
}

/** The programs of this file. */
export const hexdumpPrograms = [program("hexdump", hexdump)];
