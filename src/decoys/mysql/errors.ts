// The server's errors: number, SQLSTATE and wording of MySQL 8.0 (source: MySQL 8.0 Error Message Reference).
// Attacker text inside a message is cut here, so no message grows with its cause.

import { DecnetError } from "../../contract/errors.ts";
import type { SqlError } from "./packets.ts";

/** Longest quoted piece of a statement in a message. */
const NEAR = 80;
const NAME = 192;

const cut = (text: string, max = NAME): string => (text.length > max ? text.slice(0, max) : text);
const error = (code: number, state: string, text: string): SqlError => ({ code, state, text });

/** Every error that the decoy gives. */
export const errors = {
  accessDenied: (user: string, host: string, usedPassword: boolean) =>
    error(
      1045,
      "28000",
      `Access denied for user '${cut(user, 96)}'@'${host}' (using password: ${usedPassword ? "YES" : "NO"})`,
    ),
  databaseDenied: (user: string, host: string, name: string) =>
    error(1044, "42000", `Access denied for user '${cut(user)}'@'${host}' to database '${cut(name)}'`),
  commandDenied: (command: string, user: string, host: string, table: string) =>
    error(
      1142,
      "42000",
      `${command} command denied to user '${cut(user)}'@'${host}' for table '${cut(table)}'`,
    ),
  privilegeNeeded: (privileges: string) =>
    error(
      1227,
      "42000",
      `Access denied; you need (at least one of) the ${privileges} privilege(s) for this operation`,
    ),
  badHandshake: error(1043, "08S01", "Bad handshake"),
  outOfOrder: error(1156, "08S01", "Got packets out of order"),
  tooLarge: error(1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes"),
  readTimeout: error(1159, "08S01", "Got timeout reading communication packets"),
  oldClient: error(
    1251,
    "08004",
    "Client does not support authentication protocol requested by server; consider upgrading MySQL client",
  ),
  unknownCommand: error(1047, "08S01", "Unknown command"),
  malformed: error(1835, "HY000", "Malformed communication packet."),
  noDatabase: error(1046, "3D000", "No database selected"),
  unknownDatabase: (name: string) => error(1049, "42000", `Unknown database '${cut(name)}'`),
  databaseExists: (name: string) =>
    error(1007, "HY000", `Can't create database '${cut(name)}'; database exists`),
  databaseMissing: (name: string) =>
    error(1008, "HY000", `Can't drop database '${cut(name)}'; database doesn't exist`),
  tableExists: (name: string) => error(1050, "42S01", `Table '${cut(name)}' already exists`),
  unknownTable: (name: string) => error(1051, "42S02", `Unknown table '${cut(name)}'`),
  noTable: (name: string) => error(1146, "42S02", `Table '${cut(name)}' doesn't exist`),
  unknownColumn: (name: string, where: string) =>
    error(1054, "42S22", `Unknown column '${cut(name)}' in '${where}'`),
  columnCount: (row: number) => error(1136, "21S01", `Column count doesn't match value count at row ${row}`),
  operandColumns: error(1241, "21000", "Operand should contain 1 column(s)"),
  unionColumns: error(1222, "21000", "The used SELECT statements have a different number of columns"),
  unknownVariable: (name: string) => error(1193, "HY000", `Unknown system variable '${cut(name)}'`),
  readOnlyVariable: (name: string) => error(1238, "HY000", `Variable '${cut(name)}' is a read only variable`),
  noFunction: (name: string) => error(1305, "42000", `FUNCTION ${cut(name)} does not exist`),
  parameterCount: (name: string) =>
    error(1582, "42000", `Incorrect parameter count in the call to native function '${cut(name)}'`),
  emptyQuery: error(1065, "42000", "Query was empty"),
  syntax: (near: string, line: number) =>
    error(
      1064,
      "42000",
      `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${cut(near, NEAR)}' at line ${line}`,
    ),
  secureFile: error(
    1290,
    "HY000",
    "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement",
  ),
  noLibrary: (name: string) =>
    error(
      1126,
      "HY000",
      `Can't open shared library '${cut(name)}' (errno: 2 /usr/lib/mysql/plugin/${cut(name)}: cannot open shared object file: No such file or directory)`,
    ),
  noPaths: error(1124, "HY000", "No paths allowed for shared library"),
  localDisabled: error(
    3948,
    "42000",
    "Loading local data is disabled; this must be enabled on both the client and server sides",
  ),
  noStatement: (id: number) =>
    error(1243, "HY000", `Unknown prepared statement handler (${id}) given to mysqld_stmt_execute`),
  interrupted: error(1317, "70100", "Query execution was interrupted"),
  nameTooLong: (name: string) => error(1059, "42000", `Identifier name '${cut(name)}' is too long`),
  noSuchThread: (id: string) => error(1094, "HY000", `Unknown thread id: ${cut(id, 20)}`),
  noProcedure: (name: string) => error(1305, "42000", `PROCEDURE ${cut(name)} does not exist`),
  tableFull: (name: string) => error(1114, "HY000", `The table '${cut(name)}' is full`),
  noGrant: (user: string, host: string) =>
    error(1141, "42000", `There is no such grant defined for user '${cut(user)}' on host '${cut(host)}'`),
} as const;

/** Ends a statement with the server's error. */
export function raise(failure: SqlError): never {
  throw new DecnetError("invalid", failure.text, { details: { code: failure.code, state: failure.state } });
}

/** The server's error that was raised, or undefined for any other throw. */
export function raisedError(thrown: unknown): SqlError | undefined {
  if (!(thrown instanceof DecnetError) || thrown.code !== "invalid") return undefined;
  const { code, state } = thrown.details ?? {};
  if (typeof code !== "number" || typeof state !== "string") return undefined;
  return { code, state, text: thrown.message };
}
