// The operands of dd: names with values, sizes with suffixes. What is wrong is told as dd does.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { quoted, refuseOption } from "./options.ts";

const NUMBERS = ["bs", "ibs", "obs", "cbs", "count", "skip", "seek"];
const KNOWN = [...NUMBERS, "if", "of", "conv", "status", "iflag", "oflag"];
const MOST_BLOCK = 2 ** 31;

/** What dd was told. */
export interface DdOperands {
  readonly input: ByteString | undefined;
  readonly output: ByteString | undefined;
  /** Bytes of a block. */
  readonly size: number;
  /** Blocks; infinite when none were told. */
  readonly count: number;
  readonly skip: number;
  readonly seek: number;
  readonly keepsOutput: boolean;
  /** True when every byte has to reach the disk before it ends. */
  readonly synced: boolean;
  readonly status: ByteString;
}

/** A count with dd's suffixes. */
export function ddNumber(text: ByteString): number | null {
  const match = /^([0-9]{1,15})([bckKmMgG]?)B?$/.exec(text);
  if (!match) return null;
  return (
    Number(match[1]) *
    ({ "": 1, c: 1, b: 512, k: 1024, K: 1024, m: 1 << 20, M: 1 << 20, g: 1 << 30, G: 1 << 30 }[
      match[2] ?? ""
    ] ?? 1)
  );
}

/** Reads the operands; a status when one was wrong and has been complained of. */
export async function ddOperands(proc: Proc): Promise<DdOperands | number> {
  const given = new Map(proc.args.map((arg) => arg.split(/=(.*)/s, 2) as [string, string]));
  for (const [key, value] of given) {
    if (!KNOWN.includes(key) || value === undefined)
      return proc.busybox
        ? refuseOption(proc, `unrecognized operand '${key}'`)
        : proc.fail(`unrecognized operand ${quoted(proc, key)}\nTry 'dd --help' for more information.`);
    if (NUMBERS.includes(key) && ddNumber(value) === null)
      return proc.fail(proc.busybox ? `invalid number '${value}'` : `invalid number: ${quoted(proc, value)}`);
  }
  const number = (key: string, fallback: number): number => ddNumber(given.get(key) ?? "") ?? fallback;
  const size = Math.max(1, Math.min(number("bs", number("ibs", 512)), MOST_BLOCK));
  const has = (key: string, words: RegExp): boolean => words.test(given.get(key) ?? "");
  return {
    input: given.get("if"),
    output: given.get("of"),
    size,
    count: number("count", Number.POSITIVE_INFINITY),
    skip: number("skip", 0) * size,
    seek: number("seek", 0) * size,
    keepsOutput: has("conv", /notrunc/),
    synced: has("conv", /sync/) || has("oflag", /sync|direct/),
    status: given.get("status") ?? "",
  };
}
