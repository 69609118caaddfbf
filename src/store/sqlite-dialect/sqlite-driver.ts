// The driver: runs compiled queries on the one connection and frames transactions.
// Never retries: a locked database is the caller's decision once the busy timeout is over.

import type { Database as SqliteDatabase, Statement } from "bun:sqlite";
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from "kysely";

type Parameter = string | number | bigint | boolean | Uint8Array | null;

/** Runs Kysely's queries on an open bun:sqlite database. */
export class BunSqliteDriver implements Driver {
  readonly #sqlite: SqliteDatabase;
  readonly #connection: DatabaseConnection;

  constructor(sqlite: SqliteDatabase) {
    this.#sqlite = sqlite;
    this.#connection = new BunSqliteConnection(sqlite);
  }

  async init(): Promise<void> {
    return;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  /** Takes the write lock at once: a deferred transaction that upgrades later fails without waiting (SQLITE_BUSY_SNAPSHOT). */
  async beginTransaction(_connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    this.#sqlite.run(settings.accessMode === "read only" ? "begin" : "begin immediate");
  }

  async commitTransaction(): Promise<void> {
    this.#sqlite.run("commit");
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
    if (this.#sqlite.inTransaction) this.#sqlite.run("rollback");
  }

  async releaseConnection(): Promise<void> {
    return;
  }

  async destroy(): Promise<void> {
    this.#sqlite.close();
  }
}

class BunSqliteConnection implements DatabaseConnection {
  readonly #sqlite: SqliteDatabase;

  constructor(sqlite: SqliteDatabase) {
    this.#sqlite = sqlite;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare<R>(query);
    try {
      const parameters = query.parameters as Parameter[];
      if (statement.columnNames.length > 0) return { rows: statement.all(...parameters) };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } finally {
      statement.finalize();
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#prepare<R>(query);
    try {
      for (const row of statement.iterate(...(query.parameters as Parameter[]))) yield { rows: [row] };
    } finally {
      statement.finalize();
    }
  }

  #prepare<R>(query: CompiledQuery): Statement<R, Parameter[]> {
    return this.#sqlite.prepare<R, Parameter[]>(query.sql);
  }
}
