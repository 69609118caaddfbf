// The server as one source address sees it: its own databases, configuration and replication on top of the bait.
// Nothing that one source plants is ever shown to another. Bounded in bytes per source, in sources, and in total.

import type { Clock } from "../../contract/clock.ts";
import type { Client } from "./client.ts";
import { configAliases, configDefaults } from "./config-defaults.ts";
import { Database } from "./keyspace.ts";
import type { Machine } from "./machine.ts";

/** Databases of the server. */
export const DATABASES = 16;
/** What the server weighs when empty: INFO's used_memory_startup. */
export const STARTUP_BYTES = 876_112;
/** Bytes that one source may plant: `maxmemory` less what the empty server weighs. */
const WORLD_BYTES = 8 * 1024 * 1024 - STARTUP_BYTES - 256 * 1024;
const WORLDS = 256;
const TOTAL_BYTES = 16 * 1024 * 1024;
/** Above this share of the bound, room is only looked for after something was removed. */
const FULL = 0.95;

/** The master that SLAVEOF named. Never contacted. */
export interface Master {
  readonly host: string;
  readonly port: number;
  readonly since: number;
}

/** Counters of INFO stats that a source moves itself. */
export interface Stats {
  connections: number;
  commands: number;
  bytesIn: number;
  bytesOut: number;
  hits: number;
  misses: number;
  errors: number;
  rejected: number;
  changes: number;
  saves: number;
}

/** The server as one source sees it. */
export class World {
  readonly machine: Machine;
  readonly clock: Clock;
  readonly clients = new Set<Client>();
  readonly scripts = new Map<string, string>();
  readonly errors = new Map<string, number>();
  readonly stats: Stats = {
    connections: 0,
    commands: 0,
    bytesIn: 0,
    bytesOut: 0,
    hits: 0,
    misses: 0,
    errors: 0,
    rejected: 0,
    changes: 0,
    saves: 0,
  };
  master: Master | null = null;
  lastSave: number;
  /** Upper bound of the bytes planted; made exact when it would exceed the bound. */
  #used = 0;
  #measured = true;
  readonly #databases = new Map<number, Database>();
  readonly #config = new Map<string, string>();
  readonly #waiters = new Set<() => void>();
  #password: string | null;

  constructor(machine: Machine, clock: Clock) {
    this.machine = machine;
    this.clock = clock;
    this.#password = machine.password;
    this.lastSave = machine.startedAt;
    for (const bait of machine.bait) {
      const database = this.database(bait.database);
      if (typeof bait.value === "string") database.set(bait.key, { type: "string", v: bait.value });
      else if (Array.isArray(bait.value)) database.set(bait.key, { type: "list", v: [...bait.value] });
      else database.set(bait.key, { type: "hash", v: new Map(bait.value as ReadonlyMap<string, string>) });
    }
    this.#used = this.#weigh();
  }

  /** Bytes in use by keys and scripts, at most. */
  get used(): number {
    return this.#used;
  }

  get password(): string | null {
    return this.#password;
  }

  database(index: number): Database {
    const known = this.#databases.get(index);
    if (known) return known;
    const made = new Database(() => this.clock.now());
    this.#databases.set(index, made);
    return made;
  }

  /** Databases that were touched, by number. */
  get databases(): ReadonlyMap<number, Database> {
    return this.#databases;
  }

  swap(a: number, b: number): void {
    const first = this.database(a);
    this.#databases.set(a, this.database(b));
    this.#databases.set(b, first);
  }

  /** Forgets the keys that nobody watches any more. */
  unfollow(): void {
    for (const client of this.clients) if (client.watched.length > 0) return;
    for (const database of this.#databases.values()) database.unfollow();
  }

  #weigh(): number {
    let bytes = 0;
    for (const database of this.#databases.values()) bytes += database.weigh();
    for (const script of this.scripts.values()) bytes += script.length + 64;
    for (const value of this.#config.values()) bytes += value.length + 64;
    return bytes;
  }

  /** Takes note that bytes may have become free. */
  freed(): void {
    this.#measured = false;
  }

  /** Makes room for so many bytes, or says that there is none. */
  admit(bytes: number): boolean {
    if (this.#used + bytes <= WORLD_BYTES) {
      this.#used += bytes;
      return true;
    }
    if (this.#measured && this.#used > WORLD_BYTES * FULL) return false;
    this.#used = this.#weigh();
    this.#measured = true;
    if (this.#used + bytes > WORLD_BYTES) return false;
    this.#used += bytes;
    return true;
  }

  /** The value of a setting by its present name. */
  setting(name: string): string {
    if (name === "requirepass") return this.#password ?? "";
    if (name === "replicaof") return this.master ? `${this.master.host} ${this.master.port}` : "";
    const own = name === "port" ? this.machine.persona.portsOf("redis")[0] : undefined;
    return this.#config.get(name) ?? own?.toString() ?? configDefaults.get(name) ?? "";
  }

  changeSetting(name: string, value: string): void {
    if (name === "requirepass") this.#password = value === "" ? null : value;
    else this.#config.set(name, value);
  }

  /** Every setting with its value, old names included. */
  settings(): [string, string][] {
    const current = [...configDefaults.keys()].map((name): [string, string] => [name, this.setting(name)]);
    const old = [...configAliases].map(([alias, name]): [string, string] => [alias, this.setting(name)]);
    return [...current, ...old];
  }

  /** Resolves at the next change of any key, or after `ms`, or when the signal aborts. */
  async nextChange(ms: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const wake = (): void => done.abort();
    this.#waiters.add(wake);
    await this.clock.sleep(ms, AbortSignal.any([done.signal, signal]));
    this.#waiters.delete(wake);
  }

  /** Wakes those who block on a key. */
  changed(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/** The worlds of one decky, by source address; the least recently used make room. */
export class Worlds {
  readonly #machine: Machine;
  readonly #worlds = new Map<string, World>();
  /** Connections of the whole server: ids and totals are seen by everybody. */
  #connections: number;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#connections = 40 + machine.persona.random("redis-connections").below(4000);
  }

  get count(): number {
    return this.#worlds.size;
  }

  /** Connections since the server started. */
  get connections(): number {
    return this.#connections;
  }

  nextClientId(): number {
    return ++this.#connections;
  }

  /** The world of a source. */
  of(source: string, clock: Clock): World {
    const world = this.#worlds.get(source) ?? new World(this.#machine, clock);
    this.#worlds.delete(source);
    this.#worlds.set(source, world);
    this.#trim(world);
    return world;
  }

  #trim(keep: World): void {
    let bytes = 0;
    for (const world of this.#worlds.values()) bytes += world.used;
    for (const [source, world] of this.#worlds) {
      if (this.#worlds.size <= WORLDS && bytes <= TOTAL_BYTES) return;
      if (world === keep || world.clients.size > 0) continue;
      bytes -= world.used;
      this.#worlds.delete(source);
    }
  }

  /** True when the whole server has no more room: then even a source below its own bound is refused. */
  get full(): boolean {
    let bytes = 0;
    for (const world of this.#worlds.values()) bytes += world.used;
    return bytes > TOTAL_BYTES;
  }
}
