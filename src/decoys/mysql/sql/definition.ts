// CREATE, DROP, ALTER, RENAME, GRANT, REVOKE on the connection's own copy of the databases.
// A library is never loaded: CREATE FUNCTION … SONAME ends as on a server without the file.

import type { ColumnDefinition } from "../catalog.ts";
import { column, table, weighRows } from "../catalog.ts";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import { done, type Outcome } from "./outcome.ts";
import { runSelect } from "./select.ts";
import { parseSelect } from "./select-parser.ts";

const SYSTEM = new Set(["information_schema", "mysql", "performance_schema", "sys"]);
const MAX_COLUMNS = 64;

function denyDatabase(connection: Connection, name: string): void {
  if (!connection.isRoot) raise(errors.databaseDenied(connection.user, "%", name));
}

/** A name that is kept: at most 64 characters. */
function shortName(cursor: Cursor): string {
  const name = cursor.name();
  return name.length > 64 ? raise(errors.nameTooLong(name)) : name;
}

const ifNotExists = (cursor: Cursor): boolean => cursor.takes("IF", "NOT", "EXISTS");
const ifExists = (cursor: Cursor): boolean => cursor.takes("IF", "EXISTS");

function createDatabase(connection: Connection, cursor: Cursor): Outcome {
  const quietly = ifNotExists(cursor);
  const name = shortName(cursor);
  cursor.skipRest();
  denyDatabase(connection, name);
  if (connection.databases.has(name)) {
    if (!quietly) raise(errors.databaseExists(name));
    return done({ affected: 1, warnings: 1 });
  }
  if (!connection.budget.addTable()) raise(errors.tableFull(name));
  connection.databases.set(name, new Map());
  return done({ affected: 1 });
}

/** A column's definition up to its comma. */
function parseColumn(cursor: Cursor): ColumnDefinition {
  const name = shortName(cursor);
  const start = cursor.token.start;
  cursor.name();
  if (cursor.takes("(")) {
    while (!cursor.is(")") && !cursor.ended) cursor.next();
    cursor.expect(")");
  }
  cursor.takes("UNSIGNED");
  const sqlType = cursor.source.slice(start, cursor.lastEnd).toLowerCase().slice(0, 128);
  const words: string[] = [];
  let nullable = true;
  for (let depth = 0; !cursor.ended && !(depth === 0 && (cursor.is(",") || cursor.is(")"))); ) {
    if (cursor.takes("NOT", "NULL")) nullable = false;
    else if (cursor.takes("PRIMARY", "KEY")) words.push("pri");
    else if (cursor.takes("UNIQUE")) words.push("uni");
    else if (cursor.takes("AUTO_INCREMENT")) words.push("auto");
    else {
      const { text } = cursor.next();
      depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    }
  }
  if (nullable && !words.includes("pri")) words.push("null");
  return column(name, sqlType, words.join(" "));
}

const CONSTRAINTS = [
  "PRIMARY",
  "KEY",
  "INDEX",
  "UNIQUE",
  "CONSTRAINT",
  "FOREIGN",
  "FULLTEXT",
  "SPATIAL",
  "CHECK",
];

function parseColumns(cursor: Cursor): ColumnDefinition[] {
  const columns: ColumnDefinition[] = [];
  cursor.expect("(");
  do {
    if (CONSTRAINTS.some((word) => cursor.is(word))) {
      for (let depth = 0; !cursor.ended && !(depth === 0 && (cursor.is(",") || cursor.is(")"))); ) {
        const { text } = cursor.next();
        depth += text === "(" ? 1 : text === ")" ? -1 : 0;
      }
      continue;
    }
    if (columns.length >= MAX_COLUMNS) raise({ code: 1117, state: "HY000", text: "Too many columns" });
    columns.push(parseColumn(cursor));
  } while (cursor.takes(","));
  cursor.expect(")");
  return columns;
}

function place(connection: Connection, cursor: Cursor): { database: string; name: string } {
  const first = shortName(cursor);
  if (cursor.takes(".")) return { database: first, name: shortName(cursor) };
  return { database: connection.database ?? raise(errors.noDatabase), name: first };
}

function createTable(connection: Connection, cursor: Cursor): Outcome {
  const quietly = ifNotExists(cursor);
  const { database, name } = place(connection, cursor);
  connection.demandTable("CREATE", name);
  const tables = connection.databases.get(database) ?? raise(errors.unknownDatabase(database));
  if (tables.has(name)) {
    if (!quietly) raise(errors.tableExists(name));
    return done({ warnings: 1 });
  }
  const columns = cursor.is("(") ? parseColumns(cursor) : [];
  while (!cursor.ended && !cursor.is("SELECT")) cursor.next();
  const source = cursor.is("SELECT") ? runSelect(connection, parseSelect(cursor)) : null;
  const all = source
    ? [...columns, ...source.columns.map((entry) => column(entry.name, "varchar(255)", "null"))]
    : columns;
  if (all.length === 0)
    raise({ code: 4028, state: "HY000", text: "A table must have at least one visible column." });
  const made = table(name, all, []);
  const bytes = weighRows(source?.values ?? []) + columns.length * 200;
  if (!connection.budget.addTable() || !connection.budget.addBytes(bytes)) raise(errors.tableFull(name));
  if (source) made.rows = source.values;
  tables.set(name, made);
  return done({ affected: source?.values.length ?? 0 });
}

function createFunction(connection: Connection, cursor: Cursor): Outcome {
  const name = cursor.name();
  while (!cursor.ended && !cursor.is("SONAME")) cursor.next();
  if (!cursor.takes("SONAME")) {
    if (!connection.isRoot) raise(errors.databaseDenied(connection.user, "%", connection.database ?? ""));
    return raise(errors.syntax(name, 1));
  }
  const library = cursor.next().text;
  if (!connection.isRoot) raise(errors.commandDenied("INSERT", connection.user, connection.host, "func"));
  return raise(library.includes("/") ? errors.noPaths : errors.noLibrary(library));
}

function create(connection: Connection, cursor: Cursor): Outcome {
  cursor.takes("TEMPORARY");
  cursor.takes("AGGREGATE");
  if (cursor.takes("DATABASE") || cursor.takes("SCHEMA")) return createDatabase(connection, cursor);
  if (cursor.takes("TABLE")) return createTable(connection, cursor);
  if (cursor.takes("FUNCTION")) return createFunction(connection, cursor);
  if (["USER", "ROLE"].some((word) => cursor.takes(word)))
    return administrate(connection, cursor, "CREATE USER");
  if (
    !["INDEX", "UNIQUE", "VIEW", "OR", "TRIGGER", "EVENT", "PROCEDURE", "DEFINER"].some((word) =>
      cursor.is(word),
    )
  )
    cursor.fail();
  cursor.skipRest();
  connection.demandTable("CREATE", connection.server.application);
  return done();
}

function dropTables(connection: Connection, cursor: Cursor): Outcome {
  const quietly = ifExists(cursor);
  do {
    const { database, name } = place(connection, cursor);
    connection.demandTable("DROP", name);
    const tables = connection.databases.get(database) ?? raise(errors.unknownDatabase(database));
    if (!tables.delete(name) && !quietly) raise(errors.unknownTable(`${database}.${name}`));
  } while (cursor.takes(","));
  cursor.skipRest();
  return done();
}

function dropDatabase(connection: Connection, cursor: Cursor): Outcome {
  const quietly = ifExists(cursor);
  const name = cursor.name();
  cursor.finish();
  denyDatabase(connection, name);
  const tables = connection.databases.get(name);
  if (!tables) return quietly ? done({ warnings: 1 }) : raise(errors.databaseMissing(name));
  if (SYSTEM.has(name)) {
    raise({ code: 3552, state: "HY000", text: `Access to system schema '${name}' is rejected.` });
  }
  connection.databases.delete(name);
  if (connection.database === name) connection.database = null;
  return done({ affected: tables.size });
}

function drop(connection: Connection, cursor: Cursor): Outcome {
  cursor.takes("TEMPORARY");
  if (cursor.takes("DATABASE") || cursor.takes("SCHEMA")) return dropDatabase(connection, cursor);
  if (cursor.takes("TABLE") || cursor.takes("TABLES")) return dropTables(connection, cursor);
  if (cursor.takes("FUNCTION")) {
    const quietly = ifExists(cursor);
    const name = cursor.name();
    return quietly ? done({ warnings: 1 }) : raise(errors.noFunction(`${connection.database ?? ""}.${name}`));
  }
  if (!["USER", "ROLE", "VIEW", "INDEX", "TRIGGER", "EVENT", "PROCEDURE"].some((word) => cursor.is(word)))
    cursor.fail();
  return administrate(connection, cursor, "CREATE USER");
}

function administrate(connection: Connection, cursor: Cursor, privilege: string): Outcome {
  if (cursor.ended) cursor.fail();
  cursor.skipRest();
  if (!connection.isRoot) raise(errors.privilegeNeeded(privilege));
  return done();
}

function alter(connection: Connection, cursor: Cursor): Outcome {
  if (cursor.takes("TABLE")) {
    const { database, name } = place(connection, cursor);
    connection.demandTable("ALTER", name);
    if (!connection.databases.get(database)?.has(name)) raise(errors.noTable(`${database}.${name}`));
    cursor.skipRest();
    return done({ info: "Records: 0  Duplicates: 0  Warnings: 0" });
  }
  if (!["USER", "DATABASE", "SCHEMA", "INSTANCE", "EVENT", "VIEW", "SERVER"].some((word) => cursor.is(word)))
    cursor.fail();
  return administrate(connection, cursor, "CREATE USER");
}

function rename(connection: Connection, cursor: Cursor): Outcome {
  if (!cursor.takes("TABLE")) return administrate(connection, cursor, "CREATE USER");
  const from = place(connection, cursor);
  cursor.expect("TO");
  const to = place(connection, cursor);
  connection.demandTable("ALTER", from.name);
  const tables = connection.databases.get(from.database);
  const moved = tables?.get(from.name) ?? raise(errors.noTable(`${from.database}.${from.name}`));
  const target = connection.databases.get(to.database) ?? raise(errors.unknownDatabase(to.database));
  tables?.delete(from.name);
  target.set(to.name, { ...moved, name: to.name });
  return done();
}

/** The statement of that first word; the cursor stands behind it. */
export function define(word: string, connection: Connection, cursor: Cursor): Outcome {
  if (word === "CREATE") return create(connection, cursor);
  if (word === "DROP") return drop(connection, cursor);
  if (word === "ALTER") return alter(connection, cursor);
  return word === "RENAME" ? rename(connection, cursor) : administrate(connection, cursor, "GRANT OPTION");
}
