// SORT by number or by name, with LIMIT and STORE. BY and GET patterns are read over: the order is then as it stood.

import type { Handler, Handlers } from "../context.ts";
import { admit, SYNTAX, toInt, toRange } from "../context.ts";
import type { Value } from "../keyspace.ts";
import { refuse } from "../keyspace.ts";
import { parseDouble } from "../numbers.ts";
import { bulks, int } from "../reply.ts";

function itemsOf(value: Value): string[] {
  if (value.type === "list") return value.v;
  if (value.type === "set") return [...value.v];
  if (value.type === "zset") return [...value.v].sort((a, b) => a[1] - b[1]).map(([member]) => member);
  return refuse("WRONGTYPE Operation against a key holding the wrong kind of value");
}

interface SortPlan {
  readonly words: ReadonlySet<string>;
  readonly limit: readonly [number, number] | null;
  readonly store: string | null;
  readonly external: boolean;
}

function parseSort(options: readonly string[], stores: boolean): SortPlan {
  const words = new Set<string>();
  let limit: readonly [number, number] | null = null;
  let store: string | null = null;
  let external = false;
  for (let at = 0; at < options.length; at++) {
    const word = (options[at] ?? "").toUpperCase();
    const left = options.length - at - 1;
    if (["ASC", "DESC", "ALPHA"].includes(word)) words.add(word);
    else if (word === "LIMIT" && left >= 2) limit = [toInt(options[++at]), toInt(options[++at])];
    else if (word === "STORE" && left >= 1 && stores) store = options[++at] ?? "";
    else if ((word === "BY" || word === "GET") && left >= 1) {
      external = true;
      at++;
    } else refuse(SYNTAX);
  }
  return { words, limit, store, external };
}

function sort(stores: boolean): Handler {
  return (context, [key = "", ...options]) => {
    const plan = parseSort(options, stores);
    const value = context.db.entry(key)?.value;
    const items = [...(value ? itemsOf(value) : [])];
    const alpha = plan.words.has("ALPHA");
    if (!plan.external) {
      const weights = items.map((item) => ({ item, weight: alpha ? 0 : parseDouble(item) }));
      if (weights.some(({ weight }) => weight === null)) {
        refuse("ERR One or more scores can't be converted into double");
      }
      weights.sort((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.item < b.item ? -1 : 1));
      items.splice(0, items.length, ...weights.map(({ item }) => item));
    }
    if (plan.words.has("DESC")) items.reverse();
    const [offset, size] = plan.limit ?? [0, -1];
    const [from, to] = toRange(
      Math.max(offset, 0),
      size < 0 ? -1 : Math.max(offset, 0) + size - 1,
      items.length,
    );
    const page = size === 0 ? [] : items.slice(from, to);
    if (plan.store === null) return bulks(page);
    admit(
      context,
      page.reduce((sum, item) => sum + item.length + 64, 0),
    );
    if (page.length === 0) context.db.delete(plan.store);
    else context.db.set(plan.store, { type: "list", v: page });
    return int(page.length);
  };
}

/** SORT. */
export const sorting: Handlers = { sort: sort(true), sort_ro: sort(false) };
