// Sets and their algebra. Members are bounded by the world, so every result is.

import type { Context, Handler, Handlers } from "../context.ts";
import { admit, NOT_AN_INTEGER, SYNTAX, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, int, nil, setOf } from "../reply.ts";
import { scanPage } from "./keys.ts";

const EMPTY: ReadonlySet<string> = new Set();

/** Members in the order in which the server holds them where that order is fixed: integers by value. */
function members(context: Context, key: string): readonly string[] {
  const all = [...(context.db.get(key, "set")?.v ?? EMPTY)];
  const numbers = all.map(parseInteger);
  if (all.length > 512 || numbers.includes(null)) return all;
  const sorted = numbers.map((number) => number ?? 0n).sort((a, b) => (a < b ? -1 : 1));
  return sorted.map(String);
}

type Algebra = (first: ReadonlySet<string>, rest: readonly ReadonlySet<string>[]) => string[];

const union: Algebra = (first, rest) => [...new Set([...first, ...rest.flatMap((set) => [...set])])];
const difference: Algebra = (first, rest) =>
  [...first].filter((member) => !rest.some((set) => set.has(member)));
const intersection: Algebra = (first, rest) =>
  [...first].filter((member) => rest.every((set) => set.has(member)));

function combine(context: Context, keys: readonly string[], algebra: Algebra): string[] {
  const [first = EMPTY, ...rest] = keys.map((key) => context.db.get(key, "set")?.v ?? EMPTY);
  // A key named twice adds nothing, and naming one a thousand times must cost nothing.
  return algebra(first, [...new Set(rest)]);
}

function ordered(items: string[]): string[] {
  const numbers = items.map(parseInteger);
  if (numbers.includes(null)) return items;
  return numbers
    .map((number) => number ?? 0n)
    .sort((a, b) => (a < b ? -1 : 1))
    .map(String);
}

const reads =
  (algebra: Algebra): Handler =>
  (context, keys) =>
    setOf(ordered(combine(context, keys, algebra)));

const stores =
  (algebra: Algebra): Handler =>
  (context, [target = "", ...keys]) => {
    const result = combine(context, keys, algebra);
    admit(
      context,
      result.reduce((sum, member) => sum + member.length + 64, 0),
    );
    context.db.delete(target);
    if (result.length > 0) context.db.set(target, { type: "set", v: new Set(result) });
    return int(result.length);
  };

function draw(context: Context, [key = "", countText]: readonly string[], remove: boolean): Reply {
  const all = [...members(context, key)];
  const random = context.session.random;
  const count = countText === undefined ? 1 : toInt(countText);
  if (remove && count < 0) refuse("ERR value is out of range, must be positive");
  const drawn: string[] = [];
  if (count < 0) {
    for (let i = 0; i < Math.min(-count, 100_000) && all.length > 0; i++) drawn.push(random.pick(all));
  } else {
    for (let i = 0; i < all.length && drawn.length < count; i++) {
      const at = i + random.below(all.length - i);
      const picked = all[at] ?? "";
      all[at] = all[i] ?? "";
      all[i] = picked;
      drawn.push(picked);
    }
  }
  if (remove && drawn.length > 0) {
    context.db.change(key, "set", ({ v }) => {
      for (const member of drawn) v.delete(member);
    });
  }
  if (countText !== undefined) return remove ? setOf(drawn) : bulks(drawn);
  return drawn[0] === undefined ? nil : bulk(drawn[0]);
}

function intercard(context: Context, [countText, ...rest]: readonly string[]): Reply {
  const count = toInt(countText, "ERR numkeys should be greater than 0");
  if (count < 1) refuse("ERR numkeys should be greater than 0");
  if (count > rest.length) refuse("ERR Number of keys can't be greater than number of args");
  const options = rest.slice(count);
  let limit = 0;
  if (options.length > 0) {
    if (options.length !== 2 || options[0]?.toUpperCase() !== "LIMIT") refuse(SYNTAX);
    limit = toInt(options[1], "ERR LIMIT can't be negative");
    if (limit < 0) refuse("ERR LIMIT can't be negative");
  }
  const found = combine(context, rest.slice(0, count), intersection).length;
  return int(limit > 0 ? Math.min(limit, found) : found);
}

/** Commands on sets. */
export const sets: Handlers = {
  sintercard: intercard,
  sinter: reads(intersection),
  sunion: reads(union),
  sdiff: reads(difference),
  sinterstore: stores(intersection),
  sunionstore: stores(union),
  sdiffstore: stores(difference),
  spop(context, args) {
    if (args.length > 2) refuse(SYNTAX);
    if (args[1] !== undefined && parseInteger(args[1]) === null) {
      refuse("ERR value is out of range, must be positive");
    }
    return draw(context, args, true);
  },
  srandmember(context, args) {
    if (args.length > 2) refuse(SYNTAX);
    if (args[1] !== undefined && parseInteger(args[1]) === null) refuse(NOT_AN_INTEGER);
    return draw(context, args, false);
  },
  sadd: (context, [key = "", ...items]) =>
    int(
      context.db.change(key, "set", ({ v }) => {
        const before = v.size;
        for (const item of items) v.add(item);
        return v.size - before;
      }),
    ),
  srem: (context, [key = "", ...items]) =>
    int(context.db.change(key, "set", ({ v }) => items.filter((item) => v.delete(item)).length)),
  smembers: (context, [key = ""]) => setOf(members(context, key)),
  scard: (context, [key = ""]) => int(context.db.get(key, "set")?.v.size ?? 0),
  sismember: (context, [key = "", member = ""]) => int(context.db.get(key, "set")?.v.has(member) ? 1 : 0),
  smismember(context, [key = "", ...items]) {
    const set = context.db.get(key, "set")?.v ?? EMPTY;
    return array(items.map((item) => int(set.has(item) ? 1 : 0)));
  },
  smove(context, [from = "", to = "", member = ""]) {
    if (!context.db.get(from, "set")?.v.has(member)) return int(0);
    context.db.get(to, "set");
    if (from === to) return int(1);
    context.db.change(from, "set", ({ v }) => v.delete(member));
    context.db.change(to, "set", ({ v }) => v.add(member));
    return int(1);
  },
  sscan(context, [key = "", cursor, ...options]) {
    const page = scanPage(members(context, key), cursor, options, (member) => member);
    return array([bulk(page.cursor), bulks(page.items)]);
  },
};
