// Opens the store: SQLite in WAL mode at one path, migrated, as Kysely and as the raw connection.
// Holds no query: those are one file per aggregate beside this one.

import { Database as SqliteDatabase } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { Kysely } from "kysely";
import type { Logger } from "pino";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { checkVersion, migrate } from "./migrate.ts";
import { migrations, SCHEMA_VERSION } from "./migrations/index.ts";
import type { Database } from "./schema.ts";
import { BunSqliteDialect } from "./sqlite-dialect/sqlite-dialect.ts";
import { isBusy } from "./sqlite-error.ts";

/** An open store. Use either `db` or `sqlite` within one transaction, never both: they share the connection. */
export interface Store {
  readonly path: string;
  readonly db: Kysely<Database>;
  readonly sqlite: SqliteDatabase;
  /** Resolves once everything committed so far survives a power cut. Does not block the loop. */
  sync(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** How to open. `readonly` neither makes nor migrates a database. */
export interface OpenStoreOptions {
  readonly path: string;
  readonly log: Logger;
  readonly mode?: "readwrite" | "readonly";
}

/**
 * How long a statement waits for another process's lock. The event loop stands still meanwhile, so this is far
 * below the time of a stop and of the watch for workers that hang; whoever must have the lock tries again.
 */
const BUSY_MS = 500;
/** Tries to enter WAL mode: the switch itself does not honour the busy timeout. */
const WAL_TRIES = 100;

function enterWal(sqlite: SqliteDatabase): void {
  for (let left = WAL_TRIES; ; left--) {
    try {
      const row = sqlite.query<{ journal_mode: string }, []>("PRAGMA journal_mode = WAL").get();
      if (row?.journal_mode === "wal") return;
      throw new DecnetError("config", "the data folder's file system does not allow SQLite's WAL mode");
    } catch (error) {
      if (!isBusy(error) || left === 0) throw error;
      Bun.sleepSync(20);
    }
  }
}

/**
 * NORMAL does not flush the WAL at each commit: a power cut may take back the newest commits, whole and in order.
 * Evidence outlives that because its spool segment is deleted only after {@link Store.sync}.
 */
function tune(sqlite: SqliteDatabase): void {
  sqlite.run("PRAGMA synchronous = NORMAL");
  sqlite.run("PRAGMA wal_autocheckpoint = 10000");
  sqlite.run("PRAGMA journal_size_limit = 67108864");
  sqlite.run("PRAGMA cache_size = -16384");
  sqlite.run("PRAGMA temp_store = MEMORY");
}

function openReadWrite({ path, log }: OpenStoreOptions): SqliteDatabase {
  const isNew = !existsSync(path);
  const sqlite = new SqliteDatabase(path, { create: true, readwrite: true });
  try {
    // SQLite gives its -wal and -shm files the mode of the database.
    if (isNew) chmodSync(path, 0o600);
    sqlite.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    checkVersion(sqlite, SCHEMA_VERSION);
    enterWal(sqlite);
    tune(sqlite);
    const applied = migrate(sqlite, migrations);
    if (applied.length > 0) log.info({ applied }, "store migrated");
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function openReadOnly({ path }: OpenStoreOptions): SqliteDatabase {
  if (!existsSync(path)) throw new DecnetError("not_found", "there is no store yet");
  const sqlite = new SqliteDatabase(path, { readonly: true });
  try {
    sqlite.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
    if (checkVersion(sqlite, SCHEMA_VERSION) === SCHEMA_VERSION) return sqlite;
    throw new DecnetError("unavailable", "the store has not been migrated yet");
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Forces the WAL to disk. A commit is in the WAL until a checkpoint has forced it into the database file,
 * so this makes every commit durable. Never open the database file itself here: closing any descriptor of it
 * would drop the process's POSIX locks on it. The WAL carries no locks.
 */
async function syncWal(path: string): Promise<void> {
  try {
    await syncFile(`${path}-wal`);
    await syncFile(dirname(path));
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

/**
 * Opens the store, making and migrating it first where needed.
 * Throws DecnetError `config` for a newer or foreign database, `not_found` or `unavailable` in `readonly` mode.
 */
export function openStore(options: OpenStoreOptions): Store {
  const sqlite = options.mode === "readonly" ? openReadOnly(options) : openReadWrite(options);
  const db = new Kysely<Database>({ dialect: new BunSqliteDialect(sqlite) });
  let closed = false;
  return {
    path: options.path,
    db,
    sqlite,
    sync: () => syncWal(options.path),
    async close() {
      if (closed) return;
      closed = true;
      await db.destroy();
      // Kysely opens its driver lazily and closes only what it opened; a second close is harmless.
      sqlite.close();
    },
  };
}
