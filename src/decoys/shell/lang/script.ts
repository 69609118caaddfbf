// A whole script: its command lines one after another, its syntax errors, and what runs at its end.
// Lets ShellExit, Interrupted and Killed through and nothing else.

import {
  BrokenPipe,
  FunctionReturn,
  Interrupted,
  Killed,
  LoopJump,
  ShellExit,
  SyntaxFault,
} from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { syntaxError } from "./dialect.ts";
import type { Interpreter } from "./interpreter.ts";
import { createScriptReader } from "./parser.ts";
import { type Streams, standard } from "./redirect.ts";

/**
 * Runs a script to its end and gives its status. Throws ShellExit, Interrupted and Killed only; syntax errors are
 * printed and give 2.
 */
export async function runScript(shell: Interpreter, source: ByteString, streams: Streams): Promise<number> {
  const reader = createScriptReader(source, shell.state.identity.dialect === "bash");
  try {
    for (;;) {
      const list = reader.next();
      if (!list) return shell.state.status;
      await shell.list(list, streams);
    }
  } catch (error) {
    if (error instanceof SyntaxFault) return tellSyntaxFault(shell, { fault: error, source }, streams);
    if (error instanceof FunctionReturn) return error.status;
    if (error instanceof LoopJump) return 0;
    if (error instanceof BrokenPipe) return 141;
    throw error;
  }
}

async function tellSyntaxFault(
  shell: Interpreter,
  { fault, source }: { readonly fault: SyntaxFault; readonly source: ByteString },
  streams: Streams,
): Promise<number> {
  const text = source.split("\n", fault.line)[fault.line - 1] ?? "";
  const { stderr } = standard(streams);
  for (const line of syntaxError(shell.state.identity, fault, text)) await stderr.write(`${line}\n`);
  shell.state.status = 2;
  return 2;
}

/** Runs what `trap` set for the end of this shell, and gives the status that it ends with. */
export async function runExitTrap(shell: Interpreter, status: number, streams: Streams): Promise<number> {
  const source = shell.state.traps.get("EXIT");
  shell.state.traps.delete("EXIT");
  if (source === undefined || source === "") return status;
  shell.state.status = status;
  try {
    await runScript(shell, source, streams);
    return status;
  } catch (error) {
    const cut = error instanceof ShellExit ? error.status : statusOfCut(error);
    if (cut === null) throw error;
    return cut;
  }
}

/** The status of a run that was cut short: 130 after Ctrl-C, 137 at a bound. */
export function statusOfCut(error: unknown): number | null {
  if (error instanceof Interrupted) return 130;
  if (error instanceof Killed) return 137;
  return null;
}
