// `enable` of bash: which builtins there are and which are on.
// Turns none off: a shell without its builtins is nothing that anybody comes for.

import type { Proc } from "../../run/proc.ts";
import type { Interpreter } from "../interpreter.ts";
import { builtin } from "./builtin.ts";

/** The builtins of bash 5.2. */
const NAMES =
  ". : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait".split(
    " ",
  );
/** Those that POSIX calls special. */
const SPECIAL =
  ". : break continue eval exec exit export readonly return set shift source times trap unset".split(" ");

async function enable(proc: Proc, shell: Interpreter): Promise<number> {
  const flags = proc.args.filter((arg) => /^-[anps]{1,8}$/.test(arg)).join("");
  const unknown = proc.args.find((arg) => /^-./.test(arg) && !/^-[anps]{1,8}$/.test(arg));
  if (unknown !== undefined) {
    await shell.complain(`enable: -${unknown.charAt(1)}: invalid option`);
    await proc.err("enable: usage: enable [-a] [-dnps] [-f filename] [name ...]\n");
    return 2;
  }
  const names = proc.args.filter((arg) => !arg.startsWith("-"));
  if (names.length === 0) {
    const shown = flags.includes("n") ? [] : flags.includes("s") ? SPECIAL : NAMES;
    await proc.out(shown.map((name) => `enable ${name}\n`).join(""));
    return 0;
  }
  let status = 0;
  for (const name of names) {
    if (NAMES.includes(name)) continue;
    await shell.complain(`enable: ${name}: not a shell builtin`);
    status = 1;
  }
  return status;
}

export const enableBuiltins = [builtin("enable", enable, ["bash"])];
