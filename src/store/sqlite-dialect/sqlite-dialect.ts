// Kysely over bun:sqlite: one connection, one statement at a time, synchronous underneath.
// Opens nothing and sets no pragma; see ../open.ts.

import type { Database as SqliteDatabase } from "bun:sqlite";
import type { DatabaseIntrospector, Dialect, DialectAdapter, Driver, Kysely, QueryCompiler } from "kysely";
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { BunSqliteDriver } from "./sqlite-driver.ts";

/** The dialect for an open database. SqliteAdapter makes Kysely serialise whole transactions on it with its own mutex. */
export class BunSqliteDialect implements Dialect {
  readonly #sqlite: SqliteDatabase;

  constructor(sqlite: SqliteDatabase) {
    this.#sqlite = sqlite;
  }

  createDriver(): Driver {
    return new BunSqliteDriver(this.#sqlite);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}
