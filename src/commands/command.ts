// What a command is: a definition that costs nothing to import, and a `run` that is loaded when it is called.

import type { SettingKey } from "../kit/config-schema.ts";

/** Where a command reads and writes; tests hand in their own. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Whether standard output is a terminal that shows colours. */
  readonly colours: boolean;
}

/** One call of a command. */
export interface CommandCall {
  readonly args: readonly string[];
  /** Options of the command itself, by name in camel case. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Settings given as flags, by key. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly dataDir: string;
  /** Whether the data folder was named by flag or environment. */
  readonly dataDirGiven: boolean;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Runs a command; resolves to its exit status. */
export type RunCommand = (call: CommandCall) => Promise<number>;

/** A command as the help lists it. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the usage line shows them: `<topic> <json>`. */
  readonly usage?: string;
  /** Own options: commander's flags and one sentence. */
  readonly options?: readonly (readonly [flags: string, summary: string])[];
  /** Settings that this command takes as flags; all that have one when absent. */
  readonly settings?: readonly SettingKey[];
  /** Sections of the settings, or single ones, that it takes as flags, in place of `settings`. */
  readonly sections?: readonly string[];
  readonly examples: readonly string[];
  readonly group: "commands" | "workers";
  /** Left out of the help: for this program's own processes. */
  readonly internal?: true;
  readonly load: () => Promise<RunCommand>;
}

/** Declares a command. */
export function defineCommand(definition: CommandDefinition): CommandDefinition {
  return Object.freeze(definition);
}
