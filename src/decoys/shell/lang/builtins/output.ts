// Builtins that print or test: echo, printf, test, pwd, help.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import { errorTexts } from "../../vfs/node.ts";
import { distributionOf } from "../../world/distribution.ts";
import { ConditionFault, evaluateTest } from "../condition.ts";
import { formatEcho, formatPrintf } from "../format.ts";
import type { Interpreter } from "../interpreter.ts";
import { builtin } from "./builtin.ts";

async function echo(proc: Proc, shell: Interpreter): Promise<number> {
  await proc.out(formatEcho(proc.args, shell.state.identity.dialect));
  return 0;
}

async function printf(proc: Proc, shell: Interpreter): Promise<number> {
  const args = proc.args[0] === "--" ? proc.args.slice(1) : proc.args;
  if (args.length === 0) {
    const bash = shell.state.identity.dialect === "bash";
    if (bash) await proc.err("printf: usage: printf [-v var] format [arguments]\n");
    else await shell.complain("printf: usage: printf format [arg ...]");
    return 2;
  }
  if (args[0] === "-v" && shell.state.identity.dialect === "bash") {
    shell.state.set(args[1] ?? "", formatPrintf(args[2] ?? "", args.slice(3)).text);
    return 0;
  }
  const { text, errors } = formatPrintf(args[0] ?? "", args.slice(1));
  await proc.out(text);
  for (const error of errors) await shell.complain(`printf: ${error}`);
  return errors.length > 0 ? 1 : 0;
}

async function test(proc: Proc, shell: Interpreter): Promise<number> {
  const bracket = proc.name === "[" || proc.name === "[[";
  const close = proc.name === "[[" ? "]]" : "]";
  if (bracket && proc.args.at(-1) !== close) {
    await shell.complain(
      shell.state.identity.dialect === "bash" ? `[: missing \`]'` : `${proc.name}: missing ${close}`,
    );
    return 2;
  }
  try {
    const value = evaluateTest(bracket ? proc.args.slice(0, -1) : proc.args, {
      fs: proc.fs,
      isTerminal: (fd) =>
        proc.terminal !== null &&
        (fd === 0
          ? proc.init.stdin.isTerminal
          : fd === 1
            ? proc.init.stdout.isTerminal
            : proc.init.stderr.isTerminal),
      isSet: (name) => shell.state.get(name) !== undefined,
    });
    return value ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    await shell.complain(
      `${proc.name}: ${shell.state.identity.dialect === "bash" ? error.message : foreign(error.message)}`,
    );
    return 2;
  }
}

/** The same faults as dash and BusyBox word them. */
function foreign(text: ByteString): ByteString {
  if (text.endsWith("integer expression expected"))
    return `Illegal number: ${text.slice(0, -": integer expression expected".length)}`;
  const operator = /^(.{0,200}): (?:unary|binary) operator expected$/s.exec(text);
  return operator ? `${operator[1]}: unexpected operator` : text;
}

async function pwd(proc: Proc, shell: Interpreter): Promise<number> {
  if (proc.args[0] === "-P") {
    const real = proc.fs.realpath(".");
    await proc.out(`${real.ok ? real.value : shell.state.cwd}\n`);
    return 0;
  }
  await proc.out(`${shell.state.cwd}\n`);
  return 0;
}

async function cd(proc: Proc, shell: Interpreter): Promise<number> {
  const { cdFailed } = await import("../dialect.ts");
  const args = proc.args.filter((arg) => arg !== "-P" && arg !== "-L" && arg !== "--");
  const { identity } = shell.state;
  if (args.length > 1 && identity.dialect === "bash") {
    await shell.complain("cd: too many arguments");
    return 1;
  }
  const back = args[0] === "-";
  const target = back ? shell.state.get("OLDPWD") : (args[0] ?? shell.state.get("HOME"));
  if (target === undefined) {
    await shell.complain(back ? "cd: OLDPWD not set" : "cd: HOME not set");
    return 1;
  }
  if (target === "") return 0;
  const path = normalize(target.startsWith("/") ? target : `${shell.state.cwd}/${target}`);
  const stat = proc.fs.stat(path);
  const code = !stat.ok
    ? stat.code
    : stat.value.type !== "directory"
      ? "ENOTDIR"
      : proc.fs.access(path, 1)
        ? null
        : "EACCES";
  if (code !== null) {
    const text = cdFailed(identity, target, code);
    const modern = identity.dialect === "ash" && proc.world.busyboxMinor >= 33;
    await shell.complain(modern ? `${text}: ${errorTexts[code]}` : text);
    return identity.dialect === "dash" ? 2 : 1;
  }
  shell.state.set("OLDPWD", shell.state.cwd);
  shell.state.cwd = path;
  shell.state.set("PWD", path);
  if (back) await proc.out(`${path}\n`);
  return 0;
}

/** A path without `.`, `..` and doubled slashes, as the shell's logical `pwd` shows it. */
function normalize(path: ByteString): ByteString {
  const out: ByteString[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") out.pop();
    else out.push(part);
  }
  return `/${out.join("/")}`;
}

const ASH_BUILTINS = `. : [ [[ alias bg break cd chdir command continue echo eval exec
	exit export false fg getopts hash help history jobs kill let
	local printf pwd read readonly return set shift source test times
	trap true type ulimit umask unalias unset wait`;

async function help(proc: Proc, shell: Interpreter): Promise<number> {
  if (shell.state.identity.dialect === "ash") {
    await proc.out(`Built-in commands:\n------------------\n\t${ASH_BUILTINS}\n`);
    return 0;
  }
  await proc.out(
    `GNU bash, version ${distributionOf(proc.world.persona).bash}(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type \`help' to see this list.\nType \`help name' to find out more about the function \`name'.\nUse \`info bash' to find out more about the shell in general.\nUse \`man -k' or \`info' to find out more about commands not in this list.\n\nA star (*) next to a name means that the command is disabled.\n\n`,
  );
  return 0;
}

export const outputBuiltins = [
  builtin("echo", echo),
  builtin("printf", printf),
  builtin("test", test),
  builtin("[", test),
  builtin("[[", test, ["ash"]),
  builtin("pwd", pwd),
  builtin("cd", cd),
  builtin("chdir", cd, ["ash", "dash"]),
  builtin("help", help, ["bash", "ash"]),
];
