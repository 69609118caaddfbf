// From argv to one command's run, with help, nearest names and exit statuses. Runs no worker code until it is called for.

import type { Command } from "commander";
import { CommanderError } from "commander";
import { errorCodes, isDecnetError, toError } from "../contract/errors.ts";
import { defaultDataDir } from "../kit/data-folder.ts";
import type { CommandCall, Terminal } from "./command.ts";
import type { Called } from "./program.ts";
import { buildProgram, calledBy, camel } from "./program.ts";
import { namesOf, unknownCommand, usageMessage } from "./usage.ts";

function report(thrown: unknown, terminal: Terminal): number {
  if (isDecnetError(thrown)) {
    terminal.err(`decnet: ${thrown.message}\n`);
    return errorCodes[thrown.code].exit;
  }
  const error = toError(thrown);
  terminal.err(`decnet: internal error: ${error.stack ?? error.message}\n`);
  return errorCodes.internal.exit;
}

function callOf(
  command: Command,
  flags: Called["flags"],
  { terminal, signal }: Pick<CommandCall, "terminal" | "signal">,
): CommandCall {
  const options = command.opts() as Record<string, unknown>;
  const given = options["dataDir"] ?? terminal.env["DECNET_DATA_DIR"];
  const dataDirGiven = typeof given === "string" && given !== "";
  return {
    args: command.args,
    options,
    flags: Object.fromEntries(flags.map(({ key, flag }) => [key, options[camel(flag)]])),
    dataDir: dataDirGiven ? given : defaultDataDir(terminal.env),
    dataDirGiven,
    terminal,
    signal,
  };
}

/** `help a b` is `a b --help`. */
function withoutHelp(argv: readonly string[]): readonly string[] {
  return argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
}

/** The word that names no command, which commander's help would pass over. */
function unknownIn(program: Command, [first = "-", second = "-"]: readonly string[]): string | undefined {
  if (first.startsWith("-")) return undefined;
  const command = program.commands.find((known) => known.name() === first);
  if (!command) return first;
  const isSub = command.commands.length === 0 || command.commands.some((sub) => sub.name() === second);
  return isSub || second.startsWith("-") ? undefined : second;
}

function refuse(message: string, terminal: Terminal): number {
  terminal.err(`decnet: ${message}\n`);
  return errorCodes.usage.exit;
}

/** Runs the command line; resolves to the exit status. */
export async function runCli(
  given: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  let status = 0;
  let helpText = "";
  const argv = withoutHelp(given);
  const called = await calledBy(argv);
  const { program, own } = buildProgram(called, {
    run: async (command, { definition, flags }) => {
      const run = await definition.load();
      status = await run(callOf(command, flags, { terminal, signal }));
    },
    out: (text) => terminal.out(text),
    err: (text) => (helpText += text),
  });
  const unknown = unknownIn(program, argv);
  if (unknown !== undefined) return refuse(unknownCommand(unknown, namesOf(program)), terminal);
  if (argv.length === 0) {
    terminal.out(program.helpInformation());
    return 0;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return report(thrown, terminal);
    if (thrown.exitCode === 0) return 0;
    if (thrown.code !== "commander.help")
      return refuse(usageMessage(thrown, own ?? program, program), terminal);
    terminal.out(helpText);
    return 0;
  }
}
