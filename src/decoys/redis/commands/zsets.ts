// Sorted sets: adding, ranges by rank, score and name, and the algebra that keeps scores.
// A range sorts the set anew: sets are bounded, and what is simple can be trusted.

import type { Context, Handler, Handlers } from "../context.ts";
import { SYNTAX, toFloat, toInt, toRange } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { formatDouble, parseDouble } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, double, int, nil } from "../reply.ts";
import { scanPage } from "./keys.ts";
import { store } from "./zset-algebra.ts";
import type { Scored } from "./zset-range.ts";
import { parseScoreBound, rangeOf, withScores } from "./zset-range.ts";

const scoreReply = (score: number): Reply => double(formatDouble(score));

/** Members with scores, lowest first, equal scores by name. */
export function ranked(context: Context, key: string): Scored[] {
  const all = [...(context.db.get(key, "zset")?.v ?? [])];
  return all.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : a > b ? 1 : 0));
}

const ADD_FLAGS = ["NX", "XX", "GT", "LT", "CH", "INCR"];

function add(context: Context, [key = "", ...rest]: readonly string[]): Reply {
  const words = new Set<string>();
  let at = 0;
  for (; ADD_FLAGS.includes((rest[at] ?? "").toUpperCase()); at++) words.add((rest[at] ?? "").toUpperCase());
  const pairs = rest.slice(at);
  if (pairs.length === 0 || pairs.length % 2 !== 0) refuse(SYNTAX);
  if (words.has("NX") && words.has("XX")) {
    refuse("ERR XX and NX options at the same time are not compatible");
  }
  if ((words.has("GT") && words.has("LT")) || (words.has("NX") && (words.has("GT") || words.has("LT")))) {
    refuse("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (words.has("INCR") && pairs.length > 2) {
    refuse("ERR INCR option supports a single increment-element pair");
  }
  const scores = pairs.filter((_, index) => index % 2 === 0).map((text) => toFloat(text));
  return context.db.change(key, "zset", ({ v }) => {
    let added = 0;
    let changed = 0;
    let last: number | null = null;
    scores.forEach((score, index) => {
      const member = pairs[index * 2 + 1] ?? "";
      const old = v.get(member);
      if (old === undefined ? words.has("XX") : words.has("NX")) return;
      const next = words.has("INCR") ? (old ?? 0) + score : score;
      if (Number.isNaN(next)) refuse("ERR resulting score is not a number (NaN)");
      if (old !== undefined && ((words.has("GT") && next <= old) || (words.has("LT") && next >= old))) return;
      v.set(member, next);
      last = next;
      if (old === undefined) added++;
      else if (old !== next) changed++;
    });
    if (words.has("INCR")) return last === null ? nil : scoreReply(last);
    return int(words.has("CH") ? added + changed : added);
  });
}

function popMost(context: Context, [key = "", countText]: readonly string[], highest: boolean): Reply {
  const count = countText === undefined ? 1 : toInt(countText, "ERR value is out of range, must be positive");
  if (count < 0) refuse("ERR value is out of range, must be positive");
  const all = ranked(context, key);
  if (highest) all.reverse();
  const taken = all.slice(0, count);
  if (taken.length === 0) return array([]);
  context.db.change(key, "zset", ({ v }) => {
    for (const [member] of taken) v.delete(member);
  });
  const flat = taken.flatMap(([member, score]) => [bulk(member), scoreReply(score)]);
  return countText === undefined ? array(flat) : { t: "flatPairs", v: flat };
}

function removeWhere(context: Context, key: string, chosen: readonly Scored[]): Reply {
  if (chosen.length === 0) return int(0);
  context.db.change(key, "zset", ({ v }) => {
    for (const [member] of chosen) v.delete(member);
  });
  return int(chosen.length);
}

const ranks =
  (reverse: boolean): Handler =>
  (context, [key = "", member = ""]) => {
    const all = ranked(context, key);
    if (reverse) all.reverse();
    const at = all.findIndex(([name]) => name === member);
    return at < 0 ? nil : int(at);
  };

const ranges =
  (base: readonly string[]): Handler =>
  (context, [key = "", ...rest]) => {
    const range = rangeOf(ranked(context, key), [...rest.slice(0, 2), ...base, ...rest.slice(2)]);
    return withScores(range.chosen, range.scores);
  };

/** Commands on sorted sets. */
export const zsets: Handlers = {
  zadd: add,
  zrank: ranks(false),
  zrevrank: ranks(true),
  zrange: ranges([]),
  zrevrange: ranges(["REV"]),
  zrangebyscore: ranges(["BYSCORE"]),
  zrevrangebyscore: ranges(["BYSCORE", "REV"]),
  zrangebylex: ranges(["BYLEX"]),
  zrevrangebylex: ranges(["BYLEX", "REV"]),
  zrangestore: (context, [target = "", key = "", ...rest]) =>
    store(context, target, new Map(rangeOf(ranked(context, key), rest).chosen)),
  zremrangebyrank(context, [key = "", start, stop]) {
    const all = ranked(context, key);
    return removeWhere(context, key, all.slice(...toRange(toInt(start), toInt(stop), all.length)));
  },
  zremrangebyscore: (context, [key = "", min = "", max = ""]) =>
    removeWhere(context, key, rangeOf(ranked(context, key), [min, max, "BYSCORE"]).chosen),
  zremrangebylex: (context, [key = "", min = "", max = ""]) =>
    removeWhere(context, key, rangeOf(ranked(context, key), [min, max, "BYLEX"]).chosen),
  zpopmin: (context, args) => popMost(context, args, false),
  zpopmax: (context, args) => popMost(context, args, true),
  zcard: (context, [key = ""]) => int(context.db.get(key, "zset")?.v.size ?? 0),
  zcount(context, [key = "", min = "", max = ""]) {
    const [low, high] = [parseScoreBound(min), parseScoreBound(max)];
    const fits = ranked(context, key).filter(([, score]) => low.above(score) && high.below(score));
    return int(fits.length);
  },
  zlexcount: (context, [key = "", min = "", max = ""]) =>
    int(rangeOf(ranked(context, key), [min, max, "BYLEX"]).chosen.length),
  zscore(context, [key = "", member = ""]) {
    const score = context.db.get(key, "zset")?.v.get(member);
    return score === undefined ? nil : scoreReply(score);
  },
  zmscore(context, [key = "", ...members]) {
    const scores = context.db.get(key, "zset")?.v;
    return array(
      members.map((member) => {
        const score = scores?.get(member);
        return score === undefined ? nil : scoreReply(score);
      }),
    );
  },
  zincrby(context, [key = "", by, member = ""]) {
    const step = parseDouble(by ?? "") ?? refuse("ERR value is not a valid float");
    return add(context, [key, "INCR", formatDouble(step), member]);
  },
  zrem: (context, [key = "", ...members]) =>
    int(context.db.change(key, "zset", ({ v }) => members.filter((member) => v.delete(member)).length)),
  zrandmember(context, [key = "", countText]) {
    const all = ranked(context, key).map(([member]) => member);
    if (countText === undefined) return all.length === 0 ? nil : bulk(context.session.random.pick(all));
    return bulks(all.slice(0, Math.max(toInt(countText), 0)));
  },
  zscan(context, [key = "", cursor, ...options]) {
    const page = scanPage(ranked(context, key), cursor, options, ([member]) => member);
    return array([
      bulk(page.cursor),
      bulks(page.items.flatMap(([member, score]) => [member, formatDouble(score)])),
    ]);
  },
};
