// trap: what runs at the end of a shell or at a signal.
// Bounded in how many are remembered and in their length.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import type { Interpreter } from "../interpreter.ts";
import { signalName, signalOrder } from "../signals.ts";
import { builtin } from "./builtin.ts";

const TRAP_BYTES = 65_536;

async function list(proc: Proc, shell: Interpreter, names: readonly string[]): Promise<number> {
  const { traps, shownTraps } = shell.state;
  const shown = [...(shownTraps ?? traps)].sort(([a], [b]) => signalOrder(a) - signalOrder(b));
  const bash = shell.state.identity.dialect === "bash";
  for (const [name, command] of shown) {
    if (names.length > 0 && !names.includes(name)) continue;
    const title = bash && !["EXIT", "ERR", "DEBUG", "RETURN"].includes(name) ? `SIG${name}` : name;
    await proc.out(`trap -- '${command.replaceAll("'", "'\\''")}' ${title}\n`);
  }
  return 0;
}

async function refuse(proc: Proc, shell: Interpreter, given: ByteString): Promise<number> {
  // dash says this without its own name and line.
  if (shell.state.identity.dialect === "dash") await proc.err(`trap: ${given}: bad trap\n`);
  else await shell.complain(`trap: ${given}: invalid signal specification`);
  return 1;
}

async function trap(proc: Proc, shell: Interpreter): Promise<number> {
  const bash = shell.state.identity.dialect === "bash";
  const prints = bash && proc.args[0] === "-p";
  const args = proc.args.slice(prints || proc.args[0] === "--" ? 1 : 0);
  if (args.length === 0 || prints)
    return list(
      proc,
      shell,
      args.flatMap((arg) => signalName(arg, bash) ?? []),
    );
  const { traps } = shell.state;
  const [first = ""] = args;
  // A number in the place of the command: all of them are signals to set back.
  const resets = args.length === 1 || /^[0-9]{1,2}$/.test(first);
  shell.state.shownTraps = null;
  let status = 0;
  for (const given of resets ? args : args.slice(1)) {
    const name = signalName(given, bash);
    if (name === null) status = await refuse(proc, shell, given);
    else if (resets || first === "-") traps.delete(name);
    else traps.set(name, first.slice(0, TRAP_BYTES));
  }
  return status;
}

export const trapBuiltins = [builtin("trap", trap)];
