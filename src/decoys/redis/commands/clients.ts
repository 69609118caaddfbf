// CLIENT and its subcommands: who is connected, under what name, and who is thrown out.
// Shows a client only to clients of the same source.

import { capture } from "../../../contract/captured.ts";
import type { Client } from "../client.ts";
import { describeClient, formatEndpoint, subscriptionCount } from "../client.ts";
import type { Context, Handlers } from "../context.ts";
import { SYNTAX, toInt } from "../context.ts";
import { refuse } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import { bulk, bulkOrNil, empty, failure, int, map, none, ok, setOf, verbatim } from "../reply.ts";

const MAX_NAME = 4096;
const BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";
const CLIENT_TYPES: ReadonlySet<string> = new Set(["normal", "master", "replica", "slave", "pubsub"]);

/** Gives the client a name, and records it. */
export function setName(context: Context, name: string): void {
  if (name.length > MAX_NAME || !/^[!-~]*$/.test(name)) refuse(BAD_NAME);
  context.client.name = name;
  if (name === "") return;
  context.session.record("client.identified", { via: "client-setname", software: capture(name, 512) });
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

/** CLIENT. */
export const clients: Handlers = {
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
