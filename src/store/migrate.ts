// Brings a database to the schema of this program, under SQLite's write lock; several processes may try at once.
// Refuses a database that is newer than the program or not one of ours.

import type { Database as SqliteDatabase } from "bun:sqlite";
import { DecnetError } from "../contract/errors.ts";
import type { Migration } from "./migrations/migration.ts";

/** `PRAGMA application_id` of a decnet database: "dcnt". */
const APPLICATION_ID = 0x64636e74;

function pragma(sqlite: SqliteDatabase, name: "user_version" | "application_id"): number {
  const row = sqlite.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return row?.[name] ?? 0;
}

function isEmpty(sqlite: SqliteDatabase): boolean {
  return sqlite.query("SELECT 1 FROM sqlite_master LIMIT 1").get() === null;
}

/**
 * The schema version of the database, 0 for an empty one.
 * Throws DecnetError `config` when it belongs to another program or is newer than `known`.
 */
export function checkVersion(sqlite: SqliteDatabase, known: number): number {
  // One transaction: between two reads another process may have made the tables.
  const read = sqlite.transaction(() => ({
    version: pragma(sqlite, "user_version"),
    owner: pragma(sqlite, "application_id"),
    empty: isEmpty(sqlite),
  }));
  const { version, owner, empty } = read();
  if (owner !== APPLICATION_ID && !(owner === 0 && version === 0 && empty)) {
    throw new DecnetError("config", "the file is a database of another program");
  }
  if (version > known) {
    throw new DecnetError(
      "config",
      `the database has schema ${version}, newer than the ${known} that this program knows; run a newer decnet`,
      {
        details: { version, known },
      },
    );
  }
  return version;
}

/**
 * Runs the missing steps, all in one transaction, and returns their names. Takes the write lock only when something is
 * missing, and looks again once it has it: another process may have been first.
 */
export function migrate(sqlite: SqliteDatabase, migrations: readonly Migration[]): readonly string[] {
  if (checkVersion(sqlite, migrations.length) === migrations.length) return [];
  const run = sqlite.transaction(() => {
    const version = checkVersion(sqlite, migrations.length);
    const missing = migrations.filter((migration) => migration.number > version);
    for (const migration of missing) sqlite.run(migration.sql);
    if (missing.length === 0) return [];
    sqlite.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    sqlite.run(`PRAGMA user_version = ${migrations.length}`);
    return missing.map((migration) => migration.name);
  });
  return run.immediate();
}
