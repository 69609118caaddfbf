// Strings: SET with its options, counters, ranges.
// Answers as the server does, errors included; grows nothing beyond the world's bound.

import type { Context, Handlers } from "../context.ts";
import { admit, SYNTAX, toBigInt, toFloat, toInt, toPairs } from "../context.ts";
import type { Entry } from "../keyspace.ts";
import { refuse } from "../keyspace.ts";
import { formatDecimal, isInt64, parseDouble, parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulkOrNil, int, map, nil, ok } from "../reply.ts";

const MAX_STRING = 512 * 1024 * 1024;

function read(context: Context, key: string): string | undefined {
  const value = context.db.get(key, "string")?.v;
  if (value === undefined) context.world.stats.misses++;
  else context.world.stats.hits++;
  return value;
}

function write(context: Context, key: string, v: string, expireAt = 0): void {
  context.db.set(key, { type: "string", v }, expireAt);
}

/** Writes over a string and keeps its expiry. */
function overwrite(context: Context, key: string, v: string): void {
  write(context, key, v, context.db.entry(key)?.expireAt ?? 0);
}

const UNITS: ReadonlyMap<string, { readonly factor: number; readonly absolute: boolean }> = new Map([
  ["EX", { factor: 1000, absolute: false }],
  ["PX", { factor: 1, absolute: false }],
  ["EXAT", { factor: 1000, absolute: true }],
  ["PXAT", { factor: 1, absolute: true }],
]);

/** Unix ms at which an expiry given in some unit falls due; refuses what is not positive. */
function dueAt(context: Context, unit: string, text: string | undefined): number {
  const { factor, absolute } = UNITS.get(unit) ?? { factor: 1, absolute: false };
  const amount = toBigInt(text);
  if (amount <= 0n || !isInt64(amount * BigInt(factor))) {
    refuse(`ERR invalid expire time in '${context.command.name}' command`);
  }
  return Number(amount) * factor + (absolute ? 0 : context.now());
}

interface SetOptions {
  readonly words: ReadonlySet<string>;
  readonly unit: string | null;
  readonly amount: string | undefined;
}

/** The options of SET and GETEX; at most one expiry, every word once. */
function parseOptions(args: readonly string[], flags: readonly string[]): SetOptions {
  const words = new Set<string>();
  let unit: string | null = null;
  let amount: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = (args[at] ?? "").toUpperCase();
    if (UNITS.has(word) && at + 1 < args.length && unit === null) {
      unit = word;
      amount = args[++at];
    } else if (flags.includes(word)) words.add(word);
    else refuse(SYNTAX);
  }
  const clash = words.has("NX") && words.has("XX");
  const keepsAndSets = unit !== null && (words.has("KEEPTTL") || words.has("PERSIST"));
  if (clash || keepsAndSets) refuse(SYNTAX);
  return { words, unit, amount };
}

function set(context: Context, args: readonly string[]): Reply {
  const [key = "", value = ""] = args;
  const { words, unit, amount } = parseOptions(args.slice(2), ["NX", "XX", "GET", "KEEPTTL"]);
  const expireAt = unit === null ? 0 : dueAt(context, unit, amount);
  const old = words.has("GET") ? bulkOrNil(context.db.get(key, "string")?.v) : ok;
  const entry = context.db.entry(key);
  if ((words.has("NX") && entry) || (words.has("XX") && !entry)) return words.has("GET") ? old : nil;
  write(context, key, value, words.has("KEEPTTL") ? (entry?.expireAt ?? 0) : expireAt);
  return old;
}

function getex(context: Context, args: readonly string[]): Reply {
  const [key = ""] = args;
  const { words, unit, amount } = parseOptions(args.slice(1), ["PERSIST"]);
  const value = read(context, key);
  const entry = context.db.entry(key);
  if (unit !== null) {
    const expireAt = dueAt(context, unit, amount);
    if (entry) entry.expireAt = expireAt;
  } else if (words.has("PERSIST") && entry) entry.expireAt = 0;
  return bulkOrNil(value);
}

function add(context: Context, key: string, by: bigint): Reply {
  const text = context.db.get(key, "string")?.v ?? "0";
  const sum = (parseInteger(text) ?? refuse("ERR value is not an integer or out of range")) + by;
  if (!isInt64(sum)) refuse("ERR increment or decrement would overflow");
  overwrite(context, key, sum.toString());
  return int(sum);
}

function addFloat(context: Context, args: readonly string[]): Reply {
  const [key = "", by] = args;
  const text = context.db.get(key, "string")?.v ?? "0";
  const current = parseDouble(text) ?? refuse("ERR value is not a valid float");
  const sum = current + toFloat(by);
  if (!Number.isFinite(sum)) refuse("ERR increment would produce NaN or Infinity");
  overwrite(context, key, formatDecimal(sum));
  return bulk(formatDecimal(sum));
}

function setWithExpiry(unit: "EX" | "PX") {
  return (context: Context, args: readonly string[]): Reply => {
    const [key = "", amount, value = ""] = args;
    write(context, key, value, dueAt(context, unit, amount));
    return ok;
  };
}

function setrange(context: Context, args: readonly string[]): Reply {
  const [key = "", offsetText, piece = ""] = args;
  const offset = toInt(offsetText);
  if (offset < 0) refuse("ERR offset is out of range");
  const old = context.db.get(key, "string")?.v ?? "";
  if (piece === "") return int(old.length);
  if (offset + piece.length > MAX_STRING) {
    refuse("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
  admit(context, offset);
  const padded = old.padEnd(offset, "\0");
  const text = padded.slice(0, offset) + piece + padded.slice(offset + piece.length);
  overwrite(context, key, text);
  return int(text.length);
}

function getrange(context: Context, args: readonly string[]): Reply {
  const [key = "", start, stop] = args;
  const [a, b] = [toInt(start), toInt(stop)];
  const text = context.db.get(key, "string")?.v ?? "";
  if (a < 0 && b < 0 && a > b) return bulk("");
  const from = Math.max(a < 0 ? text.length + a : a, 0);
  const to = Math.min(Math.max(b < 0 ? text.length + b : b, 0), text.length - 1);
  return bulk(from > to ? "" : text.slice(from, to + 1));
}

function getWith(context: Context, key: string, then: (entry: Entry | undefined) => void): Reply {
  const reply = bulkOrNil(read(context, key));
  then(context.db.entry(key));
  return reply;
}

function lcs(context: Context, args: readonly string[]): Reply {
  const [keyA = "", keyB = "", ...rest] = args;
  const options = rest.map((word) => word.toUpperCase());
  if (options.some((word) => !["LEN", "IDX", "WITHMATCHLEN"].includes(word))) refuse(SYNTAX);
  const a = context.db.get(keyA, "string")?.v ?? "";
  const b = context.db.get(keyB, "string")?.v ?? "";
  // A table of this many cells is what a command may cost; the server allocates it and fails in its own words.
  if (a.length * b.length > 1_000_000) {
    refuse("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  const rows: number[][] = [new Array<number>(b.length + 1).fill(0)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1] ?? [];
    const row = [0];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charAt(i - 1) === b.charAt(j - 1);
      row.push(same ? (above[j - 1] ?? 0) + 1 : Math.max(above[j] ?? 0, row[j - 1] ?? 0));
    }
    rows.push(row);
  }
  const length = rows[a.length]?.[b.length] ?? 0;
  if (options.includes("LEN")) return int(length);
  let common = "";
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a.charAt(i - 1) === b.charAt(j - 1)) {
      common = a.charAt(i - 1) + common;
      i--;
      j--;
    } else if ((rows[i - 1]?.[j] ?? 0) > (rows[i]?.[j - 1] ?? 0)) i--;
    else j--;
  }
  return options.includes("IDX") ? map([bulk("matches"), array([]), bulk("len"), int(length)]) : bulk(common);
}

/** Commands on strings. */
export const strings: Handlers = {
  set,
  getex,
  lcs,
  setrange,
  getrange,
  substr: getrange,
  incrbyfloat: addFloat,
  setex: setWithExpiry("EX"),
  psetex: setWithExpiry("PX"),
  get: (context, [key = ""]) => bulkOrNil(read(context, key)),
  strlen: (context, [key = ""]) => int(context.db.get(key, "string")?.v.length ?? 0),
  incr: (context, [key = ""]) => add(context, key, 1n),
  decr: (context, [key = ""]) => add(context, key, -1n),
  incrby: (context, [key = "", by]) => add(context, key, toBigInt(by)),
  decrby: (context, [key = "", by]) => add(context, key, -toBigInt(by)),
  getdel: (context, [key = ""]) => getWith(context, key, () => context.db.delete(key)),
  getset: (context, [key = "", value = ""]) => getWith(context, key, () => write(context, key, value)),
  setnx(context, [key = "", value = ""]) {
    if (context.db.has(key)) return int(0);
    write(context, key, value);
    return int(1);
  },
  append(context, [key = "", value = ""]) {
    const text = (context.db.get(key, "string")?.v ?? "") + value;
    overwrite(context, key, text);
    return int(text.length);
  },
  mget: (context, keys) =>
    array(
      keys.map((key) => {
        const value = context.db.entry(key)?.value;
        return value?.type === "string" ? bulk(value.v) : nil;
      }),
    ),
  mset(context, args) {
    for (const [key, value] of toPairs(args, "mset")) write(context, key, value);
    return ok;
  },
  msetnx(context, args) {
    const pairs = toPairs(args, "msetnx");
    if (pairs.some(([key]) => context.db.has(key))) return int(0);
    for (const [key, value] of pairs) write(context, key, value);
    return int(1);
  },
};
