// The way into the commands: the version needs nothing else, all the rest loads what it takes.

import { versionLine } from "../version.ts";
import type { Terminal } from "./command.ts";

/** Runs a command line; resolves to the exit status. */
export async function enter(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    terminal.out(`${versionLine}\n`);
    return 0;
  }
  return (await import("./cli.ts")).runCli(argv, terminal, signal);
}
