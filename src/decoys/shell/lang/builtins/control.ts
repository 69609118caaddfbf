// Builtins that steer: exit, return, break, eval, source, exec, command, wait …

import { FunctionReturn, LoopJump, ShellExit } from "../../run/flow.ts";
import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import { errorTexts } from "../../vfs/node.ts";
import type { Interpreter } from "../interpreter.ts";
import { SOURCE_BYTES } from "../parser.ts";
import type { Streams } from "../redirect.ts";
import { builtin } from "./builtin.ts";

async function status(proc: Proc, shell: Interpreter): Promise<number> {
  const [text] = proc.args;
  if (text === undefined) return shell.state.status;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) & 255;
  const bash = shell.state.identity.dialect === "bash";
  await shell.complain(
    bash ? `${proc.name}: ${text}: numeric argument required` : `${proc.name}: Illegal number: ${text}`,
  );
  return 2;
}

const exit = async (proc: Proc, shell: Interpreter): Promise<number> => {
  throw new ShellExit(await status(proc, shell));
};

function jump(kind: "break" | "continue") {
  return (proc: Proc, shell: Interpreter): Promise<number> => {
    if (shell.state.depth === 0) return Promise.resolve(0);
    throw new LoopJump(kind, Math.max(1, Number(proc.args[0]) || 1));
  };
}

async function source(proc: Proc, shell: Interpreter, streams: Streams): Promise<number> {
  const [path, ...rest] = proc.args;
  const { dialect } = shell.state.identity;
  if (path === undefined) {
    if (dialect !== "bash") return 2;
    await shell.complain(
      `${proc.name}: filename argument required\n${proc.name}: usage: ${proc.name} filename [arguments]`,
    );
    return 2;
  }
  const text = proc.fs.readText(path, SOURCE_BYTES);
  if (!text.ok) {
    const why = errorTexts[text.code];
    await shell.complain(
      dialect === "bash"
        ? `${path}: ${why}`
        : dialect === "dash"
          ? `.: cannot open ${path}: ${why}`
          : `.: can't open '${path}': ${why}`,
    );
    return dialect === "bash" ? 1 : 2;
  }
  const { positional } = shell.state;
  if (rest.length > 0) shell.state.positional = rest;
  await shell.budget.step(4);
  shell.state.returnable++;
  try {
    return await shell.runSource(text.value, streams);
  } finally {
    shell.state.positional = positional;
    shell.state.returnable--;
  }
}

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

async function jobs(proc: Proc, shell: Interpreter): Promise<number> {
  const shown = shell.jobs.filter((job) => !job.done);
  for (const [i, job] of shown.entries()) {
    const mark = i === shown.length - 1 ? "+" : i === shown.length - 2 ? "-" : " ";
    await proc.out(`[${job.number}]${mark}  Running                 ${job.text} &\n`);
  }
  return 0;
}

async function wait(proc: Proc, shell: Interpreter): Promise<number> {
  const wanted =
    proc.args.length === 0
      ? shell.jobs
      : shell.jobs.filter(
          (job) => proc.args.includes(String(job.pid)) || proc.args.includes(`%${job.number}`),
        );
  const aborted = new Promise<void>((resolve) =>
    shell.budget.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  await Promise.race([Promise.all(wanted.map((job) => job.finished)), aborted]);
  shell.budget.check();
  return proc.args.length === 0 ? 0 : (wanted.at(-1)?.status ?? 127);
}

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

export const controlBuiltins = [
  builtin(":", () => Promise.resolve(0)),
  builtin("true", () => Promise.resolve(0)),
  builtin("false", () => Promise.resolve(1)),
  builtin("exit", exit),
  builtin("logout", exit, ["bash"]),
  builtin("return", async (proc, shell) => {
    if (shell.state.returnable === 0 && shell.state.identity.dialect === "bash") {
      await shell.complain("return: can only `return' from a function or sourced script");
      return 2;
    }
    throw new FunctionReturn(await status(proc, shell));
  }),
  builtin("break", jump("break")),
  builtin("continue", jump("continue")),
  builtin("eval", async (proc, shell, streams) => {
    await shell.budget.step(4);
    if (++shell.state.locals.length > shell.budget.limits.depth * 4) throw new ShellExit(2);
    shell.state.locals.length--;
    return shell.runSource(proc.args.join(" "), streams);
  }),
  builtin(".", source),
  builtin("source", source, ["bash", "ash"]),
  builtin("command", commandBuiltin),
  builtin("builtin", (proc, shell, streams) => shell.words(proc.args, streams, { functions: false }), [
    "bash",
  ]),
  builtin("exec", async (proc, shell, streams) => {
    if (proc.args.length === 0) return 0;
    const args = proc.args[0] === "-a" ? proc.args.slice(2) : proc.args;
    throw new ShellExit(await shell.words(args, streams, { functions: false }));
  }),
  builtin("type", (proc, shell) =>
    locateCommands(proc, shell, { names: proc.args.filter((arg) => !arg.startsWith("-")), verbose: true }),
  ),
  builtin("jobs", jobs),
  builtin("wait", wait),
  builtin("fg", async (proc, shell) => {
    await shell.complain(`${proc.name}: current: no such job`);
    return 1;
  }),
  builtin("bg", async (proc, shell) => {
    await shell.complain(`${proc.name}: current: no such job`);
    return 1;
  }),
  builtin("disown", () => Promise.resolve(0), ["bash"]),
  builtin("trap", trap),
  builtin("times", async (proc) => {
    await proc.out("0m0.012s 0m0.008s\n0m0.021s 0m0.014s\n");
    return 0;
  }),
  builtin("read", async (proc, shell) => read(proc, shell)),
];

async function read(proc: Proc, shell: Interpreter): Promise<number> {
  const names: ByteString[] = [];
  let raw = false;
  let secret = false;
  let prompt = "";
  for (let i = 0; i < proc.args.length; i++) {
    const arg = proc.args[i] ?? "";
    if (arg === "-p") prompt = proc.args[++i] ?? "";
    else if (/^-[ntdua]$/.test(arg)) i++;
    else if (/^-[rs]{1,2}p?$/.test(arg)) {
      raw ||= arg.includes("r");
      secret ||= arg.includes("s");
      if (arg.endsWith("p")) prompt = proc.args[++i] ?? "";
    } else names.push(arg);
  }
  const interactive = proc.terminal !== null && proc.stdin.isTerminal;
  if (interactive && prompt !== "" && !secret) await proc.err(prompt);
  const typed = interactive && secret ? await proc.terminal?.readSecret(prompt) : await proc.stdin.line();
  if (typed === null || typed === undefined) {
    for (const name of names) shell.state.set(name, "");
    return 1;
  }
  const ended = secret || typed.endsWith("\n");
  const line = typed.replace(/\n$/, "");
  setFields(shell, names.length === 0 ? ["REPLY"] : names, raw ? line : line.replace(/\\([\s\S])/g, "$1"));
  return ended ? 0 : 1;
}

function setFields(shell: Interpreter, names: readonly ByteString[], line: ByteString): void {
  const ifs = shell.state.get("IFS") ?? " \t\n";
  const isBreak = (char: string): boolean => char !== "" && ifs.includes(char);
  let at = 0;
  for (const [i, name] of names.entries()) {
    while (isBreak(line.charAt(at)) && line.charAt(at).trim() === "") at++;
    let end = at;
    if (i === names.length - 1) {
      end = line.length;
      while (end > at && isBreak(line.charAt(end - 1)) && line.charAt(end - 1).trim() === "") end--;
    } else while (end < line.length && !isBreak(line.charAt(end))) end++;
    shell.state.set(name, line.slice(at, end));
    at = end + 1;
  }
}
