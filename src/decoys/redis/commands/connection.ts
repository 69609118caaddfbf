// The connection's own commands: AUTH, HELLO, PING, SELECT and RESET.
// Records every login.

import { capture } from "../../../contract/captured.ts";
import { discardTransaction, subscriptionCount } from "../client.ts";
import type { Context, Handlers } from "../context.ts";
import { NOT_AN_INTEGER, SYNTAX, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, empty, failure, int, map, ok, simple } from "../reply.ts";
import { DATABASES } from "../world.ts";
import { setName } from "./clients.ts";

const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Tests a login, records it, and lets the client in when it holds. */
function logIn(context: Context, username: string, secret: string): boolean {
  const { client, session, world } = context;
  const accepted = username === "default" && (world.password === null || secret === world.password);
  session.record("auth.attempted", {
    method: "password",
    username: capture(bytesOf(username), 512),
    secret: capture(bytesOf(secret), 1024),
    accepted,
  });
  if (accepted) client.authenticated = true;
  return accepted;
}

function auth(context: Context, args: readonly string[]): Reply {
  if (args.length > 2) return failure(SYNTAX);
  const [first = "", second] = args;
  if (second !== undefined) return logIn(context, first, second) ? ok : failure(WRONG_PASSWORD);
  if (context.world.password !== null) return logIn(context, "default", first) ? ok : failure(WRONG_PASSWORD);
  context.session.record("auth.attempted", {
    method: "password",
    username: capture("default"),
    secret: capture(bytesOf(first), 1024),
    accepted: false,
  });
  return failure(
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
  );
}

interface Greeting {
  readonly login: readonly [string, string] | null;
  readonly name: string | null;
}

function parseGreeting(options: readonly string[]): Greeting {
  let login: readonly [string, string] | null = null;
  let name: string | null = null;
  for (let at = 0; at < options.length; at++) {
    const word = (options[at] ?? "").toUpperCase();
    const left = options.length - at - 1;
    if (word === "AUTH" && left >= 2) login = [options[++at] ?? "", options[++at] ?? ""];
    else if (word === "SETNAME" && left >= 1) name = options[++at] ?? "";
    else refuse(`ERR Syntax error in HELLO option '${options[at]}'`);
  }
  return { login, name };
}

function hello(context: Context, args: readonly string[]): Reply {
  const { client, world } = context;
  const [version, ...options] = args;
  if (version !== undefined) {
    const number = parseInteger(version);
    if (number === null) refuse("ERR Protocol version is not an integer or out of range");
    if (number < 2n || number > 3n) refuse("NOPROTO unsupported protocol version");
  }
  const { login, name } = parseGreeting(options);
  if (login && !logIn(context, login[0], login[1])) return failure(WRONG_PASSWORD);
  if (!client.authenticated) {
    return failure(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  }
  if (name !== null) setName(context, name);
  if (version !== undefined) client.protocol = version === "3" ? 3 : 2;
  return map([
    ...[bulk("server"), bulk("redis")],
    ...[bulk("version"), bulk(world.machine.version)],
    ...[bulk("proto"), int(client.protocol)],
    ...[bulk("id"), int(client.id)],
    ...[bulk("mode"), bulk("standalone")],
    ...[bulk("role"), bulk(world.master ? "replica" : "master")],
    ...[bulk("modules"), empty],
  ]);
}

function reset(context: Context): Reply {
  const { client, world } = context;
  discardTransaction(client);
  client.channels.clear();
  client.patterns.clear();
  client.shardChannels.clear();
  Object.assign(client, { database: 0, name: "", protocol: 2, monitoring: false, replyMode: "on" });
  client.authenticated = world.password === null;
  return simple("RESET");
}

/** Commands of the connection. */
export const connection: Handlers = {
  auth,
  hello,
  reset,
  quit(context) {
    context.client.closing = true;
    return ok;
  },
  ping(context, args) {
    if (args.length > 1) refuse("ERR wrong number of arguments for 'ping' command");
    if (context.client.protocol === 2 && subscriptionCount(context.client) > 0) {
      return array([bulk("pong"), bulk(args[0] ?? "")]);
    }
    return args[0] === undefined ? simple("PONG") : bulk(args[0]);
  },
  echo: (_context, [text = ""]) => bulk(text),
  select(context, [text]) {
    const index = toInt(text, NOT_AN_INTEGER);
    if (index < 0 || index >= DATABASES) refuse("ERR DB index is out of range");
    context.client.database = index;
    return ok;
  },
};
