// The command table parsed: lookup by name or container and subcommand, arity, flags, keys of an invocation.
// Case is folded here, once; names that clients send are only ever looked up, never kept.

import { categoryLetters, flagLetters } from "./command-letters.ts";
import { commandLines } from "./command-table.ts";
import { subcommandLines } from "./subcommand-table.ts";

/** One command or subcommand. */
export interface Command {
  /** `get`, or `config|set` for a subcommand. */
  readonly name: string;
  /** Arguments with the name: exactly so many, or at least when negative. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly categories: readonly string[];
  readonly firstKey: number;
  readonly lastKey: number;
  readonly keyStep: number;
  readonly since: string;
  readonly group: string;
  readonly subcommands: ReadonlyMap<string, Command>;
}

function expand(letters: string, table: Readonly<Record<string, string>>): string[] {
  return letters === "-" ? [] : [...letters].map((letter) => table[letter] ?? "");
}

function parseSubcommands(): Map<string, string[]> {
  const lines = subcommandLines.trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [name = "", ...subs] = line.split(" ");
      return [name, subs];
    }),
  );
}

function parseTable(): ReadonlyMap<string, Command> {
  const containers = parseSubcommands();
  const entries = commandLines.trim().split("\n");
  return new Map(
    entries.map((text): [string, Command] => {
      const [name = "", arity, flags = "-", cats = "-", first, last, step, since = "", group = ""] =
        text.split(" ");
      const base = { firstKey: 0, lastKey: 0, keyStep: 0, since, group, subcommands: new Map() };
      const subcommands = (containers.get(name) ?? []).map((sub): [string, Command] => {
        const [word = "", subArity, subFlags = "-", subCats = "-"] = sub.split(":");
        return [
          word,
          {
            ...base,
            name: `${name}|${word}`,
            arity: Number(subArity),
            flags: new Set(expand(subFlags, flagLetters)),
            categories: expand(subCats, categoryLetters),
          },
        ];
      });
      return [
        name,
        {
          name,
          arity: Number(arity),
          flags: new Set(expand(flags, flagLetters)),
          categories: expand(cats, categoryLetters),
          firstKey: Number(first),
          lastKey: Number(last),
          keyStep: Number(step),
          since,
          group,
          subcommands: new Map(subcommands),
        },
      ];
    }),
  );
}

/** Every command by lower-case name. */
export const commands: ReadonlyMap<string, Command> = parseTable();

/** ACL rules behind `+@all` of the one user, and so what the server refuses to everybody. */
export const deniedRules = ["-@stream", "-@geo", "-@hyperloglog", "-@bitmap", "-dump", "-restore"] as const;

const denied = new Set(deniedRules.map((rule) => rule.slice(1)));

/** True when the user's ACL refuses the command. */
export function isDenied(command: Command): boolean {
  return denied.has(command.name) || command.categories.some((category) => denied.has(category));
}

/** What a name and its arguments mean: a command, or the text of the error. */
export function findCommand(args: readonly string[]): Command | string {
  const name = args[0] ?? "";
  const command = name.length <= 64 ? commands.get(name.toLowerCase()) : undefined;
  if (!command) return unknownCommand(args);
  if (command.subcommands.size === 0 || args.length < 2) return command;
  const word = args[1] ?? "";
  const sub = word.length <= 64 ? command.subcommands.get(word.toLowerCase()) : undefined;
  if (sub) return sub;
  return `ERR unknown subcommand '${word.slice(0, 128)}'. Try ${command.name.toUpperCase()} HELP.`;
}

function unknownCommand(args: readonly string[]): string {
  let shown = "";
  for (const arg of args.slice(1)) {
    if (shown.length >= 128) break;
    shown += `'${arg.slice(0, 128 - shown.length)}' `;
  }
  return `ERR unknown command '${(args[0] ?? "").slice(0, 128)}', with args beginning with: ${shown}`;
}

/** True when so many arguments (with the name) fit. A container without subcommand never does. */
export function fitsArity(command: Command, count: number): boolean {
  if (command.subcommands.size > 0 && count < 2 && command.arity < -1) return false;
  return command.arity >= 0 ? count === command.arity : count >= -command.arity;
}

/** The keys among the arguments of an invocation. */
export function keysOf(command: Command, args: readonly string[]): string[] {
  if (command.firstKey === 0 || command.keyStep === 0) return [];
  const last = command.lastKey < 0 ? args.length + command.lastKey : command.lastKey;
  const keys: string[] = [];
  for (let at = command.firstKey; at <= last && at < args.length; at += command.keyStep) {
    keys.push(args[at] ?? "");
  }
  return keys;
}
