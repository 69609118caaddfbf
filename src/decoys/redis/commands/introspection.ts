// COMMAND, INFO and the HELP of every container, all from the command table.

import type { Command } from "../commands.ts";
import { commands, findCommand, fitsArity, keysOf } from "../commands.ts";
import type { Context, Handlers } from "../context.ts";
import { SYNTAX } from "../context.ts";
import { globBudget, globMatches } from "../glob.ts";
import { formatInfo } from "../info.ts";
import { refuse } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, empty, failure, int, map, nilArray, simple, verbatim } from "../reply.ts";

/** Where the keys stand, as COMMAND INFO's last but one field says. */
function keySpecs(command: Command): Reply {
  if (command.firstKey === 0) return empty;
  const relativeLast = command.lastKey < 0 ? command.lastKey : command.lastKey - command.firstKey;
  const access = command.flags.has("readonly") ? ["RO", "access"] : ["RW", "update"];
  return array([
    map([
      ...[bulk("flags"), { t: "set", v: access.map(simple) } as const],
      ...[bulk("begin_search"), section("index", [bulk("index"), int(command.firstKey)])],
      bulk("find_keys"),
      section("range", [
        ...[bulk("lastkey"), int(relativeLast)],
        ...[bulk("keystep"), int(command.keyStep)],
        ...[bulk("limit"), int(0)],
      ]),
    ]),
  ]);
}

function section(type: string, spec: readonly Reply[]): Reply {
  return map([bulk("type"), bulk(type), bulk("spec"), map(spec)]);
}

function describe(command: Command): Reply {
  return array([
    bulk(command.name),
    int(command.arity),
    { t: "set", v: [...command.flags].map(simple) },
    int(command.firstKey),
    int(command.lastKey),
    int(command.keyStep),
    { t: "set", v: command.categories.map(simple) },
    { t: "set", v: [] },
    keySpecs(command),
    array([...command.subcommands.values()].map(describe)),
  ]);
}

function document(command: Command): Reply {
  const base = [bulk("since"), bulk(command.since), bulk("group"), bulk(command.group)];
  if (command.subcommands.size === 0) return map(base);
  const nested = [...command.subcommands.values()].flatMap((sub) => [bulk(sub.name), document(sub)]);
  return map([...base, bulk("subcommands"), map(nested)]);
}

function byName(name: string): Command | undefined {
  const [container = "", sub] = name.toLowerCase().slice(0, 128).split("|");
  const command = commands.get(container);
  return sub === undefined ? command : command?.subcommands.get(sub);
}

const all = (names: readonly string[]): (Command | undefined)[] =>
  names.length === 0 ? [...commands.values()] : names.slice(0, 1024).map(byName);

function getKeys(_context: Context, args: readonly string[]): Reply {
  const command = findCommand(args);
  if (typeof command === "string") return failure("ERR Invalid command specified");
  if (!fitsArity(command, args.length))
    return failure("ERR Invalid number of arguments specified for command");
  const keys = keysOf(command, args);
  return keys.length === 0 ? failure("ERR The command has no key arguments") : bulks(keys);
}

function list(_context: Context, args: readonly string[]): Reply {
  const names = [...commands.values()].flatMap((command) => [
    command.name,
    ...[...command.subcommands.values()].map((sub) => sub.name),
  ]);
  if (args.length === 0) return bulks(names);
  const [by, how, value] = args.map((arg) => arg.toLowerCase());
  if (by !== "filterby" || value === undefined || args.length !== 3) refuse(SYNTAX);
  if (how === "module") return empty;
  const budget = globBudget();
  if (how === "pattern") return bulks(names.filter((name) => globMatches(value, name, budget)));
  if (how === "aclcat") return bulks(names.filter((name) => byName(name)?.categories.includes(`@${value}`)));
  return refuse(SYNTAX);
}

function help(command: Command): Reply {
  const name = command.name.toUpperCase();
  return array(
    [
      `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
      ...[...command.subcommands.keys()].filter((sub) => sub !== "help").map((sub) => sub.toUpperCase()),
      "HELP",
      "    Print this help.",
    ].map(simple),
  );
}

const helps = [...commands.values()]
  .filter((command) => command.subcommands.has("help"))
  .map((command) => [`${command.name}|help`, () => help(command)] as const);

/** COMMAND, INFO, HELP. */
export const introspection: Handlers = {
  ...Object.fromEntries(helps),
  info: (context, sections) => verbatim(formatInfo(context.world, context.worlds, sections)),
  command: () => array([...commands.values()].map(describe)),
  "command|count": () => int(commands.size),
  "command|list": list,
  "command|getkeys": getKeys,
  "command|getkeysandflags": getKeys,
  "command|info": (_context, names) =>
    array(all(names).map((command) => (command ? describe(command) : nilArray))),
  "command|docs": (_context, names) =>
    map(all(names).flatMap((command) => (command ? [bulk(command.name), document(command)] : []))),
};
