// The connection's own commands: AUTH, HELLO, PING, SELECT, RESET and CLIENT.
// Records every login; shows a client only to clients of the same source.

import { capture } from "../../../contract/captured.ts";
import type { Client } from "../client.ts";
import { describeClient, discardTransaction, formatEndpoint, subscriptionCount } from "../client.ts";
import type { Context, Handlers } from "../context.ts";
import { NOT_AN_INTEGER, SYNTAX, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import { parseInteger } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import {
  array,
  bulk,
  bulkOrNil,
  empty,
  failure,
  int,
  map,
  none,
  ok,
  setOf,
  simple,
  verbatim,
} from "../reply.ts";
import { DATABASES } from "../world.ts";

const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";
const MAX_NAME = 4096;
const BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

const CLIENT_TYPES: ReadonlySet<string> = new Set(["normal", "master", "replica", "slave", "pubsub"]);

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

function setName(context: Context, name: string): void {
  if (name.length > MAX_NAME || !/^[!-~]*$/.test(name)) refuse(BAD_NAME);
  context.client.name = name;
  if (name === "") return;
  context.session.record("client.identified", { via: "client-setname", software: capture(name, 512) });
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

function listClients(context: Context, args: readonly string[]): Reply {
  const { client, world } = context;
  let shown = [...world.clients];
  if (args.length === 2 && args[0]?.toUpperCase() === "TYPE") {
    const type = (args[1] ?? "").toLowerCase();
    if (!CLIENT_TYPES.has(type)) refuse(`ERR Unknown client type '${args[1]}'`);
    const subscribed = type === "pubsub";
    shown = ["normal", "pubsub"].includes(type)
      ? shown.filter((other) => subscriptionCount(other) > 0 === subscribed)
      : [];
  } else if (args.length > 1 && args[0]?.toUpperCase() === "ID") {
    const ids = new Set(args.slice(1).map((text) => toInt(text, "ERR Invalid client ID")));
    shown = shown.filter((other) => ids.has(other.id));
  } else if (args.length > 0) refuse(SYNTAX);
  const lines = shown.map((other) =>
    describeClient(other, context.now(), other === client ? { bytes: 26 } : null),
  );
  return verbatim(lines.map((line) => `${line}\n`).join(""));
}

function killClients(context: Context, args: readonly string[]): Reply {
  const { client, world } = context;
  const kill = (victims: readonly Client[], skipMe: boolean): number => {
    const chosen = victims.filter((victim) => !(skipMe && victim === client));
    for (const victim of chosen) {
      if (victim === client) client.closing = true;
      else victim.kill();
    }
    return chosen.length;
  };
  const all = [...world.clients];
  if (args.length === 1) {
    const victims = all.filter((other) => formatEndpoint(other.remote) === args[0]);
    return kill(victims, false) === 0 ? failure("ERR No such client") : ok;
  }
  let skipMe = true;
  const tests: ((other: Client) => boolean)[] = [];
  for (let at = 0; at < args.length; at += 2) {
    const word = (args[at] ?? "").toUpperCase();
    const value = args[at + 1];
    if (value === undefined) refuse(SYNTAX);
    if (word === "ID") {
      const id = toInt(value, "ERR client-id should be greater than 0");
      tests.push((other) => other.id === id);
    } else if (word === "ADDR") tests.push((other) => formatEndpoint(other.remote) === value);
    else if (word === "LADDR") tests.push((other) => formatEndpoint(other.local) === value);
    else if (word === "USER") {
      if (value !== "default") refuse(`ERR No such user '${value.slice(0, 128)}'`);
    } else if (word === "TYPE") {
      if (!CLIENT_TYPES.has(value.toLowerCase())) refuse(`ERR Unknown client type '${value.slice(0, 128)}'`);
      tests.push((other) => subscriptionCount(other) > 0 === (value === "pubsub"));
    } else if (word === "SKIPME") skipMe = value.toLowerCase() === "yes";
    else refuse(SYNTAX);
  }
  return int(
    kill(
      all.filter((other) => tests.every((test) => test(other))),
      skipMe,
    ),
  );
}

function replyMode(context: Context, [mode]: readonly string[]): Reply {
  const word = (mode ?? "").toLowerCase();
  if (word !== "on" && word !== "off" && word !== "skip") return failure(SYNTAX);
  context.client.replyMode = word;
  return word === "on" ? ok : none;
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
  "client|list": listClients,
  "client|kill": killClients,
  "client|reply": replyMode,
  "client|id": (context) => int(context.client.id),
  "client|info": (context) => verbatim(`${describeClient(context.client, context.now(), { bytes: 26 })}\n`),
  "client|getname": (context) => bulkOrNil(context.client.name || undefined),
  "client|setname"(context, [name = ""]) {
    setName(context, name);
    return ok;
  },
  "client|no-evict"(context, [mode]) {
    const word = (mode ?? "").toLowerCase();
    if (word !== "on" && word !== "off") return failure(SYNTAX);
    context.client.noEvict = word === "on";
    return ok;
  },
  "client|pause"(_context, [timeout]) {
    const ms = toInt(timeout, "ERR timeout is not an integer or out of range");
    return ms < 0 ? failure("ERR timeout is negative") : ok;
  },
  "client|unpause": () => ok,
  "client|unblock"(context, [id]) {
    toInt(id);
    context.world.changed();
    return int(0);
  },
  "client|getredir": () => int(-1),
  "client|tracking": () => ok,
  "client|caching": () =>
    failure(
      "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
    ),
  "client|trackinginfo": () =>
    map([...[bulk("flags"), setOf(["off"])], ...[bulk("redirect"), int(-1)], ...[bulk("prefixes"), empty]]),
};
