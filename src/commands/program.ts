// The registry of commands as a commander program: names and summaries of all, options of the one that is called.
// Loads no settings unless that one takes some as flags, so that help and version cost next to nothing.

import { Command } from "commander";
import type { SettingKey } from "../kit/config-schema.ts";
import { defaultDataDir } from "../kit/data-folder.ts";
import { versionLine } from "../version.ts";
import type { CommandDefinition } from "./command.ts";
import { commandGroups, commands } from "./index.ts";

/** A setting that a command takes as a flag. */
interface SettingFlag {
  readonly key: SettingKey;
  /** Long, without dashes. */
  readonly flag: string;
  readonly summary: string;
}

/** The command that is called, with what it takes. */
export interface Called {
  readonly definition: CommandDefinition;
  readonly flags: readonly SettingFlag[];
}

/** The value of a command's flag as commander names it. */
export function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Settings of a command that have a flag. */
async function flagsOf({ settings: named, sections }: CommandDefinition): Promise<readonly SettingFlag[]> {
  if (named?.length === 0) return [];
  const [{ flagOf, settingKeys }, { settings }] = await Promise.all([
    import("../kit/config.ts"),
    import("../kit/config-schema.ts"),
  ]);
  const wanted = (key: string): boolean =>
    sections?.some((section) => section === key || section === key.split(".")[0]) ?? true;
  return (named ?? settingKeys.filter(wanted)).flatMap((key) => {
    const flag = flagOf(key);
    return flag === undefined ? [] : [{ key, flag, summary: settings[key].summary }];
  });
}

/** Which command these words call; undefined when none. */
export async function calledBy(argv: readonly string[]): Promise<Called | undefined> {
  const [first = "", second = ""] = argv;
  const definition = commands.find(({ name }) => name === first || name === `${first} ${second}`);
  return definition && { definition, flags: await flagsOf(definition) };
}

/** The command under which others stand, as in `decnet topology show`. */
function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known) return known;
  const { summary = name, examples = [] } = commandGroups[name] ?? {};
  const made = program.command(name).helpGroup("Commands:").helpCommand(false);
  addExamples(made, examples);
  return made.description(summary).configureHelp({ showGlobalOptions: false });
}

function addExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
}

function addCommand(program: Command, definition: CommandDefinition): Command {
  const [own = "", group] = definition.name.split(" ").reverse();
  const parent = group === undefined ? program : groupOf(program, group);
  const command = parent.command(`${own}${definition.usage ? ` ${definition.usage}` : ""}`, {
    hidden: definition.internal === true,
  });
  return command
    .description(definition.summary)
    .helpGroup(definition.group === "workers" ? "Workers:" : "Commands:");
}

/** What only the one that is called needs. */
function addOptions(command: Command, { definition, flags }: Called): void {
  for (const [names, summary] of definition.options ?? []) command.option(names, summary);
  for (const { flag, summary } of flags) command.option(`--${flag} <value>`, summary);
  command.option("--data-dir <dir>", `where everything is kept (default ${defaultDataDir()})`);
  addExamples(command, definition.examples);
}

/** What a program is built with. */
export interface ProgramOptions {
  /** Does what the called command does. */
  readonly run: (command: Command, called: Called) => Promise<void>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The program, and in it the command that is called. */
export function buildProgram(
  called: Called | undefined,
  { run, out, err }: ProgramOptions,
): { readonly program: Command; readonly own: Command | undefined } {
  const program = new Command("decnet")
    .description("A deception platform in one file: fake machines that only an intruder would touch.")
    .version(versionLine, "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err });
  addExamples(program, ["decnet up", "decnet status", "decnet <command> --help"]);
  let own: Command | undefined;
  for (const definition of commands) {
    const command = addCommand(program, definition);
    if (!called || definition !== called.definition) continue;
    addOptions(command, called);
    command.action(() => run(command, called));
    own = command;
  }
  return { program, own };
}
