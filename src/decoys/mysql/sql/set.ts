// SET: session variables and user variables; what is global or read only is refused as the server refuses it.

import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import { readOnlyVariables } from "../variables.ts";
import type { Cursor } from "./cursor.ts";
import { evaluate } from "./evaluate.ts";
import type { Value } from "./expression.ts";
import { ExpressionParser } from "./expression.ts";
import { toText } from "./functions.ts";
import { done, type Outcome } from "./outcome.ts";
import { runSelect } from "./select.ts";
import { parseSelect } from "./select-parser.ts";

/** Variables that one connection may hold. */
const MAX_VARIABLES = 256;
const SCOPES = new Set(["GLOBAL", "SESSION", "LOCAL", "PERSIST", "PERSIST_ONLY"]);

function readValue(connection: Connection, cursor: Cursor): Value {
  const { kind, text } = cursor.token;
  const bare =
    kind === "word" && /^(?:ON|OFF|DEFAULT|[A-Za-z][A-Za-z0-9_]*)$/.test(text) && cursor.peek(1).text !== "(";
  const isNull = text.toUpperCase() === "NULL";
  if (bare && !isNull) return cursor.next().text;
  const expression = new ExpressionParser(cursor, parseSelect).parse();
  return evaluate(expression, {
    connection,
    clause: "field list",
    group: null,
    column: () => undefined,
    subquery: (select) => runSelect(connection, select).values,
  });
}

function assign(connection: Connection, name: string, value: Value, global: boolean): void {
  const key = name.toLowerCase();
  if (!connection.server.variables.has(key)) raise(errors.unknownVariable(name));
  if (readOnlyVariables.has(key)) raise(errors.readOnlyVariable(name));
  if (global && !connection.isRoot) raise(errors.privilegeNeeded("SUPER or SYSTEM_VARIABLES_ADMIN"));
  const text = toText(value);
  const wasSwitch = /^(?:ON|OFF)$/.test(connection.server.variables.get(key) ?? "");
  const shown =
    wasSwitch && /^(?:0|1|on|off)$/i.test(text) ? (/^(?:1|on)$/i.test(text) ? "ON" : "OFF") : text;
  if (connection.variables.size >= MAX_VARIABLES) return;
  connection.variables.set(key, shown.slice(0, 1024));
  if (key === "autocommit") connection.autocommit = shown === "ON";
}

/** Remembers a user variable, within the connection's bound. */
export function setUserVariable(connection: Connection, name: string, value: Value): void {
  if (name.length > 64) raise({ code: 3061, state: "42000", text: "User variable name is illegal" });
  const fits = connection.userVariables.size < MAX_VARIABLES;
  if (!fits || !connection.budget.addBytes(toText(value).length + name.length)) return;
  connection.userVariables.set(name.toLowerCase(), value);
}

function setOne(connection: Connection, cursor: Cursor): void {
  const token = cursor.next();
  let { text } = token;
  let global = false;
  if (token.kind === "word" && SCOPES.has(text.toUpperCase())) {
    global = !["SESSION", "LOCAL"].includes(text.toUpperCase());
    text = cursor.next().text;
  }
  if (token.kind === "system") {
    global = /^(?:global|persist|persist_only)\./i.test(text);
    text = text.replace(/^[a-z_]+\./i, "");
  }
  if (!cursor.takes("=")) cursor.expect(":=");
  const value = readValue(connection, cursor);
  if (token.kind === "user") {
    setUserVariable(connection, text, value);
    return;
  }
  assign(connection, text, value, global);
}

/** SET: the cursor stands behind the word. */
export function setVariables(connection: Connection, cursor: Cursor): Outcome {
  const isCharset = cursor.is("NAMES") || cursor.areWords("CHARACTER", "SET") || cursor.is("CHARSET");
  if (isCharset) {
    cursor.skipRest();
    return done();
  }
  if (
    cursor.is("PASSWORD") ||
    cursor.areWords("ROLE") ||
    cursor.is("TRANSACTION") ||
    cursor.areWords("SESSION", "TRANSACTION") ||
    cursor.areWords("DEFAULT", "ROLE")
  ) {
    cursor.skipRest();
    return done();
  }
  do setOne(connection, cursor);
  while (cursor.takes(","));
  cursor.finish();
  return done();
}
