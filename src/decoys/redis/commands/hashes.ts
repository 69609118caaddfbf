// Hashes. Answers as the server does; fields are Map keys, never properties.

import type { Context, Handlers } from "../context.ts";
import { SYNTAX, toBigInt, toFloat, toInt, toPairs } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { formatDecimal, isInt64, parseDouble, parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulkOrNil, bulks, int, map, nil, ok } from "../reply.ts";
import { scanPage } from "./keys.ts";

const EMPTY: ReadonlyMap<string, string> = new Map();

function fieldsOf(context: Context, key: string): ReadonlyMap<string, string> {
  return context.db.get(key, "hash")?.v ?? EMPTY;
}

function put(context: Context, key: string, pairs: readonly (readonly [string, string])[]): number {
  return context.db.change(key, "hash", ({ v }) => {
    const before = v.size;
    for (const [field, value] of pairs) v.set(field, value);
    return v.size - before;
  });
}

function randomFields(context: Context, [key = "", countText, withValues]: readonly string[]): Reply {
  const entries = [...fieldsOf(context, key)];
  const random = context.session.random;
  if (countText === undefined) return entries.length === 0 ? nil : bulk(random.pick(entries)[0]);
  const count = toInt(countText);
  if (withValues !== undefined && withValues.toUpperCase() !== "WITHVALUES") refuse(SYNTAX);
  const drawn =
    count < 0 && entries.length > 0
      ? Array.from({ length: Math.min(-count, 100_000) }, () => random.pick(entries))
      : entries.slice(0, Math.max(count, 0));
  return bulks(drawn.flatMap(([field, value]) => (withValues === undefined ? [field] : [field, value])));
}

function add(context: Context, [key = "", field = "", by]: readonly string[]): Reply {
  const step = toBigInt(by);
  const current = parseInteger(fieldsOf(context, key).get(field) ?? "0");
  const sum = (current ?? refuse("ERR hash value is not an integer")) + step;
  if (!isInt64(sum)) refuse("ERR increment or decrement would overflow");
  put(context, key, [[field, sum.toString()]]);
  return int(sum);
}

function addFloat(context: Context, [key = "", field = "", by]: readonly string[]): Reply {
  const step = toFloat(by);
  const current = parseDouble(fieldsOf(context, key).get(field) ?? "0");
  const sum = (current ?? refuse("ERR hash value is not a float")) + step;
  if (!Number.isFinite(sum)) refuse("ERR increment would produce NaN or Infinity");
  put(context, key, [[field, formatDecimal(sum)]]);
  return bulk(formatDecimal(sum));
}

/** Commands on hashes. */
export const hashes: Handlers = {
  hincrby: add,
  hincrbyfloat: addFloat,
  hrandfield: randomFields,
  hset: (context, [key = "", ...rest]) => int(put(context, key, toPairs(rest, "hset"))),
  hmset(context, [key = "", ...rest]) {
    put(context, key, toPairs(rest, "hmset"));
    return ok;
  },
  hsetnx(context, [key = "", field = "", value = ""]) {
    if (fieldsOf(context, key).has(field)) return int(0);
    return int(put(context, key, [[field, value]]));
  },
  hget: (context, [key = "", field = ""]) => bulkOrNil(fieldsOf(context, key).get(field)),
  hmget(context, [key = "", ...names]) {
    const fields = fieldsOf(context, key);
    return array(names.map((name) => bulkOrNil(fields.get(name))));
  },
  hgetall: (context, [key = ""]) => map([...fieldsOf(context, key)].flat().map(bulk)),
  hkeys: (context, [key = ""]) => bulks(fieldsOf(context, key).keys()),
  hvals: (context, [key = ""]) => bulks(fieldsOf(context, key).values()),
  hlen: (context, [key = ""]) => int(fieldsOf(context, key).size),
  hexists: (context, [key = "", field = ""]) => int(fieldsOf(context, key).has(field) ? 1 : 0),
  hstrlen: (context, [key = "", field = ""]) => int(fieldsOf(context, key).get(field)?.length ?? 0),
  hdel: (context, [key = "", ...names]) =>
    int(context.db.change(key, "hash", ({ v }) => names.filter((name) => v.delete(name)).length)),
  hscan(context, [key = "", cursor, ...options]) {
    const page = scanPage([...fieldsOf(context, key)], cursor, options, ([field]) => field);
    return array([bulk(page.cursor), bulks(page.items.flat())]);
  },
};
