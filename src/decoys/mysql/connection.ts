// The state of one logged-in connection: who it is, what it may do, its database, variables and changed tables.

import type { Clock } from "../../contract/clock.ts";
import type { Random } from "../../contract/random.ts";
import type { Databases } from "./catalog.ts";
import { Budget, copyDatabases } from "./catalog.ts";
import { errors, raise } from "./errors.ts";
import type { Server } from "./server.ts";
import type { Value } from "./sql/expression.ts";
import { systemDatabases } from "./system-tables.ts";

/** One logged-in connection. */
export class Connection {
  readonly server: Server;
  readonly clock: Clock;
  readonly random: Random;
  readonly threadId: number;
  readonly user: string;
  /** The client's address as grants and errors show it. */
  readonly host: string;
  readonly usedPassword: boolean;
  readonly databases: Databases;
  readonly budget = new Budget();
  readonly variables = new Map<string, string>();
  readonly userVariables = new Map<string, Value>();
  database: string | null = null;
  autocommit = true;
  inTransaction = false;
  warnings = 0;
  foundRows = 0;
  rowCount = -1;
  lastInsertId = 0;
  /** Milliseconds that SLEEP and its like want the answer held back. */
  sleepMs = 0;
  /** Evaluations left in the present statement. */
  steps = 0;

  constructor(
    server: Server,
    identity: {
      clock: Clock;
      random: Random;
      threadId: number;
      user: string;
      host: string;
      usedPassword: boolean;
    },
  ) {
    this.server = server;
    this.clock = identity.clock;
    this.random = identity.random;
    this.threadId = identity.threadId;
    this.user = identity.user;
    this.host = identity.host;
    this.usedPassword = identity.usedPassword;
    this.databases = copyDatabases(server.databases);
    for (const [name, tables] of systemDatabases(this)) this.databases.set(name, tables);
  }

  /** True for the account that may do everything. */
  get isRoot(): boolean {
    return this.user === "root";
  }

  /** `root@%`: the account that matched. */
  get account(): string {
    return `${this.user}@%`;
  }

  /** Databases that the account may see, sorted as the server lists them. */
  visibleDatabases(): string[] {
    const { application } = this.server;
    const open = new Set(["information_schema", "performance_schema", application]);
    return [...this.databases.keys()].filter((name) => this.isRoot || open.has(name)).sort();
  }

  mayUse(database: string): boolean {
    return this.isRoot || this.visibleDatabases().includes(database);
  }

  /** Makes a database current; raises 1044 or 1049 as the server does. */
  use(name: string): void {
    const real = name.toLowerCase() === "information_schema" ? "information_schema" : name;
    if (!this.isRoot && !this.visibleDatabases().includes(real)) {
      raise(errors.databaseDenied(this.user, "%", name));
    }
    if (!this.databases.has(real)) raise(errors.unknownDatabase(name));
    this.database = real;
  }

  /** Refuses all but root with the error of a missing privilege on a table. */
  demandTable(command: string, table: string): void {
    if (!this.isRoot) raise(errors.commandDenied(command, this.user, this.host, table));
  }

  /** The value of a system variable, or undefined. */
  variable(name: string): string | undefined {
    const key = name.toLowerCase();
    return this.variables.get(key) ?? this.server.variables.get(key);
  }
}
