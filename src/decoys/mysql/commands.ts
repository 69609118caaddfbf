// The command phase: one command of the client to the packets of its answer.
// Every statement is recorded before it is looked at.

import { CAPTURE_BYTES, capture } from "../../contract/captured.ts";
import { isDecnetError } from "../../contract/errors.ts";
import type { Session } from "../decoy.ts";
import { PayloadReader } from "./codec.ts";
import type { Connection } from "./connection.ts";
import { errors, raise, raisedError } from "./errors.ts";
import { processList, statisticsLine } from "./facts.ts";
import { CAP, encodeColumn, encodeEof, encodeError, encodeOk, encodeRows, STATUS } from "./packets.ts";
import type { Prepared } from "./prepared.ts";
import {
  encodeBinaryRows,
  encodePrepared,
  fillIn,
  MAX_PREPARED,
  MAX_PREPARED_TEXT,
  prepare,
  readParameters,
} from "./prepared.ts";
import { globMatches } from "./sql/like.ts";
import { findTable } from "./sql/lookup.ts";
import type { Outcome } from "./sql/outcome.ts";
import { toRows } from "./sql/result.ts";
import { runStatement, splitStatements } from "./sql/statement.ts";
import { syntaxError } from "./sql/tokens.ts";
import { findTakeovers } from "./takeover.ts";

/** Statements in one COM_QUERY. */
const MAX_STATEMENTS = 32;
/** Longest time that SLEEP holds an answer back. */
const MAX_SLEEP_MS = 300_000;

/** What the commands of a connection share. */
export interface Commander {
  readonly session: Session;
  readonly connection: Connection;
  capabilities: number;
  readonly prepared: Map<number, Prepared>;
  nextStatement: number;
}

/** What a command came to: packets to send; `close` ends the conversation. */
export interface Answer {
  readonly packets: readonly Uint8Array[];
  readonly close?: boolean;
}

function statusOf({ connection }: Commander, more = false): number {
  const base = connection.autocommit ? STATUS.autocommit : 0;
  return base | (connection.inTransaction ? STATUS.inTransaction : 0) | (more ? STATUS.moreResults : 0);
}

const okAnswer = (at: Commander): Answer => ({ packets: [encodeOk({}, statusOf(at))] });

function record({ session }: Commander, text: Uint8Array | string): void {
  session.record("command.executed", { command: capture(text, CAPTURE_BYTES), via: "protocol" });
}

/** Records a statement: the command, the takeovers it is a step of, and its whole text when it is long. */
async function recordStatement(at: Commander, bytes: Uint8Array, text: string): Promise<void> {
  record(at, bytes);
  for (const { technique } of findTakeovers(text)) {
    at.session.record("takeover.attempted", { technique, detail: capture(bytes, CAPTURE_BYTES) });
  }
  if (bytes.length <= CAPTURE_BYTES) return;
  const file = at.session.captureFile();
  file.write(bytes);
  const kept = await file.finish();
  if (!kept) return;
  const path = /\bINTO\s{1,32}(?:OUTFILE|DUMPFILE)\s{1,32}['"]([^'"]{1,255})/i.exec(text)?.[1];
  at.session.record("file.uploaded", { name: capture(path ?? "statement.sql", 255), ...kept, via: "mysql" });
}

/** Holds the answer back as long as the statement slept. */
async function pause({ connection, session }: Commander): Promise<void> {
  const ms = Math.min(connection.sleepMs, MAX_SLEEP_MS);
  connection.sleepMs = 0;
  if (ms > 0) await session.clock.sleep(ms, session.signal);
}

function encodeOutcome(at: Commander, outcome: Outcome, more: boolean, binary = false): Buffer[] {
  const status = statusOf(at, more);
  at.connection.rowCount = outcome.kind === "rows" ? -1 : (outcome.done.affected ?? 0);
  if (outcome.kind === "done") return [encodeOk(outcome.done, status)];
  return binary
    ? encodeBinaryRows(outcome.rows, at.capabilities, status)
    : encodeRows(outcome.rows, at.capabilities, status);
}

/** The text of a COM_QUERY, behind its attributes where there are any. */
function readQuery(at: Commander, reader: PayloadReader): Buffer {
  if (at.capabilities & CAP.queryAttributes) {
    const count = reader.lenenc();
    reader.lenenc();
    readParameters(reader, count, [], true);
  }
  return reader.rest();
}

async function query(at: Commander, reader: PayloadReader): Promise<Answer> {
  const bytes = readQuery(at, reader);
  const text = bytes.toString("utf8");
  await recordStatement(at, bytes, text);
  const packets: Buffer[] = [];
  try {
    const statements = splitStatements(text, MAX_STATEMENTS);
    if (statements.length === 0) raise(errors.emptyQuery);
    const second = statements[1]?.tokens[0];
    if (second && (at.capabilities & CAP.multiStatements) === 0) syntaxError(text, second.start);
    for (const [index, { source, tokens }] of statements.entries()) {
      const outcome = runStatement(at.connection, source, tokens);
      packets.push(...encodeOutcome(at, outcome, index + 1 < statements.length));
    }
  } catch (error) {
    packets.push(encodeError(raisedError(error) ?? rethrow(error)));
  }
  await pause(at);
  return { packets };
}

function rethrow(error: unknown): never {
  throw error;
}

function initDatabase(at: Commander, reader: PayloadReader): Answer {
  const name = reader.rest();
  record(at, Buffer.concat([Buffer.from("USE "), name]));
  at.connection.use(name.toString("utf8"));
  return okAnswer(at);
}

function fieldList(at: Commander, reader: PayloadReader): Answer {
  const name = reader.nulBytes().toString("utf8");
  const wild = reader.rest().toString("utf8");
  const table = findTable(at.connection, null, name);
  at.connection.steps = 100_000;
  const shown = table.columns.filter(
    (column) => wild === "" || globMatches(wild, column.name, at.connection),
  );
  const schema = at.connection.database ?? "";
  const packets = shown.map(({ name: own, type }) =>
    encodeColumn({ name: own, type, schema, table: name }, true),
  );
  return { packets: [...packets, encodeEof(statusOf(at))] };
}

function processInfo(at: Commander): Answer {
  const names = ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"];
  const columns = names.map((name) => ({ name, type: "text" }) as const);
  const rows = toRows({ columns, values: processList(at.connection, "") });
  return { packets: encodeRows(rows, at.capabilities, statusOf(at)) };
}

function setOption(at: Commander, reader: PayloadReader): Answer {
  const option = reader.int(2);
  if (option > 1) raise(errors.unknownCommand);
  at.capabilities =
    option === 0 ? at.capabilities | CAP.multiStatements : at.capabilities & ~CAP.multiStatements;
  return { packets: [encodeEof(statusOf(at))] };
}

async function prepareStatement(at: Commander, reader: PayloadReader): Promise<Answer> {
  const bytes = reader.rest();
  await recordStatement(at, bytes, bytes.toString("utf8"));
  const held = [...at.prepared.values()].reduce((sum, { text }) => sum + text.length, bytes.length);
  if (at.prepared.size >= MAX_PREPARED || held > MAX_PREPARED_TEXT) {
    raise({
      code: 1461,
      state: "42000",
      text: `Can't create more than max_prepared_stmt_count statements (current value: ${MAX_PREPARED})`,
    });
  }
  const prepared = prepare(bytes.toString("utf8"));
  const id = at.nextStatement++;
  at.prepared.set(id, prepared);
  return { packets: encodePrepared(id, prepared, at.capabilities, statusOf(at)) };
}

async function executeStatement(at: Commander, reader: PayloadReader): Promise<Answer> {
  const id = reader.int(4);
  const flags = reader.int(1);
  reader.bytes(4);
  const prepared = at.prepared.get(id) ?? raise(errors.noStatement(id));
  const attributes = (at.capabilities & CAP.queryAttributes) !== 0;
  const counted = attributes && (flags & 8) !== 0;
  const count = counted ? reader.lenenc() : prepared.places.length;
  const { literals, types } = readParameters(reader, count, prepared.types, attributes);
  prepared.types = types;
  const text = fillIn(prepared, literals);
  if (prepared.places.length > 0) record(at, text);
  const [statement] = splitStatements(text, 1);
  if (!statement) return raise(errors.emptyQuery);
  const outcome = runStatement(at.connection, statement.source, statement.tokens);
  await pause(at);
  return { packets: encodeOutcome(at, outcome, false, true) };
}

function resetConnection(at: Commander): Answer {
  record(at, "RESET CONNECTION");
  at.connection.variables.clear();
  at.connection.userVariables.clear();
  at.prepared.clear();
  at.connection.inTransaction = false;
  at.connection.autocommit = true;
  return okAnswer(at);
}

type Run = (at: Commander, reader: PayloadReader) => Answer | Promise<Answer>;

/** By command byte. COM_CHANGE_USER (0x11) is a login and is handled where logins are. */
const runs: ReadonlyMap<number, Run> = new Map<number, Run>([
  [0x01, () => ({ packets: [], close: true })],
  [0x02, initDatabase],
  [0x03, query],
  [0x04, fieldList],
  [0x09, (at) => ({ packets: [Buffer.from(statisticsLine(at.connection))] })],
  [0x0a, processInfo],
  [0x0e, okAnswer],
  [0x16, prepareStatement],
  [0x17, executeStatement],
  // COM_STMT_SEND_LONG_DATA and COM_STMT_CLOSE have no answer.
  [0x18, () => ({ packets: [] })],
  [
    0x19,
    (at, reader) => {
      at.prepared.delete(reader.int(4));
      return { packets: [] };
    },
  ],
  [0x1a, okAnswer],
  [0x1b, setOption],
  [0x1f, resetConnection],
]);

/** Carries out one command. Never throws what a client can cause. */
export async function runCommand(at: Commander, payload: Uint8Array): Promise<Answer> {
  const reader = new PayloadReader(payload);
  try {
    const run = payload.length > 0 ? runs.get(reader.int(1)) : undefined;
    if (!run) return { packets: [encodeError(errors.unknownCommand)] };
    return await run(at, reader);
  } catch (error) {
    if (isDecnetError(error, "protocol")) return { packets: [encodeError(errors.malformed)] };
    return { packets: [encodeError(raisedError(error) ?? rethrow(error))] };
  }
}
