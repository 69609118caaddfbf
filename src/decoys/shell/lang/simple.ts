// Simple commands: assignments, then a function, a builtin or a program of the search path.

import { BrokenPipe } from "../run/flow.ts";
import { execute, type Found, findCommand, launch } from "../run/kernel.ts";
import { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { assign } from "./assign.ts";
import type { SimpleCommand, Word } from "./ast.ts";
import type { Builtin } from "./builtins/builtin.ts";
import { builtins } from "./builtins/index.ts";
import { notExecutable, notFound } from "./dialect.ts";
import { expandWords } from "./expand.ts";
import { callFunction } from "./function-call.ts";
import type { Interpreter } from "./interpreter.ts";
import { redirect, type Streams, standard } from "./redirect.ts";
import type { Variable } from "./state.ts";
import { literal } from "./word.ts";

const DECLARATIONS = new Set(["export", "local", "readonly", "declare", "typeset"]);

/** Runs a simple command. */
export async function runSimple(
  shell: Interpreter,
  command: SimpleCommand,
  streams: Streams,
): Promise<number> {
  const before = shell.state.status;
  const argv = await expandWords(unalias(shell, command.words), shell);
  shell.state.lastWord = argv.at(-1) ?? "";
  const redirected = await redirect(streams, command.redirects, shell);
  if (!redirected)
    return shell.state.identity.dialect === "bash" ? 1 : shell.state.identity.dialect === "ash" ? 1 : 2;
  try {
    if (argv.length === 0) return await assignOnly(shell, command, before);
    const saved = await assignAround(shell, command, argv);
    try {
      return await shell.within(redirected.streams, () => runWords(shell, argv, redirected.streams));
    } finally {
      for (const [name, old] of saved) {
        if (old) shell.state.vars.set(name, old);
        else shell.state.vars.delete(name);
      }
    }
  } finally {
    for (const output of redirected.opened) output.close();
  }
}

/** Words with the first one replaced when it is an alias. The value is taken as plain words. */
function unalias(shell: Interpreter, words: readonly Word[]): readonly Word[] {
  const [first, ...rest] = words;
  if (!first || shell.state.identity.mode !== "interactive") return words;
  const name = literal(first);
  const value = name === null ? undefined : shell.state.aliases.get(name);
  if (value === undefined) return words;
  const pieces = value.split(/[ \t]+/).filter((piece) => piece !== "");
  return [...pieces.map((text): Word => [{ kind: "text", text, quoted: false }]), ...rest];
}

async function assignOnly(shell: Interpreter, command: SimpleCommand, before: number): Promise<number> {
  shell.state.status = 0;
  let fine = true;
  for (const one of command.assigns) fine = (await assign(shell, one)) && fine;
  // The status of the last substitution is the command's; `$?` inside it was the previous one.
  const substituted = command.assigns.some((one) => one.value.some((part) => part.kind === "command"));
  const { status } = shell.state;
  shell.state.status = before;
  return fine ? (substituted ? status : 0) : 1;
}

async function assignAround(
  shell: Interpreter,
  command: SimpleCommand,
  argv: readonly ByteString[],
): Promise<Map<string, Variable | undefined>> {
  const saved = new Map<string, Variable | undefined>();
  const declares = DECLARATIONS.has(argv[0] ?? "");
  for (const one of command.assigns) {
    if (declares) prepareDeclared(shell, one.name, argv);
    else if (!saved.has(one.name)) saved.set(one.name, shell.state.vars.get(one.name));
    await assign(shell, one, !declares || undefined);
  }
  return saved;
}

/** What a declaration makes of a name before the list behind it is assigned. */
function prepareDeclared(shell: Interpreter, name: string, argv: readonly ByteString[]): void {
  const flags = argv.filter((arg) => /^-[A-Za-z]/.test(arg)).join("");
  const frame = shell.state.locals.at(-1);
  if (frame && !frame.has(name) && !["export", "readonly"].includes(argv[0] ?? "") && !flags.includes("g")) {
    frame.set(name, shell.state.vars.get(name));
    shell.state.unset(name);
  }
  if (flags.includes("A")) shell.state.declareTable(name);
}

/** Runs words that are expanded already (also the `command`, `exec` and `eval` builtins'). */
export async function runWords(
  shell: Interpreter,
  argv: readonly ByteString[],
  streams: Streams,
  options: { readonly functions?: boolean } = {},
): Promise<number> {
  const [name = ""] = argv;
  const traced = shell.state.options.has("x");
  if (traced) await standard(streams).stderr.write(`+ ${argv.join(" ")}\n`);
  const body = options.functions === false ? undefined : shell.state.functions.get(name);
  if (body) return callFunction(shell, { body, args: argv.slice(1) }, streams);
  const builtin = findBuiltin(shell, name);
  if (builtin) return runBuiltin(shell, builtin, { argv, streams });
  return runExternal(shell, argv, streams);
}

/** The builtin of that name in this shell's dialect. */
export function findBuiltin(shell: Interpreter, name: ByteString): Builtin | undefined {
  const builtin = builtins.get(name);
  return builtin?.dialects.includes(shell.state.identity.dialect) ? builtin : undefined;
}

async function runBuiltin(
  shell: Interpreter,
  builtin: Builtin,
  at: { argv: readonly ByteString[]; streams: Streams },
): Promise<number> {
  const proc = new Proc(at.argv, shell.procInit(at.streams), launch);
  return builtin.run(proc, shell, at.streams);
}

async function runExternal(
  shell: Interpreter,
  argv: readonly ByteString[],
  streams: Streams,
): Promise<number> {
  const init = shell.procInit(streams);
  const [name = ""] = argv;
  if (shell.depth > shell.budget.limits.depth) {
    await shell.complain("fork: retry: Resource temporarily unavailable");
    return 254;
  }
  if (argv.reduce((sum, word) => sum + word.length + 1, 0) > 131_072) {
    await shell.complain(`${name}: Argument list too long`);
    return 126;
  }
  const found = findCommand(name, init);
  if (found.kind !== "program") return refuse(shell, name, found);
  try {
    return await execute(found, argv, {
      init: { ...init, depth: shell.depth + 1 },
      killed: (pid) => tellKilled(shell, { pid, argv }, streams),
      fault: async (why, interpreter) => {
        if (why === "format") await shell.complain(notExecutable(shell.state.identity, name, "format"));
        else if (shell.state.identity.dialect === "bash")
          await shell.complain(`${name}: cannot execute: required file not found`);
        else await shell.complain(`${name}: not found`);
        return why === "interpreter" && interpreter !== "" ? 127 : 126;
      },
    });
  } catch (error) {
    if (error instanceof BrokenPipe) return 141;
    throw error;
  }
}

/** What a shell says of a command in the foreground that was killed. */
async function tellKilled(
  shell: Interpreter,
  { pid, argv }: { readonly pid: number; readonly argv: readonly ByteString[] },
  streams: Streams,
): Promise<void> {
  const { identity, line } = shell.state;
  const long = identity.dialect === "bash" && identity.mode !== "interactive";
  const where = identity.mode === "script" ? `${identity.name}: line ${line}` : identity.name;
  await standard(streams).stderr.write(
    long ? `${where}: ${String(pid).padStart(5)} Killed                  ${argv.join(" ")}\n` : "Killed\n",
  );
}

async function refuse(
  shell: Interpreter,
  name: ByteString,
  found: Exclude<Found, { kind: "program" }>,
): Promise<number> {
  const { identity } = shell.state;
  if (found.kind === "missing") {
    await shell.complain(notFound(identity, name));
    return 127;
  }
  await shell.complain(notExecutable(identity, found.kind === "permission" ? found.path : name, found.kind));
  return 126;
}
