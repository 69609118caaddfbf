// Shells as programs: bash, sh (dash or ash), and busybox itself, which dispatches to applets.

import { setBashVariables } from "../lang/bash-variables.ts";
import type { Dialect } from "../lang/dialect.ts";
import { Interpreter } from "../lang/interpreter.ts";
import { SOURCE_BYTES } from "../lang/parser.ts";
import type { Stream } from "../lang/redirect.ts";
import { statusOfCut } from "../lang/script.ts";
import { ShellState } from "../lang/state.ts";
import { ShellExit } from "../run/flow.ts";
import { runProgram } from "../run/kernel.ts";
import type { Proc } from "../run/proc.ts";
import { readEvalLoop } from "../run/repl.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { distributionOf } from "../world/distribution.ts";
import { deviceApplets } from "../world/files-device.ts";
import { program } from "./options.ts";

const dialectOf = (proc: Proc, name: string): Dialect =>
  proc.busybox ? "ash" : name === "bash" ? "bash" : "dash";

/** Runs a shell program: `-c`, a script, standard input, or a prompt loop on a terminal. */
async function shell(proc: Proc, kind: string): Promise<number> {
  const dialect = dialectOf(proc, kind);
  const args = [...proc.args];
  let command: ByteString | null = null;
  let stdin = false;
  let login = proc.argv[0]?.startsWith("-") ?? false;
  const set: string[] = [];
  while (args.length > 0 && /^[-+]./.test(args[0] ?? "")) {
    const arg = args.shift() ?? "";
    if (arg === "--version" && dialect === "bash") {
      await proc.out(
        `GNU bash, version ${distributionOf(proc.world.persona).bash}(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n`,
      );
      return 0;
    }
    if (arg === "--") break;
    if (arg.startsWith("--")) continue;
    for (const flag of arg.slice(1)) {
      if (flag === "c") command = "";
      else if (flag === "s") stdin = true;
      else if (flag === "l") login = true;
      else if (flag !== "i") set.push(flag);
    }
    if (command !== null) break;
  }
  if (command !== null) command = args.shift() ?? null;
  const file = command === null && !stdin ? args.shift() : undefined;
  const name = command !== null ? (args.shift() ?? proc.argv[0] ?? kind) : (file ?? proc.argv[0] ?? kind);
  const interactive =
    command === null && file === undefined && proc.stdin.isTerminal && proc.terminal !== null;
  const mode = interactive
    ? "interactive"
    : file !== undefined || (command === null && dialect !== "bash")
      ? "script"
      : "command";
  const state = new ShellState({
    identity: { dialect, name, mode: command !== null ? "command" : mode },
    env: proc.init.env,
    cwd: proc.init.cwd,
    pid: proc.pid,
  });
  state.positional = args;
  for (const flag of set) state.options.add(flag);
  state.set("PWD", state.cwd);
  if (dialect === "bash") setBashVariables(state, proc.world, proc.user);
  const { login: context, user, budget, terminal, depth } = proc.init;
  const inner = new Interpreter({ login: context, user, state, budget, terminal, depth: depth + 1 });
  const streams = new Map<number, Stream>([
    [0, { input: proc.init.stdin }],
    [1, { output: proc.init.stdout }],
    [2, { output: proc.init.stderr }],
  ]);
  if (interactive) return readEvalLoop(inner, streams, { login });
  const source =
    command ?? (file === undefined ? await readAll(proc) : await readScript(proc, file, dialect));
  if (typeof source === "number") return source;
  try {
    return await inner.leave(await inner.runSource(source, streams), streams);
  } catch (error) {
    if (error instanceof ShellExit) return inner.leave(error.status, streams);
    const cut = statusOfCut(error);
    if (cut === null) throw error;
    throw error;
  }
}

async function readAll(proc: Proc): Promise<ByteString> {
  return proc.stdin.all(SOURCE_BYTES);
}

async function readScript(proc: Proc, path: ByteString, dialect: Dialect): Promise<ByteString | number> {
  const text = proc.fs.readText(path, SOURCE_BYTES);
  if (text.ok) return text.value;
  const why = errorTexts[text.code];
  const shown = proc.argv[0] ?? proc.name;
  if (dialect === "bash") await proc.err(`${shown}: ${path}: ${why}\n`);
  else if (dialect === "dash")
    await proc.err(`${shown}: 0: cannot open ${path}: ${text.code === "ENOENT" ? "No such file" : why}\n`);
  else await proc.err(`${shown}: can't open '${path}'${proc.world.busyboxMinor >= 30 ? `: ${why}` : ""}\n`);
  return text.code === "ENOENT" ? (dialect === "bash" ? 127 : 2) : 126;
}

async function busybox(proc: Proc): Promise<number> {
  const invoked = proc.name;
  const direct = invoked !== "busybox";
  const [first, ...rest] = direct ? [invoked, ...proc.args] : proc.args;
  const applets = deviceApplets([...proc.login.programs.keys()]);
  if (first === undefined || first === "--help") {
    await proc.out(
      `${proc.world.busyboxBanner} multi-call binary\nCopyright (C) 1998-2008 Erik Andersen, Rob Landley, Denys Vlasenko\nand others. Licensed under GPLv2.\nSee source distribution for full notice.\n\nUsage: busybox [function] [arguments]...\n   or: function [arguments]...\n\n\tBusyBox is a multi-call binary that combines many common Unix\n\tutilities into a single executable.  Most people will create a\n\tlink to busybox for each function they wish to use and BusyBox\n\twill act like whatever it was invoked as!\n\nCurrently defined functions:\n${wrapped(applets)}\n\n`,
    );
    return 0;
  }
  if (!applets.includes(first) || first === "busybox") {
    await proc.err(`${first}: applet not found\n`);
    return 127;
  }
  // One process, not two: the applet takes this one's place.
  proc.login.live.delete(proc.pid);
  const init = { ...proc.init, depth: proc.init.depth + 1 };
  return runProgram(first, [first, ...rest], { init });
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, name] of names.entries()) {
    const piece = `${name}${i === names.length - 1 ? "" : ", "}`;
    if (line.length + piece.length > 70) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return [...lines, line].map((one) => `\t${one}`).join("\n");
}

/** The programs of this file. */
export const shellPrograms = [
  program("bash", (proc) => shell(proc, "bash")),
  program("sh", (proc) => shell(proc, "sh")),
  program("ash", (proc) => shell(proc, "ash")),
  program("dash", (proc) => shell(proc, "dash")),
  program("busybox", busybox),
];
