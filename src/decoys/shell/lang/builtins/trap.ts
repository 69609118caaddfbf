// trap: what runs at the end of a shell or at a signal.
// Bounded in how many are remembered and in their length.

import type { Proc } from "../../run/proc.ts";
import type { Interpreter } from "../interpreter.ts";
import { builtin } from "./builtin.ts";

const TRAPS = 64;

/** Keeps what is to run: at the end of the shell it does, for signals it is only remembered. */
async function trap(proc: Proc, shell: Interpreter): Promise<number> {
  const { traps } = shell.state;
  const args = proc.args.filter((arg) => arg !== "-p" && arg !== "--");
  if (args.length === 0 || proc.args[0] === "-p") {
    for (const [name, command] of traps)
      await proc.out(
        `trap -- '${command.replaceAll("'", "'\\''")}' ${name === "EXIT" ? name : `SIG${name}`}\n`,
      );
    return 0;
  }
  const [command = "", ...names] = args;
  for (const given of names.length > 0 ? names : [command]) {
    const name = given === "0" ? "EXIT" : given.toUpperCase().replace(/^SIG/, "");
    if (
      !/^(?:EXIT|ERR|DEBUG|RETURN|HUP|INT|QUIT|KILL|TERM|USR[12]|PIPE|ALRM|CHLD|TSTP|\d{1,2})$/.test(name)
    ) {
      await shell.complain(`trap: ${given}: invalid signal specification`);
      return 1;
    }
    if (command === "-" || names.length === 0) traps.delete(name);
    else if (traps.size < TRAPS) traps.set(name, command.slice(0, 65_536));
  }
  return 0;
}

export const trapBuiltins = [builtin("trap", trap)];
