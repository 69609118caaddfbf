// One command's way through the server: existence, arity, rights, memory, transaction, handler.
// The order of the checks is the server's own (processCommand of 7.0); what a handler refuses becomes the error reply.

import { isDecnetError } from "../../contract/errors.ts";
import type { Session } from "../decoy.ts";
import type { Client, Queued } from "./client.ts";
import { discardTransaction, subscriptionCount } from "./client.ts";
import { handlerOf } from "./commands/index.ts";
import type { Command } from "./commands.ts";
import { findCommand, fitsArity, isDenied } from "./commands.ts";
import type { Context } from "./context.ts";
import { arityError } from "./context.ts";
import type { Reply } from "./reply.ts";
import { array, failure, nilArray, ok, queued } from "./reply.ts";
import type { World, Worlds } from "./world.ts";

/** What a command runs against. */
export interface Surroundings {
  readonly world: World;
  readonly worlds: Worlds;
  readonly client: Client;
  readonly session: Session;
}

/** Bytes and commands that a transaction may hold. */
const TRANSACTION_BYTES = 1024 * 1024;
const TRANSACTION_COMMANDS = 4096;
/** Keys that a connection may watch, and their bytes. */
const WATCHED_KEYS = 1024;
const WATCHED_BYTES = 64 * 1024;
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
const IN_SUBSCRIPTION = new Set(
  "subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe ping quit reset".split(" "),
);
const NOT_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);

const weightOf = (args: readonly string[]): number => args.reduce((sum, arg) => sum + arg.length + 64, 0);

/** The command, or the reply that refuses it. `cut` says that its arguments did not fit. */
function admitCommand(at: Surroundings, args: readonly string[], cut: boolean): Command | Reply {
  const { client, world, worlds } = at;
  const command = findCommand(args);
  if (typeof command === "string") return failure(command);
  if (!fitsArity(command, args.length)) return failure(arityError(command.name));
  if (!client.authenticated && !command.flags.has("no_auth")) {
    return failure("NOAUTH Authentication required.");
  }
  if (isDenied(command)) {
    return failure(`NOPERM this user has no permissions to run the '${command.name}' command`);
  }
  const writes = command.flags.has("write");
  const grows = command.flags.has("denyoom");
  if (cut || (grows && (worlds.full || !world.admit(weightOf(args))))) return failure(OOM);
  if (writes && world.master && world.setting("replica-read-only") === "yes") {
    return failure("READONLY You can't write against a read only replica.");
  }
  if (client.protocol === 2 && subscriptionCount(client) + client.shardChannels.size > 0) {
    if (!IN_SUBSCRIPTION.has(command.name)) {
      return failure(
        `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
  }
  return command;
}

const isReply = (value: Command | Reply): value is Reply => "t" in value;

/** Runs a command that was admitted. */
async function run(at: Surroundings, { command, args }: Queued, nested: boolean): Promise<Reply> {
  const { world, client } = at;
  const context: Context = {
    ...at,
    command,
    nested,
    get db() {
      return world.database(client.database);
    },
    now: () => world.clock.now(),
    call: (inner) => callFromScript(at, inner),
  };
  const skip = command.name.includes("|") ? 2 : 1;
  try {
    const reply = await handlerOf(command)(context, args.slice(skip));
    if (command.flags.has("write")) {
      world.stats.changes++;
      world.freed();
      world.changed();
    }
    return reply;
  } catch (error) {
    if (isDecnetError(error, "invalid")) return failure(error.message);
    throw error;
  }
}

async function callFromScript(at: Surroundings, args: readonly string[]): Promise<Reply> {
  const command = admitCommand(at, args, false);
  if (isReply(command)) return command;
  if (command.flags.has("noscript")) return failure("ERR This Redis command is not allowed from script");
  return run(at, { command, args }, true);
}

async function execute(at: Surroundings): Promise<Reply> {
  const { client, world } = at;
  const commands = client.transaction ?? [];
  const failed = client.transactionFailed;
  const stale = client.watched.some(
    ({ database, key, version }) => world.database(database).versionOf(key) !== version,
  );
  discardTransaction(client);
  world.unfollow();
  if (failed) return failure("EXECABORT Transaction discarded because of previous errors.");
  if (stale) return nilArray;
  const replies: Reply[] = [];
  for (const command of commands) replies.push(await run(at, command, true));
  return array(replies);
}

function watch(at: Surroundings, keys: readonly string[]): Reply {
  const { client, world } = at;
  const bytes = [...client.watched.map(({ key }) => key), ...keys].reduce((sum, key) => sum + key.length, 0);
  if (client.watched.length + keys.length > WATCHED_KEYS || bytes > WATCHED_BYTES) return failure(OOM);
  for (const key of keys) {
    const version = world.database(client.database).follow(key);
    client.watched.push({ database: client.database, key, version });
  }
  return ok;
}

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH; undefined for any other command. */
function transact(
  at: Surroundings,
  command: Command,
  args: readonly string[],
): Reply | Promise<Reply> | undefined {
  const { client } = at;
  switch (command.name) {
    case "multi":
      if (client.transaction) return failure("ERR MULTI calls can not be nested");
      client.transaction = [];
      return ok;
    case "exec":
      return client.transaction ? execute(at) : failure("ERR EXEC without MULTI");
    case "discard":
      if (!client.transaction) return failure("ERR DISCARD without MULTI");
      discardTransaction(client);
      at.world.unfollow();
      return ok;
    case "watch":
      return client.transaction ? failure("ERR WATCH inside MULTI is not allowed") : watch(at, args.slice(1));
    case "unwatch":
      client.watched = [];
      at.world.unfollow();
      return ok;
    default:
      return undefined;
  }
}

function enqueue(client: Client, command: Command, args: readonly string[]): Reply {
  if (command.flags.has("no_multi")) {
    client.transactionFailed = true;
    return failure("ERR Command not allowed inside a transaction");
  }
  const bytes = client.transactionBytes + weightOf(args);
  const transaction = client.transaction ?? [];
  if (bytes > TRANSACTION_BYTES || transaction.length >= TRANSACTION_COMMANDS) {
    client.transactionFailed = true;
    return failure(OOM);
  }
  client.transactionBytes = bytes;
  transaction.push({ command, args });
  return queued;
}

/** What came of one command: the reply, and the command itself when the server knew it. */
export interface Dispatched {
  readonly reply: Reply;
  readonly command: Command | null;
}

/** Handles one command of a client. Never throws what a client can cause. */
export async function dispatch(at: Surroundings, args: readonly string[], cut: boolean): Promise<Dispatched> {
  const { client } = at;
  const admitted = admitCommand(at, args, cut);
  if (isReply(admitted)) {
    if (client.transaction) client.transactionFailed = true;
    return { reply: admitted, command: null };
  }
  client.lastCommand = admitted.name;
  if (client.transaction && !NOT_QUEUED.has(admitted.name)) {
    return { reply: enqueue(client, admitted, args), command: admitted };
  }
  const transaction = transact(at, admitted, args);
  const reply = transaction ?? run(at, { command: admitted, args }, false);
  return { reply: await reply, command: admitted };
}
