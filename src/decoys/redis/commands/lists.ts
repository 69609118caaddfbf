// Lists, with the commands that wait for an element.
// A wait ends with its time, with the element, or with the conversation.

import type { Context, Handler, Handlers } from "../context.ts";
import { SYNTAX, toFloat, toInt, toRange } from "../context.ts";
import { refuse } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulkOrNil, bulks, int, nil, nilArray, ok } from "../reply.ts";

type Side = "LEFT" | "RIGHT";
const DAY_MS = 86_400_000;

function items(context: Context, key: string): readonly string[] {
  return context.db.get(key, "list")?.v ?? [];
}

function insert(context: Context, key: string, side: Side, values: readonly string[]): number {
  return context.db.change(key, "list", (list) => {
    list.v = side === "LEFT" ? [...values].reverse().concat(list.v) : list.v.concat(values);
    return list.v.length;
  });
}

function append(context: Context, key: string, side: Side, values: readonly string[]): number {
  if (values.length > 1) return insert(context, key, side, values);
  return context.db.change(key, "list", ({ v }) =>
    side === "LEFT" ? v.unshift(values[0] ?? "") : v.push(values[0] ?? ""),
  );
}

function take(context: Context, key: string, side: Side, count: number): string[] {
  if (items(context, key).length === 0 || count === 0) return [];
  return context.db.change(key, "list", ({ v }) =>
    side === "LEFT" ? v.splice(0, count) : v.splice(Math.max(v.length - count, 0)).reverse(),
  );
}

const pushes =
  (side: Side, onlyExisting: boolean): Handler =>
  (context, [key = "", ...values]) => {
    if (onlyExisting && items(context, key).length === 0) return int(0);
    return int(append(context, key, side, values));
  };

const pops =
  (side: Side): Handler =>
  (context, args) => {
    const [key = "", countText] = args;
    if (args.length > 2) refuse(`ERR wrong number of arguments for '${context.command.name}' command`);
    if (countText === undefined) return bulkOrNil(take(context, key, side, 1)[0]);
    const count = toInt(countText, "ERR value is out of range, must be positive");
    if (count < 0) refuse("ERR value is out of range, must be positive");
    if (!context.db.get(key, "list")) return nilArray;
    return bulks(take(context, key, side, count));
  };

function moveOne(context: Context, from: string, to: string, sides: readonly [Side, Side]): Reply {
  if (items(context, from).length === 0) return nil;
  context.db.get(to, "list");
  const [value = ""] = take(context, from, sides[0], 1);
  append(context, to, sides[1], [value]);
  return bulk(value);
}

function toSide(text: string | undefined): Side {
  const side = (text ?? "").toUpperCase();
  return side === "LEFT" || side === "RIGHT" ? side : refuse(SYNTAX);
}

/** Milliseconds of a blocking command's timeout; 0 means for ever. */
function toTimeout(text: string | undefined): number {
  const seconds = toFloat(text, "ERR timeout is not a float or out of range");
  if (seconds < 0) refuse("ERR timeout is negative");
  if (seconds * 1000 > Number.MAX_SAFE_INTEGER) refuse("ERR timeout is out of range");
  return Math.ceil(seconds * 1000);
}

/** Tries until `attempt` gives a reply or the time is over; `late` is then the answer. */
export async function block(
  context: Context,
  timeoutMs: number,
  attempt: () => Reply | null,
  late: Reply,
): Promise<Reply> {
  const end = timeoutMs === 0 ? Infinity : context.session.clock.monotonic() + timeoutMs;
  for (;;) {
    const reply = attempt();
    if (reply) return reply;
    const left = end - context.session.clock.monotonic();
    if (context.nested || left <= 0 || context.session.signal.aborted) return late;
    await context.world.nextChange(Math.min(left, DAY_MS), context.session.signal);
  }
}

const blockingPops =
  (side: Side): Handler =>
  (context, args) => {
    const keys = args.slice(0, -1);
    const attempt = (): Reply | null => {
      const key = keys.find((name) => items(context, name).length > 0);
      return key === undefined ? null : bulks([key, ...take(context, key, side, 1)]);
    };
    return block(context, toTimeout(args.at(-1)), attempt, nilArray);
  };

function blockingMove(
  context: Context,
  args: readonly string[],
  sides: readonly [Side, Side],
): Promise<Reply> {
  const [from = "", to = ""] = args;
  const attempt = (): Reply | null => {
    const reply = moveOne(context, from, to, sides);
    return reply === nil ? null : reply;
  };
  return block(context, toTimeout(args.at(-1)), attempt, nil);
}

function popMany(context: Context, [countText, ...rest]: readonly string[]): Reply | null {
  const count = toInt(countText, "ERR numkeys should be greater than 0");
  if (count < 1) refuse("ERR numkeys should be greater than 0");
  if (count >= rest.length) refuse(SYNTAX);
  const side = toSide(rest[count]);
  const options = rest.slice(count + 1);
  let size = 1;
  if (options.length > 0) {
    if (options.length !== 2 || options[0]?.toUpperCase() !== "COUNT") refuse(SYNTAX);
    size = toInt(options[1], "ERR count should be greater than 0");
    if (size < 1) refuse("ERR count should be greater than 0");
  }
  const key = rest.slice(0, count).find((name) => items(context, name).length > 0);
  return key === undefined ? null : array([bulk(key), bulks(take(context, key, side, size))]);
}

function insertBeside(context: Context, [key = "", where, pivot = "", value = ""]: readonly string[]): Reply {
  const word = (where ?? "").toUpperCase();
  if (word !== "BEFORE" && word !== "AFTER") refuse(SYNTAX);
  const at = items(context, key).indexOf(pivot);
  if (at < 0) return int(items(context, key).length === 0 ? 0 : -1);
  return int(
    context.db.change(key, "list", ({ v }) => {
      v.splice(word === "AFTER" ? at + 1 : at, 0, value);
      return v.length;
    }),
  );
}

function remove(context: Context, [key = "", countText, value = ""]: readonly string[]): Reply {
  const count = toInt(countText);
  const list = items(context, key);
  if (list.length === 0) return int(0);
  let left = count === 0 ? list.length : Math.abs(count);
  const keep = (item: string): boolean => item !== value || left-- <= 0;
  const kept = count < 0 ? [...list].reverse().filter(keep).reverse() : list.filter(keep);
  context.db.change(key, "list", (target) => {
    target.v = kept;
  });
  return int(list.length - kept.length);
}

function positions(context: Context, [key = "", value = "", ...options]: readonly string[]): Reply {
  let rank = 1;
  let count: number | null = null;
  let longest = 0;
  for (let at = 0; at < options.length; at += 2) {
    const word = (options[at] ?? "").toUpperCase();
    if (at + 1 >= options.length) refuse(SYNTAX);
    if (word === "RANK") rank = toInt(options[at + 1]);
    else if (word === "COUNT") count = toInt(options[at + 1], "ERR COUNT can't be negative");
    else if (word === "MAXLEN") longest = toInt(options[at + 1], "ERR MAXLEN can't be negative");
    else refuse(SYNTAX);
  }
  if (rank === 0) {
    refuse(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    );
  }
  if (count !== null && count < 0) refuse("ERR COUNT can't be negative");
  if (longest < 0) refuse("ERR MAXLEN can't be negative");
  const list = items(context, key);
  const order = list.map((_, index) => (rank < 0 ? list.length - 1 - index : index));
  const scanned = longest > 0 ? order.slice(0, longest) : order;
  const found = scanned.filter((index) => list[index] === value).slice(Math.abs(rank) - 1);
  if (count === null) return found[0] === undefined ? nil : int(found[0]);
  return array((count === 0 ? found : found.slice(0, count)).map(int));
}

/** Commands on lists. */
export const lists: Handlers = {
  lpush: pushes("LEFT", false),
  rpush: pushes("RIGHT", false),
  lpushx: pushes("LEFT", true),
  rpushx: pushes("RIGHT", true),
  lpop: pops("LEFT"),
  rpop: pops("RIGHT"),
  blpop: blockingPops("LEFT"),
  brpop: blockingPops("RIGHT"),
  linsert: insertBeside,
  lrem: remove,
  lpos: positions,
  lmpop: (context, args) => popMany(context, args) ?? nilArray,
  blmpop: (context, [timeout, ...rest]) =>
    block(context, toTimeout(timeout), () => popMany(context, rest), nilArray),
  rpoplpush: (context, [from = "", to = ""]) => moveOne(context, from, to, ["RIGHT", "LEFT"]),
  brpoplpush: (context, args) => blockingMove(context, args, ["RIGHT", "LEFT"]),
  lmove: (context, [from = "", to = "", a, b]) => moveOne(context, from, to, [toSide(a), toSide(b)]),
  blmove: (context, args) => blockingMove(context, args, [toSide(args[2]), toSide(args[3])]),
  llen: (context, [key = ""]) => int(items(context, key).length),
  lindex(context, [key = "", index]) {
    const at = toInt(index);
    return bulkOrNil(items(context, key).at(at));
  },
  lrange(context, [key = "", start, stop]) {
    const [a, b] = [toInt(start), toInt(stop)];
    const list = items(context, key);
    return bulks(list.slice(...toRange(a, b, list.length)));
  },
  ltrim(context, [key = "", start, stop]) {
    const [a, b] = [toInt(start), toInt(stop)];
    const list = items(context, key);
    if (list.length === 0) return ok;
    context.db.change(key, "list", (target) => {
      target.v = list.slice(...toRange(a, b, list.length));
    });
    return ok;
  },
  lset(context, [key = "", index, value = ""]) {
    const list = context.db.get(key, "list") ?? refuse("ERR no such key");
    const at = toInt(index);
    const place = at < 0 ? list.v.length + at : at;
    if (place < 0 || place >= list.v.length) refuse("ERR index out of range");
    context.db.change(key, "list", ({ v }) => {
      v[place] = value;
    });
    return ok;
  },
};
