// From argv to one command's run, with help, nearest names and exit statuses. Runs no worker code until it is called for.

import type { Command } from "commander";
import { CommanderError, Command as Program } from "commander";
import { errorCodes, isDecnetError, toError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import { flagOf, settingKeys } from "../kit/config.ts";
import type { SettingKey } from "../kit/config-schema.ts";
import { settings } from "../kit/config-schema.ts";
import { defaultDataDir } from "../kit/data-folder.ts";
import { commit, version } from "../version.ts";
import type { CommandDefinition, Terminal } from "./command.ts";
import { commandGroups, commands } from "./index.ts";

/** Settings of a command that have a flag. */
function flagsOf(definition: CommandDefinition): readonly SettingKey[] {
  const { sections } = definition;
  const inSections = settingKeys.filter((key) => sections?.includes(key.split(".")[0] ?? "") ?? true);
  return (definition.settings ?? inSections).filter((key) => flagOf(key) !== undefined);
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The command under which others stand, as in `decnet topology show`. */
function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known) return known;
  const made = program.command(name).helpGroup("Commands:").helpCommand(false);
  return made.description(commandGroups[name] ?? name).configureHelp({ showGlobalOptions: false });
}

function addCommand(
  program: Command,
  definition: CommandDefinition,
  call: (command: Command) => Promise<void>,
): void {
  const [own = "", group] = definition.name.split(" ").reverse();
  const parent = group === undefined ? program : groupOf(program, group);
  const command = parent.command(`${own}${definition.usage ? ` ${definition.usage}` : ""}`, {
    hidden: definition.internal === true,
  });
  command
    .description(definition.summary)
    .helpGroup(definition.group === "workers" ? "Workers:" : "Commands:");
  for (const [flags, summary] of definition.options ?? []) command.option(flags, summary);
  for (const key of flagsOf(definition)) command.option(`--${flagOf(key)} <value>`, settings[key].summary);
  command.option("--data-dir <dir>", `where everything is kept (default ${defaultDataDir()})`);
  const examples = definition.examples.map((example) => `  $ ${example}`).join("\n");
  command.addHelpText("after", `\nExamples:\n${examples}`);
  command.action(() => call(command));
}

/** Words for a usage error, with the nearest option where commander names none. */
function usageMessage(error: CommanderError, program: Command): string {
  const message = error.message.replace(/^error: /, "").trim();
  const unknown = /^unknown command '([^']*)'/.exec(message);
  if (!unknown) return message;
  const names = program.commands.flatMap((command) => [
    command.name(),
    ...command.commands.map((sub) => sub.name()),
  ]);
  return `unknown command "${unknown[1] ?? ""}".${didYouMean(unknown[1] ?? "", names)} See decnet --help.`;
}

function report(thrown: unknown, terminal: Terminal): number {
  if (isDecnetError(thrown)) {
    terminal.err(`decnet: ${thrown.message}\n`);
    return errorCodes[thrown.code].exit;
  }
  const error = toError(thrown);
  terminal.err(`decnet: internal error: ${error.stack ?? error.message}\n`);
  return errorCodes.internal.exit;
}

/** Runs the command line; resolves to the exit status. */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  let status = 0;
  let helpText = "";
  const program = new Program("decnet")
    .description("A deception platform in one file: fake machines that only an intruder would touch.")
    .version(`decnet ${version} (${commit})`, "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => (helpText += text) })
    .addHelpText("after", "\nExamples:\n  $ decnet up\n  $ decnet status\n  $ decnet <command> --help");
  for (const definition of commands) {
    addCommand(program, definition, async (command) => {
      const options = command.opts() as Record<string, unknown>;
      const given = options["dataDir"] ?? terminal.env["DECNET_DATA_DIR"];
      const run = await definition.load();
      status = await run({
        args: command.args,
        options,
        flags: Object.fromEntries(flagsOf(definition).map((key) => [key, options[camel(flagOf(key) ?? "")]])),
        dataDir: typeof given === "string" && given !== "" ? given : defaultDataDir(terminal.env),
        dataDirGiven: typeof given === "string" && given !== "",
        terminal,
        signal,
      });
    });
  }
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
    if (thrown.code === "commander.help") {
      terminal.out(helpText);
      return 0;
    }
    terminal.err(`decnet: ${usageMessage(thrown, program)}\n`);
    return errorCodes.usage.exit;
  }
}
