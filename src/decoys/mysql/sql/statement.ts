// One SQL statement carried out: chosen by its first word, answered with rows, a count, or the server's error.
// Nothing is written anywhere but in the connection's own tables; no file is read or made.

import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import { Cursor } from "./cursor.ts";
import { define } from "./definition.ts";
import { manipulate } from "./manipulation.ts";
import { done, type Outcome, rows } from "./outcome.ts";
import { toRows } from "./result.ts";
import { runSelect } from "./select.ts";
import { parseSelect } from "./select-parser.ts";
import { setUserVariable, setVariables } from "./set.ts";
import { show } from "./show.ts";
import { describe } from "./show-tables.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Evaluations that one statement may take. */
const STEPS = 3_000_000;

function select(connection: Connection, cursor: Cursor): Outcome {
  const bracket = cursor.takes("(");
  const parsed = parseSelect(cursor);
  if (bracket) cursor.expect(")");
  cursor.finish();
  if (parsed.into && parsed.into.how !== "VARIABLE") {
    if (!connection.isRoot)
      raise(errors.accessDenied(connection.user, connection.host, connection.usedPassword));
    raise(errors.secureFile);
  }
  const result = runSelect(connection, parsed);
  connection.foundRows = result.values.length;
  if (parsed.into) {
    setUserVariable(connection, parsed.into.name, result.values[0]?.[0] ?? null);
    return done({ affected: 1 });
  }
  return rows(toRows(result));
}

function use(connection: Connection, cursor: Cursor): Outcome {
  const name = cursor.name();
  cursor.finish();
  connection.use(name);
  return done();
}

function transaction(open: boolean) {
  return (connection: Connection, cursor: Cursor): Outcome => {
    cursor.skipRest();
    connection.inTransaction = open;
    return done();
  };
}

function rootOnly(privilege: string) {
  return (connection: Connection, cursor: Cursor): Outcome => {
    cursor.skipRest();
    if (!connection.isRoot) raise(errors.privilegeNeeded(privilege));
    return done();
  };
}

function kill(connection: Connection, cursor: Cursor): Outcome {
  if (!cursor.takes("CONNECTION")) cursor.takes("QUERY");
  const { text } = cursor.next();
  cursor.finish();
  return raise(errors.noSuchThread(String(Number(text) || connection.threadId + 1)));
}

function load(_connection: Connection, cursor: Cursor): Outcome {
  if (!cursor.takes("DATA") && !cursor.takes("XML")) cursor.fail();
  const isLocal =
    cursor.takes("LOCAL") || cursor.takes("LOW_PRIORITY", "LOCAL") || cursor.takes("CONCURRENT", "LOCAL");
  if (!cursor.is("INFILE")) cursor.fail();
  return raise(isLocal ? errors.localDisabled : errors.secureFile);
}

function call(connection: Connection, cursor: Cursor): Outcome {
  const first = cursor.name();
  const name = cursor.takes(".")
    ? `${first}.${cursor.name()}`
    : `${connection.database ?? raise(errors.noDatabase)}.${first}`;
  return raise(errors.noProcedure(name));
}

const quiet = (_connection: Connection, cursor: Cursor): Outcome => {
  cursor.skipRest();
  return done();
};

/** EXPLAIN of a table is DESCRIBE; of a statement, a plan of one step. */
function explain(connection: Connection, cursor: Cursor): Outcome {
  if (!cursor.is("SELECT") && !cursor.is("ANALYZE") && !cursor.is("FORMAT"))
    return rows(describe(connection, cursor));
  while (!cursor.ended && !cursor.is("SELECT")) cursor.next();
  const parsed = parseSelect(cursor);
  cursor.finish();
  const [source] = parsed.sources;
  const result = runSelect(connection, parsed);
  const names = [
    "id",
    "select_type",
    "table",
    "partitions",
    "type",
    "possible_keys",
    "key",
    "key_len",
    "ref",
    "rows",
    "filtered",
    "Extra",
  ];
  const columns = names.map((name) => ({ name, type: "text" }) as const);
  const plan = source
    ? [
        1,
        "SIMPLE",
        source.alias,
        null,
        "ALL",
        null,
        null,
        null,
        null,
        Math.max(result.values.length, 1),
        "100.00",
        null,
      ]
    : [1, "SIMPLE", null, null, null, null, null, null, null, null, null, "No tables used"];
  return rows(toRows({ columns, values: [plan] }));
}

type Runner = (connection: Connection, cursor: Cursor) => Outcome;

/** By first word. */
const runners: ReadonlyMap<string, Runner> = new Map<string, Runner>([
  ["SHOW", (connection, cursor) => rows(show(connection, cursor))],
  ["DESCRIBE", (connection, cursor) => rows(describe(connection, cursor))],
  ["DESC", (connection, cursor) => rows(describe(connection, cursor))],
  ["EXPLAIN", explain],
  ["USE", use],
  ["SET", setVariables],
  ["BEGIN", transaction(true)],
  ["START", transaction(true)],
  ["COMMIT", transaction(false)],
  ["ROLLBACK", transaction(false)],
  ["SAVEPOINT", quiet],
  ["RELEASE", quiet],
  ["LOCK", quiet],
  ["UNLOCK", quiet],
  [
    "DO",
    (connection, cursor) => {
      // DO evaluates like SELECT and shows nothing.
      const text = `SELECT ${cursor.source.slice(cursor.token.start)}`;
      select(connection, new Cursor(text));
      return done();
    },
  ],
  ["FLUSH", rootOnly("RELOAD")],
  ["RESET", rootOnly("RELOAD")],
  ["PURGE", rootOnly("SUPER, BINLOG_ADMIN")],
  ["SHUTDOWN", rootOnly("SHUTDOWN")],
  [
    "INSTALL",
    (_connection, cursor) =>
      raise(errors.noLibrary(cursor.source.match(/SONAME\s{1,9}'([^']{1,128})'/i)?.[1] ?? "component")),
  ],
  ["KILL", kill],
  ["LOAD", load],
  ["CALL", call],
  ...["INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE"].map((word): [string, Runner] => [
    word,
    (connection, cursor) => manipulate(word, connection, cursor),
  ]),
  ...["CREATE", "DROP", "ALTER", "RENAME", "GRANT", "REVOKE"].map((word): [string, Runner] => [
    word,
    (connection, cursor) => define(word, connection, cursor),
  ]),
  ...["ANALYZE", "OPTIMIZE", "CHECK", "REPAIR"].map((word): [string, Runner] => [word, quiet]),
]);

/** Splits a text at its semicolons. */
export function splitStatements(
  text: string,
  most: number,
): { readonly source: string; readonly tokens: readonly Token[] }[] {
  const tokens = tokenize(text);
  const statements: { source: string; tokens: Token[] }[] = [];
  let current: Token[] = [];
  const end: Token = tokens.at(-1) ?? { kind: "end", text: "", start: text.length, end: text.length };
  for (const token of tokens) {
    const closes = token.kind === "end" || (token.kind === "symbol" && token.text === ";");
    if (!closes) {
      current.push(token);
      continue;
    }
    if (current.length > 0 && statements.length < most)
      statements.push({
        source: text,
        tokens: [...current, { ...end, start: token.start, end: token.start }],
      });
    current = [];
  }
  return statements;
}

/** Carries out one statement. Raises the server's errors; see `raisedError`. */
export function runStatement(connection: Connection, source: string, tokens: readonly Token[]): Outcome {
  connection.steps = STEPS;
  const cursor = new Cursor(source, tokens);
  if (cursor.is("SELECT") || cursor.is("(")) return select(connection, cursor);
  if (cursor.token.kind === "end") raise(errors.emptyQuery);
  const runner = cursor.token.kind === "word" ? runners.get(cursor.token.text.toUpperCase()) : undefined;
  if (!runner) return cursor.fail();
  cursor.next();
  return runner(connection, cursor);
}
