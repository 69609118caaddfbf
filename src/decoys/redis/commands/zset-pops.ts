// The popping commands of sorted sets that name several keys, with and without waiting.

import type { Context, Handlers } from "../context.ts";
import { SYNTAX, toFloat, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { formatDouble } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, double, nilArray } from "../reply.ts";
import { block } from "./lists.ts";
import type { Scored } from "./zset-range.ts";
import { ranked } from "./zsets.ts";

function take(context: Context, key: string, highest: boolean, count: number): Scored[] {
  const all = ranked(context, key);
  if (highest) all.reverse();
  const taken = all.slice(0, count);
  if (taken.length === 0) return taken;
  context.db.change(key, "zset", ({ v }) => {
    for (const [member] of taken) v.delete(member);
  });
  return taken;
}

function timeoutOf(text: string | undefined): number {
  const seconds = toFloat(text, "ERR timeout is not a float or out of range");
  if (seconds < 0) refuse("ERR timeout is negative");
  return Math.ceil(Math.min(seconds * 1000, Number.MAX_SAFE_INTEGER));
}

function popFirst(context: Context, keys: readonly string[], highest: boolean): Reply | null {
  for (const key of keys) {
    const [first] = take(context, key, highest, 1);
    if (first) return array([bulk(key), bulk(first[0]), double(formatDouble(first[1]))]);
  }
  return null;
}

function popMany(context: Context, [countText, ...rest]: readonly string[]): Reply | null {
  const count = toInt(countText, "ERR numkeys should be greater than 0");
  if (count < 1) refuse("ERR numkeys should be greater than 0");
  if (count >= rest.length) refuse(SYNTAX);
  const side = (rest[count] ?? "").toUpperCase();
  if (side !== "MIN" && side !== "MAX") refuse(SYNTAX);
  const options = rest.slice(count + 1);
  let size = 1;
  if (options.length > 0) {
    if (options.length !== 2 || options[0]?.toUpperCase() !== "COUNT") refuse(SYNTAX);
    size = toInt(options[1], "ERR count should be greater than 0");
    if (size < 1) refuse("ERR count should be greater than 0");
  }
  for (const key of rest.slice(0, count)) {
    const taken = take(context, key, side === "MAX", size);
    if (taken.length === 0) continue;
    const pairs = taken.map(([member, score]) => array([bulk(member), double(formatDouble(score))]));
    return array([bulk(key), array(pairs)]);
  }
  return null;
}

/** ZMPOP, BZPOPMIN, BZPOPMAX, BZMPOP. */
export const zsetPops: Handlers = {
  zmpop: (context, args) => popMany(context, args) ?? nilArray,
  bzmpop: (context, [timeout, ...rest]) =>
    block(context, timeoutOf(timeout), () => popMany(context, rest), nilArray),
  bzpopmin: (context, args) =>
    block(context, timeoutOf(args.at(-1)), () => popFirst(context, args.slice(0, -1), false), nilArray),
  bzpopmax: (context, args) =>
    block(context, timeoutOf(args.at(-1)), () => popFirst(context, args.slice(0, -1), true), nilArray),
};
