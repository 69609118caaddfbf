// Interpreters that run nothing: python3 and perl print what is plainly printed.

import type { Proc } from "../run/proc.ts";
import { distributionOf } from "../world/distribution.ts";
import { program } from "./options.ts";
import { plainPrint } from "./plain-print.ts";

async function python(proc: Proc): Promise<number> {
  const [first, second = ""] = proc.args;
  if (first === "-V" || first === "--version") {
    await proc.out(`Python ${distributionOf(proc.world.persona).python.version}\n`);
    return 0;
  }
  if (first === "-c") {
    if (proc.args.length < 2) {
      await proc.err(
        "Argument expected for the -c option\nusage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
      );
      return 2;
    }
    await proc.out(plainPrint(second, { language: "python" }) ?? "");
    return 0;
  }
  if (first !== undefined && !first.startsWith("-")) {
    const file = proc.fs.open(first);
    if (!file.ok) {
      await proc.err(
        `python3: can't open file '${first.startsWith("/") ? first : `${proc.init.cwd}/${first}`}': [Errno 2] No such file or directory\n`,
      );
      return 2;
    }
    return 0;
  }
  if (!proc.terminal || !proc.stdin.isTerminal) {
    await proc.stdin.all(1 << 20);
    return 0;
  }
  await proc.out(
    `Python ${distributionOf(proc.world.persona).python.banner} on linux\nType "help", "copyright", "credits" or "license" for more information.\n`,
  );
  for (;;) {
    await proc.budget.step(16);
    const typed = await proc.terminal.readLine(">>> ");
    if (typed === null) return 0;
    if (typed.interrupted) await proc.out("KeyboardInterrupt\n");
    else if (/^\s*(?:exit|quit)\s*\(\s*\)\s*$/.test(typed.line.slice(0, 100))) return 0;
    else {
      const line = typed.line.trim().slice(0, 1000);
      const value = /^[\d(]/.test(line) ? `print(${line})` : line;
      await proc.out(plainPrint(value, { language: "python" }) ?? "");
    }
  }
}

async function perl(proc: Proc): Promise<number> {
  const [first] = proc.args;
  const script = proc.args.findIndex((arg) => /^-[a-z]{0,8}[eE]$/.test(arg));
  if (first === "-v")
    await proc.out(
      `\nThis is perl 5, ${distributionOf(proc.world.persona).perl} built for x86_64-linux-gnu-thread-multi\n(with 56 registered patches, see perl -V for more detail)\n\nCopyright 1987-2022, Larry Wall\n\n`,
    );
  else if (script >= 0) {
    const source = proc.args[script + 1];
    if (source === undefined) {
      await proc.err("No code specified for -e.\n");
      return 2;
    }
    const lines = (proc.args[script] ?? "").includes("l");
    await proc.out(plainPrint(source, { language: "perl", lines }) ?? "");
  } else if (first !== undefined && !first.startsWith("-") && !proc.fs.open(first).ok) {
    await proc.err(`Can't open perl script "${first}": No such file or directory\n`);
    return 2;
  } else if (first === undefined) await proc.stdin.all(1 << 20);
  return 0;
}

/** The programs of this file. */
export const interpreterPrograms = [program("python3", python), program("perl", perl)];
