// The keys of one database: typed values with expiry. Counts what it weighs; refuses nothing by itself.
// Keys and values are binary strings in Maps and Sets, never object properties.

import { DecnetError } from "../../contract/errors.ts";

/** A value of one of the types on offer. */
export type Value =
  | { readonly type: "string"; v: string }
  | { readonly type: "list"; v: string[] }
  | { readonly type: "hash"; readonly v: Map<string, string> }
  | { readonly type: "set"; v: Set<string> }
  | { readonly type: "zset"; readonly v: Map<string, number> };

/** Name of a value's type. */
export type ValueType = Value["type"];
/** The value of one type. */
export type ValueOf<T extends ValueType> = Extract<Value, { readonly type: T }>;

/** A key's value. `expireAt` is Unix ms, 0 for none. */
export interface Entry {
  value: Value;
  expireAt: number;
}

/** What one element or key costs beside its bytes, about as in the server. */
const OVERHEAD = 64;

/** Throws the server's reply to an operation on the wrong type. */
export function refuse(text: string): never {
  throw new DecnetError("invalid", text);
}

const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

/** Bytes that a value weighs. */
export function weigh(value: Value): number {
  let bytes = OVERHEAD;
  if (value.type === "string") return bytes + value.v.length;
  if (value.type === "hash") {
    for (const [field, item] of value.v) bytes += field.length + item.length + OVERHEAD;
    return bytes;
  }
  const items = value.type === "zset" ? value.v.keys() : value.v.values();
  for (const item of items) bytes += item.length + OVERHEAD;
  return bytes;
}

function isEmptyContainer(value: Value): boolean {
  if (value.type === "string") return false;
  return (value.type === "list" ? value.v.length : value.v.size) === 0;
}

function fresh<T extends ValueType>(type: T): ValueOf<T> {
  const makers: { readonly [K in ValueType]: () => ValueOf<K> } = {
    string: () => ({ type: "string", v: "" }),
    list: () => ({ type: "list", v: [] }),
    hash: () => ({ type: "hash", v: new Map() }),
    set: () => ({ type: "set", v: new Set() }),
    zset: () => ({ type: "zset", v: new Map() }),
  };
  return makers[type]();
}

/** One numbered database. */
export class Database {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  /** Grows with each change of a key: what WATCH compares. */
  readonly #versions = new Map<string, number>();
  #version = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Keys with an expiry. */
  get expiring(): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.expireAt > 0) count++;
    return count;
  }

  entry(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expireAt === 0 || entry.expireAt > this.#now()) return entry;
    this.delete(key);
    return undefined;
  }

  has(key: string): boolean {
    return this.entry(key) !== undefined;
  }

  /** The value of a type, or undefined when there is none; another type throws the server's refusal. */
  get<T extends ValueType>(key: string, type: T): ValueOf<T> | undefined {
    const value = this.entry(key)?.value;
    if (value && value.type !== type) refuse(WRONG_TYPE);
    return value as ValueOf<T> | undefined;
  }

  /** Calls `change` with the value, made when missing; a container left empty is removed. */
  change<T extends ValueType, R>(key: string, type: T, change: (value: ValueOf<T>) => R): R {
    const found = this.get(key, type);
    const value = found ?? fresh(type);
    const result = change(value);
    const isEmpty = isEmptyContainer(value);
    if (isEmpty) {
      if (found) this.delete(key);
      return result;
    }
    if (!found) this.#entries.set(key, { value, expireAt: 0 });
    this.touch(key);
    return result;
  }

  /** Puts a value in place of whatever the key held. */
  set(key: string, value: Value, expireAt = 0): void {
    this.#entries.set(key, { value, expireAt });
    this.touch(key);
  }

  delete(key: string): boolean {
    const existed = this.#entries.delete(key);
    if (existed) this.touch(key);
    return existed;
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.touch(key);
    this.#entries.clear();
  }

  /** Marks a key as changed. */
  touch(key: string): void {
    this.#version++;
    if (this.#versions.has(key)) this.#versions.set(key, this.#version);
  }

  /** Starts to follow a key; compare with {@link versionOf} later. */
  follow(key: string): number {
    const known = this.#versions.get(key) ?? this.#version;
    this.#versions.set(key, known);
    return known;
  }

  versionOf(key: string): number {
    return this.#versions.get(key) ?? 0;
  }

  /** Forgets all followed keys that nobody waits for. */
  unfollow(): void {
    this.#versions.clear();
  }

  /** Live keys, in order of creation. */
  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.has(key));
  }

  /** Bytes of all keys and values. */
  weigh(): number {
    let bytes = 0;
    for (const [key, entry] of this.#entries) bytes += key.length + OVERHEAD + weigh(entry.value);
    return bytes;
  }
}
