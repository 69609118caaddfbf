// The MySQL decoy's conversation: login, then commands until one side has had enough.
// Reads and writes no file, asks the client for none, runs nothing.

import { capture } from "../../contract/captured.ts";
import { isDecnetError } from "../../contract/errors.ts";
import type { Decoy, Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import type { Door, Entered } from "./auth.ts";
import { enter, judge, readFailure, recordAttributes } from "./auth.ts";
import { PayloadReader } from "./codec.ts";
import type { Commander } from "./commands.ts";
import { runCommand } from "./commands.ts";
import { Connection } from "./connection.ts";
import { errors, raisedError } from "./errors.ts";
import { encodeError, encodeOk, STATUS } from "./packets.ts";
import type { Server } from "./server.ts";
import { createServer, MAX_PACKET } from "./server.ts";
import { Wire } from "./wire.ts";

/** Most bytes of a packet before the login. */
const LOGIN_PACKET = 64 * 1024;
const CHANGE_USER = 0x11;
/** Milliseconds of work after which other conversations get their turn. */
const TURN_MS = 20;

function connect({ session, server, host }: Door, entered: Entered): Commander {
  const connection = new Connection(server, {
    clock: session.clock,
    random: session.random,
    threadId: entered.threadId,
    user: entered.username,
    host,
    usedPassword: entered.usedPassword,
  });
  return { session, connection, capabilities: entered.capabilities, prepared: new Map(), nextStatement: 1 };
}

/** Makes the database of the login current, or tells why not. */
async function openDatabase({ wire }: Door, commander: Commander, name: string | null): Promise<boolean> {
  try {
    if (name !== null) commander.connection.use(name);
  } catch (error) {
    const failure = raisedError(error);
    if (!failure) throw error;
    await wire.send(encodeError(failure));
    return false;
  }
  await wire.send(encodeOk({}, STATUS.autocommit));
  return true;
}

interface Change {
  readonly username: string;
  readonly response: Buffer;
  readonly database: string | null;
  readonly attributes: [Buffer, Buffer][];
}

function readChange(payload: Uint8Array): Change {
  const reader = new PayloadReader(payload);
  reader.int(1);
  const username = reader.nulBytes().subarray(0, 96).toString("utf8");
  const response = reader.bytes(reader.int(1));
  const database = reader.nulBytes().toString("utf8");
  if (reader.left >= 2) reader.bytes(2);
  reader.nulBytes();
  const attributes: [Buffer, Buffer][] = [];
  if (reader.left > 0) {
    const block = new PayloadReader(reader.lenencBytes());
    while (block.left > 0 && attributes.length < 64)
      attributes.push([block.lenencBytes(), block.lenencBytes()]);
  }
  return { username, response, database: database === "" ? null : database, attributes };
}

/** COM_CHANGE_USER: a second login; the new commander, or null when it is refused. */
async function changeUser(door: Door, old: Commander, payload: Uint8Array): Promise<Commander | null> {
  let change: Change;
  try {
    change = readChange(payload);
  } catch (error) {
    if (!isDecnetError(error, "protocol")) throw error;
    await door.wire.send(encodeError(errors.badHandshake));
    return null;
  }
  recordAttributes(door.session, change.attributes);
  const { capabilities } = old;
  const attempt = {
    username: change.username,
    plugin: "",
    capabilities,
    response: Buffer.alloc(0),
    salt: Buffer.alloc(20),
  };
  const admitted = await judge(door, attempt, true);
  if (!admitted) return null;
  const { threadId } = old.connection;
  const fresh = connect(door, { ...admitted, threadId, capabilities, database: change.database });
  return (await openDatabase(door, fresh, change.database)) ? fresh : null;
}

async function converse(door: Door): Promise<void> {
  const { session, wire } = door;
  const entered = await enter(door);
  if (!entered) return;
  let commander = connect(door, entered);
  if (!(await openDatabase(door, commander, entered.database))) return;
  wire.maxBytes = MAX_PACKET;
  let turn = session.clock.monotonic();
  while (!session.connection.closed) {
    if (session.clock.monotonic() - turn > TURN_MS) await session.clock.sleep(0, session.signal);
    turn = session.clock.monotonic();
    wire.startCommand();
    const heard = await wire.read();
    if (heard?.kind !== "packet") {
      const failure = readFailure(heard);
      if (!failure) return;
      session.record("protocol.violated", {
        violation: `mysql-${heard?.kind}`,
        bytes: capture(failure.text),
      });
      await wire.send(encodeError(failure));
      return;
    }
    if (heard.payload[0] === CHANGE_USER) {
      const changed = await changeUser(door, commander, heard.payload);
      if (!changed) return;
      commander = changed;
      continue;
    }
    const answer = await runCommand(commander, heard.payload);
    if (answer.packets.length > 0) await wire.send(...answer.packets);
    if (answer.close) return;
  }
}

async function serve(server: Server, session: Session): Promise<void> {
  const wire = new Wire(session, LOGIN_PACKET);
  try {
    await converse({ session, server, wire, host: session.connection.remote.ip });
  } finally {
    session.connection.close();
  }
}

/** Makes the MySQL of one persona. */
export function createMysqlDecoy(persona: Persona): Promise<Decoy> {
  const server = createServer(persona);
  return Promise.resolve({ serve: (session) => serve(server, session) });
}
