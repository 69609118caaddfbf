// Words for a command line that can't be understood: what was wrong, and the right use or the nearest name.

import type { Command, CommanderError } from "commander";
import { didYouMean } from "../contract/nearest.ts";

/** Names of commands, those of a group included. */
export function namesOf(program: Command): readonly string[] {
  return program.commands.flatMap((command) => [
    command.name(),
    ...command.commands.map((sub) => sub.name()),
  ]);
}

/** Says that there is no such command. */
export function unknownCommand(name: string, known: readonly string[]): string {
  return `unknown command "${name}".${didYouMean(name, known)} See decnet --help.`;
}

/** An option that commander does not take, such as `--json=yes` or `--jsn`. */
function unknownOption(given: string, known: readonly string[]): string {
  const [name = "", value] = given.split("=");
  if (value !== undefined && known.includes(name)) return `${name} takes no value: write ${name} alone`;
  return `unknown option "${given}".${didYouMean(name.toLowerCase(), known)}`;
}

/** Words for what commander refuses of `called`, a command of `program` or that itself. */
export function usageMessage(error: CommanderError, called: Command, program: Command): string {
  const message = error.message.replace(/^error: /, "").trim();
  const command = /^unknown command '([^']*)'/.exec(message);
  if (command) return unknownCommand(command[1] ?? "", namesOf(program));
  const option = /^unknown option '([^']*)'/.exec(message);
  if (!option) return message;
  const known = called.options.flatMap(({ long }) => long ?? []);
  return unknownOption(option[1] ?? "", [...known, "--help"]);
}
