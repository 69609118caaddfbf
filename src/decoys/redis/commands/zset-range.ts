// Ranges of a sorted set: by rank, score or name, reversed, limited, with scores.

import { SYNTAX, toInt, toRange } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { formatDouble, parseDouble } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { bulk, bulks, double } from "../reply.ts";

/** A member and its score. */
export type Scored = readonly [member: string, score: number];

interface Bound<T> {
  /** As a minimum: the value is inside. */
  above(value: T): boolean;
  /** As a maximum: the value is inside. */
  below(value: T): boolean;
}

/** `1`, `(1`, `-inf` of ZRANGEBYSCORE. */
export function parseScoreBound(text: string): Bound<number> {
  const open = text.startsWith("(");
  const limit = parseDouble(open ? text.slice(1) : text) ?? refuse("ERR min or max is not a float");
  return {
    above: (score) => (open ? score > limit : score >= limit),
    below: (score) => (open ? score < limit : score <= limit),
  };
}

/** `-`, `+`, `[a`, `(a` of ZRANGEBYLEX. */
function parseLexBound(text: string): Bound<string> {
  const limit = text.slice(1);
  if (text === "-") return { above: () => true, below: () => false };
  if (text === "+") return { above: () => false, below: () => true };
  if (text.startsWith("[")) return { above: (name) => name >= limit, below: (name) => name <= limit };
  if (text.startsWith("(")) return { above: (name) => name > limit, below: (name) => name < limit };
  return refuse("ERR min or max not valid string range item");
}

/** The members that a range's arguments choose, in the order of the reply. */
export function rangeOf(
  all: readonly Scored[],
  args: readonly string[],
): { readonly chosen: readonly Scored[]; readonly scores: boolean } {
  const [start = "", stop = "", ...options] = args;
  const words = new Set<string>();
  let limit: readonly [number, number] | null = null;
  for (let at = 0; at < options.length; at++) {
    const word = (options[at] ?? "").toUpperCase();
    if (word === "LIMIT" && options.length - at > 2) limit = [toInt(options[++at]), toInt(options[++at])];
    else if (["REV", "BYSCORE", "BYLEX", "WITHSCORES"].includes(word)) words.add(word);
    else refuse(SYNTAX);
  }
  const reverse = words.has("REV");
  const byRank = !words.has("BYSCORE") && !words.has("BYLEX");
  if (limit && byRank) {
    refuse("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
  }
  if (words.has("WITHSCORES") && words.has("BYLEX")) {
    refuse("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  const [min, max] = reverse && !byRank ? [stop, start] : [start, stop];
  const inside = byRank ? all : filterRange(all, [min, max], words.has("BYLEX"));
  const ordered = reverse ? [...inside].reverse() : inside;
  const scores = words.has("WITHSCORES");
  if (byRank) return { chosen: ordered.slice(...toRange(toInt(start), toInt(stop), all.length)), scores };
  if (!limit) return { chosen: ordered, scores };
  const [offset, count] = limit;
  if (offset < 0) return { chosen: [], scores };
  return { chosen: ordered.slice(offset, count < 0 ? undefined : offset + count), scores };
}

function filterRange(
  all: readonly Scored[],
  limits: readonly [string, string],
  lex: boolean,
): readonly Scored[] {
  if (lex) {
    const [min, max] = [parseLexBound(limits[0]), parseLexBound(limits[1])];
    return all.filter(([name]) => min.above(name) && max.below(name));
  }
  const [min, max] = [parseScoreBound(limits[0]), parseScoreBound(limits[1])];
  return all.filter(([, score]) => min.above(score) && max.below(score));
}

/** Members alone, or with their scores as the protocol wants them. */
export function withScores(chosen: readonly Scored[], scores: boolean): Reply {
  if (!scores) return bulks(chosen.map(([member]) => member));
  return {
    t: "flatPairs",
    v: chosen.flatMap(([member, score]) => [bulk(member), double(formatDouble(score))]),
  };
}
