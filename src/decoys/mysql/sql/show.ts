// SHOW: which list the words mean.

import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import { engines, plugins, processList, statusOf } from "../facts.ts";
import { grantsOf } from "../grants.ts";
import type { Rows } from "../packets.ts";
import type { Cursor } from "./cursor.ts";
import { filtered, rowsOf, textColumns } from "./show-rows.ts";
import { showColumns, showCreate, showIndex, showTableStatus, showTables } from "./show-tables.ts";

function showGrants(connection: Connection, cursor: Cursor): Rows {
  if (cursor.takes("FOR")) {
    const start = cursor.token;
    cursor.skipRest();
    const own = [connection.user, "CURRENT_USER"].some(
      (name) => name.toUpperCase() === start.text.toUpperCase(),
    );
    if (!own)
      raise(
        connection.isRoot
          ? errors.noGrant(start.text, "%")
          : errors.databaseDenied(connection.user, "%", "mysql"),
      );
  }
  cursor.finish();
  return {
    columns: textColumns(`Grants for ${connection.account}`),
    rows: grantsOf(connection).map((line) => [line]),
  };
}

type Lister = (connection: Connection, cursor: Cursor) => Rows;

const listers: readonly (readonly [readonly string[], Lister])[] = [
  [
    ["DATABASES"],
    (connection, cursor) =>
      filtered(
        connection,
        cursor,
        rowsOf(
          ["Database"],
          connection.visibleDatabases().map((name) => [name]),
        ),
      ),
  ],
  [
    ["SCHEMAS"],
    (connection, cursor) =>
      filtered(
        connection,
        cursor,
        rowsOf(
          ["Database"],
          connection.visibleDatabases().map((name) => [name]),
        ),
      ),
  ],
  [
    ["FULL", "TABLES"],
    (connection, cursor) => filtered(connection, cursor, showTables(connection, cursor, true)),
  ],
  [["TABLES"], (connection, cursor) => filtered(connection, cursor, showTables(connection, cursor, false))],
  [["TABLE", "STATUS"], showTableStatus],
  ...(["COLUMNS", "FIELDS"] as const).flatMap((word): (readonly [readonly string[], Lister])[] => [
    [["FULL", word], (connection, cursor) => showColumns(connection, cursor, true)],
    [[word], (connection, cursor) => showColumns(connection, cursor, false)],
  ]),
  [["CREATE"], showCreate],
  [["GRANTS"], showGrants],
  [["INDEX"], showIndex],
  [["INDEXES"], showIndex],
  [["KEYS"], showIndex],
  [
    ["VARIABLES"],
    (connection, cursor) =>
      filtered(
        connection,
        cursor,
        rowsOf(
          ["Variable_name", "Value"],
          [...connection.server.variables].map(([name, value]) => [name, connection.variable(name) ?? value]),
        ),
      ),
  ],
  [
    ["STATUS"],
    (connection, cursor) =>
      filtered(connection, cursor, rowsOf(["Variable_name", "Value"], statusOf(connection))),
  ],
  [["ENGINES"], () => rowsOf(["Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"], engines)],
  [["PLUGINS"], () => rowsOf(["Name", "Status", "Type", "Library", "License"], plugins)],
  [["FULL", "PROCESSLIST"], (connection, cursor) => showProcesses(connection, cursor)],
  [["PROCESSLIST"], (connection, cursor) => showProcesses(connection, cursor)],
  [["WARNINGS"], () => rowsOf(["Level", "Code", "Message"], [])],
  [["ERRORS"], () => rowsOf(["Level", "Code", "Message"], [])],
  [
    ["MASTER", "STATUS"],
    (connection) =>
      replication(connection, ["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", "Executed_Gtid_Set"]),
  ],
  [["SLAVE", "STATUS"], (connection) => replication(connection, ["Slave_IO_State"], true)],
  [["REPLICA", "STATUS"], (connection) => replication(connection, ["Replica_IO_State"], true)],
  [["BINARY", "LOGS"], (connection) => replication(connection, ["Log_name", "File_size", "Encrypted"])],
  [["TRIGGERS"], () => rowsOf(["Trigger", "Event", "Table", "Statement", "Timing"], [])],
  [["EVENTS"], () => rowsOf(["Db", "Name", "Definer"], [])],
  [["PROCEDURE", "STATUS"], () => rowsOf(["Db", "Name", "Type"], [])],
  [["FUNCTION", "STATUS"], () => rowsOf(["Db", "Name", "Type"], [])],
  [["OPEN", "TABLES"], () => rowsOf(["Database", "Table", "In_use", "Name_locked"], [])],
  [
    ["PRIVILEGES"],
    () =>
      rowsOf(
        ["Privilege", "Context", "Comment"],
        [
          ["File", "File access on server", "To read and write files on the server"],
          ["Select", "Tables", "To retrieve rows from table"],
        ],
      ),
  ],
  [
    ["COLLATION"],
    (connection, cursor) =>
      filtered(
        connection,
        cursor,
        rowsOf(
          ["Collation", "Charset", "Id", "Default", "Compiled", "Sortlen", "Pad_attribute"],
          [
            ["utf8mb4_0900_ai_ci", "utf8mb4", 255, "Yes", "Yes", 0, "NO PAD"],
            ["utf8mb4_general_ci", "utf8mb4", 45, "", "Yes", 1, "PAD SPACE"],
            ["latin1_swedish_ci", "latin1", 8, "Yes", "Yes", 1, "PAD SPACE"],
          ],
        ),
      ),
  ],
  [
    ["CHARACTER", "SET"],
    (connection, cursor) =>
      filtered(
        connection,
        cursor,
        rowsOf(
          ["Charset", "Description", "Default collation", "Maxlen"],
          [
            ["latin1", "cp1252 West European", "latin1_swedish_ci", 1],
            ["utf8mb4", "UTF-8 Unicode", "utf8mb4_0900_ai_ci", 4],
          ],
        ),
      ),
  ],
];

function showProcesses(connection: Connection, cursor: Cursor): Rows {
  const names = ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"];
  return rowsOf(names, processList(connection, cursor.source.slice(0, 100)));
}

function replication(connection: Connection, names: readonly string[], none = false): Rows {
  if (!connection.isRoot) raise(errors.privilegeNeeded("SUPER, REPLICATION CLIENT"));
  const position = 157 + ((connection.server.application.length * 7919) % 90_000);
  const values =
    names[0] === "File" ? [["binlog.000004", position, "", "", ""]] : [["binlog.000004", position, "No"]];
  return rowsOf(names, none ? [] : values);
}

/** SHOW: the cursor stands behind the word. */
export function show(connection: Connection, cursor: Cursor): Rows {
  const global = cursor.takes("GLOBAL") || cursor.takes("SESSION") || cursor.takes("LOCAL");
  cursor.takes("EXTENDED");
  if (!global && cursor.areWords("COUNT", "("))
    return { columns: textColumns("@@session.warning_count"), rows: [["0"]] };
  const found = listers.find(([words]) => cursor.takes(...words));
  return found ? found[1](connection, cursor) : cursor.fail();
}
