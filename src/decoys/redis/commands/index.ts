// The one table of what the server does, by command name, and what it says of the few commands it only knows by name.

import type { Command } from "../commands.ts";
import { commands } from "../commands.ts";
import type { Handler, Handlers } from "../context.ts";
import { failure, none, ok } from "../reply.ts";
import { clients } from "./clients.ts";
import { config } from "./config.ts";
import { connection } from "./connection.ts";
import { hashes } from "./hashes.ts";
import { introspection } from "./introspection.ts";
import { keys } from "./keys.ts";
import { lists } from "./lists.ts";
import { pubsub } from "./pubsub.ts";
import { scripting } from "./scripting.ts";
import { server } from "./server.ts";
import { sets } from "./sets.ts";
import { sorting } from "./sort.ts";
import { strings } from "./strings.ts";
import { zsetAlgebra } from "./zset-algebra.ts";
import { zsetPops } from "./zset-pops.ts";
import { zsets } from "./zsets.ts";

const monitor: Handlers = {
  monitor({ client }) {
    client.monitoring = true;
    return ok;
  },
};

const groups: readonly Handlers[] = [
  strings,
  keys,
  sorting,
  hashes,
  lists,
  sets,
  zsets,
  zsetAlgebra,
  zsetPops,
  clients,
  connection,
  config,
  server,
  introspection,
  pubsub,
  scripting,
  monitor,
];

const handlers: ReadonlyMap<string, Handler> = new Map(groups.flatMap((group) => Object.entries(group)));

/** Names of the commands with a handler. */
export const handledCommands: ReadonlySet<string> = new Set(handlers.keys());

/** What runs a command. A container called bare, or a subcommand without handler, has its container's answer. */
export function handlerOf(command: Command): Handler {
  const container = command.name.split("|")[0] ?? "";
  return handlers.get(command.name) ?? handlers.get(container) ?? unknown;
}

const unknown: Handler = ({ command }) =>
  commands.has(command.name) ? failure("ERR This instance has cluster support disabled") : none;
