// What a name stands for: command, type.
// Runs nothing but what `command` is given.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Streams } from "../redirect.ts";
import { builtin } from "./builtin.ts";

async function commandBuiltin(proc: Proc, shell: Interpreter, streams: Streams): Promise<number> {
  const [first, ...rest] = proc.args;
  if (first === undefined) return 0;
  if (first === "-v" || first === "-V")
    return locateCommands(proc, shell, { names: rest, verbose: first === "-V" });
  return shell.words(first === "-p" ? rest : proc.args, streams, { functions: false });
}

/** Prints what names stand for, as `command -v`, `type` and `which` do. */
async function locateCommands(
  proc: Proc,
  shell: Interpreter,
  at: { names: readonly ByteString[]; verbose: boolean },
): Promise<number> {
  let missing = 0;
  for (const name of at.names) {
    const found = await describe(proc, shell, name);
    if (found === null) {
      missing++;
      if (at.verbose) await notThere(proc, shell, name);
    } else await proc.out(`${at.verbose ? found.long : found.short}\n`);
  }
  return missing > 0 ? (shell.state.identity.dialect === "bash" ? 1 : 127) : 0;
}

async function notThere(proc: Proc, shell: Interpreter, name: ByteString): Promise<void> {
  if (shell.state.identity.dialect === "bash") await shell.complain(`${proc.name}: ${name}: not found`);
  else await proc.out(`${name}: not found\n`);
}

const KEYWORDS = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "for",
  "while",
  "until",
  "do",
  "done",
  "case",
  "esac",
  "{",
  "}",
  "!",
]);

async function describe(
  proc: Proc,
  shell: Interpreter,
  name: ByteString,
): Promise<{ short: ByteString; long: ByteString } | null> {
  await shell.budget.step();
  const { findCommand } = await import("../../run/kernel.ts");
  const alias = shell.state.aliases.get(name);
  const bash = shell.state.identity.dialect === "bash";
  if (alias !== undefined)
    return {
      short: `alias ${name}='${alias}'`,
      long: bash ? `${name} is aliased to \`${alias}'` : `${name} is an alias for ${alias}`,
    };
  if (KEYWORDS.has(name)) return { short: name, long: `${name} is a shell keyword` };
  if (shell.state.functions.has(name))
    return { short: name, long: `${name} is a ${bash ? "function" : "shell function"}` };
  if (shell.builtin(name)) return { short: name, long: `${name} is a shell builtin` };
  const found = findCommand(name, proc.init);
  return found.kind === "program" ? { short: found.path, long: `${name} is ${found.path}` } : null;
}

export const locateBuiltins = [
  builtin("command", commandBuiltin),
  builtin("type", (proc, shell) =>
    locateCommands(proc, shell, { names: proc.args.filter((arg) => !arg.startsWith("-")), verbose: true }),
  ),
];
