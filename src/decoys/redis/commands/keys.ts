// Keys of any type: existence, expiry, renaming, listing, sorting.
// Listing is linear in the keyspace, which is bounded.

import type { Context, Handler, Handlers } from "../context.ts";
import { admit, SYNTAX, toBigInt, toInt } from "../context.ts";
import { globBudget, globMatches } from "../glob.ts";
import type { Value } from "../keyspace.ts";
import { refuse, weigh } from "../keyspace.ts";
import { isInt64, parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulkOrNil, bulks, int, nil, ok, simple } from "../reply.ts";
import { DATABASES } from "../world.ts";

function copyOf(value: Value): Value {
  if (value.type === "list") return { type: "list", v: [...value.v] };
  if (value.type === "hash") return { type: "hash", v: new Map(value.v) };
  if (value.type === "set") return { type: "set", v: new Set(value.v) };
  if (value.type === "zset") return { type: "zset", v: new Map(value.v) };
  return { ...value };
}

const count = (keys: readonly string[], test: (key: string) => boolean): Reply =>
  int(keys.filter(test).length);

function expiresWith(factor: number, absolute: boolean): Handler {
  return (context, [key = "", amount, ...flags]) => {
    const given = toBigInt(amount);
    const words = flags.map((flag) => flag.toUpperCase());
    const bad = words.findIndex((word) => !["NX", "XX", "GT", "LT"].includes(word));
    if (bad >= 0) refuse(`ERR Unsupported option ${flags[bad]}`);
    const due = given * BigInt(factor) + (absolute ? 0n : BigInt(context.now()));
    if (!isInt64(due)) refuse(`ERR invalid expire time in '${context.command.name}' command`);
    const [nx, xx, gt, lt] = ["NX", "XX", "GT", "LT"].map((word) => words.includes(word));
    if (nx && (xx || gt || lt)) {
      refuse("ERR NX and XX, GT or LT options at the same time are not compatible");
    }
    if (gt && lt) refuse("ERR GT and LT options at the same time are not compatible");
    const entry = context.db.entry(key);
    if (!entry) return int(0);
    const now = entry.expireAt;
    const at = Number(due);
    if ((nx && now > 0) || (xx && now === 0)) return int(0);
    if ((gt && (now === 0 || at <= now)) || (lt && now > 0 && at >= now)) return int(0);
    if (at <= context.now()) context.db.delete(key);
    else {
      entry.expireAt = at;
      context.db.touch(key);
    }
    return int(1);
  };
}

function timeLeft(divisor: number, absolute: boolean): Handler {
  return (context, [key = ""]) => {
    const entry = context.db.entry(key);
    if (!entry) return int(-2);
    if (entry.expireAt === 0) return int(-1);
    if (absolute) return int(Math.floor(entry.expireAt / divisor));
    return int(Math.floor((entry.expireAt - context.now() + (divisor > 1 ? 500 : 0)) / divisor));
  };
}

function rename(context: Context, from: string, to: string): void {
  const entry = context.db.entry(from) ?? refuse("ERR no such key");
  if (from === to) return;
  context.db.delete(from);
  context.db.set(to, entry.value, entry.expireAt);
}

/** A page of items for the SCAN family: the reply's cursor and the items that fit. */
export function scanPage<T>(
  items: readonly T[],
  cursorText: string | undefined,
  options: readonly string[],
  nameOf: (item: T) => string,
): { readonly cursor: string; readonly items: T[]; readonly type: string | null } {
  if (!/^[0-9]{1,20}$/.test(cursorText ?? "")) refuse("ERR invalid cursor");
  const cursor = Number(cursorText);
  let size = 10;
  let pattern: string | null = null;
  let type: string | null = null;
  for (let at = 0; at < options.length; at += 2) {
    const word = (options[at] ?? "").toUpperCase();
    const value = options[at + 1];
    if (value === undefined) refuse(SYNTAX);
    if (word === "COUNT") size = toInt(value);
    else if (word === "MATCH") pattern = value;
    else if (word === "TYPE") type = value.toLowerCase();
    else refuse(SYNTAX);
    if (size < 1) refuse(SYNTAX);
  }
  const budget = globBudget();
  const page = items.slice(cursor, cursor + size);
  const next = cursor + page.length;
  return {
    cursor: next >= items.length ? "0" : String(next),
    items: page.filter((item) => pattern === null || globMatches(pattern, nameOf(item), budget)),
    type,
  };
}

function scan(context: Context, [cursor, ...options]: readonly string[]): Reply {
  const page = scanPage(context.db.keys(), cursor, options, (key) => key);
  const keys = page.items.filter(
    (key) => page.type === null || context.db.entry(key)?.value.type === page.type,
  );
  return array([bulk(page.cursor), bulks(keys)]);
}

function toDatabase(text: string | undefined): number {
  const index = toInt(text);
  if (index < 0 || index >= DATABASES) refuse("ERR DB index is out of range");
  return index;
}

function copy(context: Context, [from = "", to = "", ...options]: readonly string[]): Reply {
  let target = context.client.database;
  let replace = false;
  for (let at = 0; at < options.length; at++) {
    const word = (options[at] ?? "").toUpperCase();
    if (word === "REPLACE") replace = true;
    else if (word === "DB" && at + 1 < options.length) target = toDatabase(options[++at]);
    else refuse(SYNTAX);
  }
  if (target === context.client.database && from === to) {
    refuse("ERR source and destination objects are the same");
  }
  const entry = context.db.entry(from);
  const database = context.world.database(target);
  if (!entry || (database.has(to) && !replace)) return int(0);
  admit(context, weigh(entry.value) + to.length);
  database.set(to, copyOf(entry.value), entry.expireAt);
  return int(1);
}

function move(context: Context, [key = "", index]: readonly string[]): Reply {
  const number = toInt(index);
  if (number < 0 || number >= DATABASES) refuse("ERR DB index is out of range");
  if (number === context.client.database) refuse("ERR source and destination objects are the same");
  const entry = context.db.entry(key);
  const target = context.world.database(number);
  if (!entry || target.has(key)) return int(0);
  context.db.delete(key);
  target.set(key, entry.value, entry.expireAt);
  return int(1);
}

/** The encoding that the server would have chosen (defaults of 7.0). */
function encodingOf(value: Value): string {
  const short = (items: Iterable<string>, size: number, most: number): boolean =>
    size <= most && [...items].every((item) => item.length <= 64);
  if (value.type === "string") {
    if (parseInteger(value.v) !== null) return "int";
    return value.v.length <= 44 ? "embstr" : "raw";
  }
  if (value.type === "list") return "quicklist";
  if (value.type === "set") {
    const ints = value.v.size <= 512 && [...value.v].every((item) => parseInteger(item) !== null);
    return ints ? "intset" : "hashtable";
  }
  if (value.type === "zset") return short(value.v.keys(), value.v.size, 128) ? "listpack" : "skiplist";
  const fits = short(value.v.keys(), value.v.size, 512) && short(value.v.values(), value.v.size, 512);
  return fits ? "listpack" : "hashtable";
}

/** Commands on keys. */
export const keys: Handlers = {
  scan,
  copy,
  move,
  expire: expiresWith(1000, false),
  pexpire: expiresWith(1, false),
  expireat: expiresWith(1000, true),
  pexpireat: expiresWith(1, true),
  ttl: timeLeft(1000, false),
  pttl: timeLeft(1, false),
  expiretime: timeLeft(1000, true),
  pexpiretime: timeLeft(1, true),
  del: (context, names) => count(names, (key) => context.db.delete(key)),
  unlink: (context, names) => count(names, (key) => context.db.delete(key)),
  exists: (context, names) => count(names, (key) => context.db.has(key)),
  touch: (context, names) => count(names, (key) => context.db.has(key)),
  type: (context, [key = ""]) => simple(context.db.entry(key)?.value.type ?? "none"),
  dbsize: (context) => int(context.db.keys().length),
  persist(context, [key = ""]) {
    const entry = context.db.entry(key);
    if (!entry || entry.expireAt === 0) return int(0);
    entry.expireAt = 0;
    context.db.touch(key);
    return int(1);
  },
  keys(context, [pattern = ""]) {
    const budget = globBudget();
    return bulks(context.db.keys().filter((key) => globMatches(pattern, key, budget)));
  },
  randomkey(context) {
    const all = context.db.keys();
    return all.length === 0 ? nil : bulk(context.session.random.pick(all));
  },
  rename(context, [from = "", to = ""]) {
    rename(context, from, to);
    return ok;
  },
  renamenx(context, [from = "", to = ""]) {
    if (!context.db.has(from)) refuse("ERR no such key");
    if (context.db.has(to)) return int(0);
    rename(context, from, to);
    return int(1);
  },
  "object|encoding": (context, [key = ""]) => {
    const entry = context.db.entry(key);
    return bulkOrNil(entry && encodingOf(entry.value));
  },
  "object|refcount": (context, [key = ""]) => (context.db.has(key) ? int(1) : nil),
  "object|idletime": (context, [key = ""]) => (context.db.has(key) ? int(0) : nil),
  "object|freq"(context, [key = ""]) {
    if (!context.db.has(key)) return nil;
    return refuse(
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  },
  "memory|usage"(context, [key = "", ...options]) {
    if (options.length > 0 && (options.length !== 2 || options[0]?.toUpperCase() !== "SAMPLES"))
      refuse(SYNTAX);
    const entry = context.db.entry(key);
    if (!entry) return nil;
    return int(Math.ceil((weigh(entry.value) + key.length) / 8) * 8);
  },
};
