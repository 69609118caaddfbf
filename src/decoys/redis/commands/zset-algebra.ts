// Unions, intersections and differences of sorted sets, with weights and aggregates.

import type { Context, Handler, Handlers } from "../context.ts";
import { admit, SYNTAX, toFloat, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import { int } from "../reply.ts";
import type { Scored } from "./zset-range.ts";
import { withScores } from "./zset-range.ts";

interface Combination {
  readonly sets: readonly ReadonlyMap<string, number>[];
  readonly weights: readonly number[];
  readonly aggregate: (a: number, b: number) => number;
  readonly scores: boolean;
}

function operand(context: Context, key: string): ReadonlyMap<string, number> {
  const value = context.db.entry(key)?.value;
  if (!value) return new Map();
  if (value.type === "set") return new Map([...value.v].map((member) => [member, 1]));
  return context.db.get(key, "zset")?.v ?? new Map();
}

function parseCombination(context: Context, args: readonly string[]): Combination {
  const count = toInt(args[0]);
  if (count < 1) refuse(`ERR at least 1 input key is needed for '${context.command.name}' command`);
  if (count > args.length - 1) refuse(SYNTAX);
  const keys = args.slice(1, count + 1);
  const options = args.slice(count + 1);
  let weights = keys.map(() => 1);
  let aggregate = (a: number, b: number): number => a + b;
  let scores = false;
  for (let at = 0; at < options.length; at++) {
    const word = (options[at] ?? "").toUpperCase();
    if (word === "WEIGHTS" && options.length - at - 1 >= count) {
      weights = keys.map((_, index) => toFloat(options[at + 1 + index], "ERR weight value is not a float"));
      at += count;
    } else if (word === "AGGREGATE" && at + 1 < options.length) {
      const how = (options[++at] ?? "").toUpperCase();
      if (how === "MIN") aggregate = Math.min;
      else if (how === "MAX") aggregate = Math.max;
      else if (how !== "SUM") refuse(SYNTAX);
    } else if (word === "WITHSCORES") scores = true;
    else refuse(SYNTAX);
  }
  const cache = new Map(keys.map((key) => [key, operand(context, key)] as const));
  return { sets: keys.map((key) => cache.get(key) ?? new Map()), weights, aggregate, scores };
}

type How = "union" | "inter" | "diff";

function combine({ sets, weights, aggregate }: Combination, how: How): Map<string, number> {
  const [first = new Map<string, number>(), ...rest] = sets;
  if (how === "diff") return new Map([...first].filter(([member]) => !rest.some((set) => set.has(member))));
  const result = new Map<string, number>();
  const visited = new Set<ReadonlyMap<string, number>>();
  sets.forEach((set, index) => {
    // Naming one key very often must not cost its size each time; beyond this the sum is the same in kind.
    if (visited.has(set) && index > 64) return;
    visited.add(set);
    for (const [member, score] of set) {
      const weighted = score * (weights[index] ?? 1) || 0;
      const known = result.get(member);
      result.set(member, known === undefined ? weighted : aggregate(known, weighted) || 0);
    }
  });
  if (how === "union") return result;
  const distinct = [...visited];
  return new Map([...result].filter(([member]) => distinct.every((set) => set.has(member))));
}

const sortedScores = (scores: ReadonlyMap<string, number>): Scored[] =>
  [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));

const combines =
  (how: How): Handler =>
  (context, args) => {
    const plan = parseCombination(context, args);
    return withScores(sortedScores(combine(plan, how)), plan.scores);
  };

const storesCombined =
  (how: How): Handler =>
  (context, [target = "", ...rest]) => {
    const result = combine(parseCombination(context, rest), how);
    return store(context, target, result);
  };

function intersectionSize(context: Context, [countText, ...rest]: readonly string[]): Reply {
  const count = toInt(countText);
  if (count < 1) refuse("ERR at least 1 input key is needed for 'zintercard' command");
  if (count > rest.length) refuse(SYNTAX);
  const [word, limitText, ...more] = rest.slice(count);
  if (word !== undefined && (word.toUpperCase() !== "LIMIT" || limitText === undefined || more.length > 0)) {
    refuse(SYNTAX);
  }
  const limit = limitText === undefined ? 0 : toInt(limitText, "ERR LIMIT can't be negative");
  if (limit < 0) refuse("ERR LIMIT can't be negative");
  const plan = parseCombination(context, [String(count), ...rest.slice(0, count)]);
  const size = combine(plan, "inter").size;
  return int(limit > 0 ? Math.min(limit, size) : size);
}

/** Puts a result in place of a key; an empty one removes it. */
export function store(context: Context, target: string, result: Map<string, number>): Reply {
  admit(
    context,
    [...result.keys()].reduce((sum, member) => sum + member.length + 64, 0),
  );
  context.db.delete(target);
  if (result.size > 0) context.db.set(target, { type: "zset", v: result });
  return int(result.size);
}

/** ZUNION, ZINTER, ZDIFF and what stores them. */
export const zsetAlgebra: Handlers = {
  zunion: combines("union"),
  zinter: combines("inter"),
  zdiff: combines("diff"),
  zintercard: intersectionSize,
  zunionstore: storesCombined("union"),
  zinterstore: storesCombined("inter"),
  zdiffstore: storesCombined("diff"),
};
