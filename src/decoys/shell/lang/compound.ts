// Compound commands: subshells, groups, `if`, loops, `case`, `[[` and `((`.
// Loops count every turn against the budget.

import { Killed, LoopJump } from "../run/flow.ts";
import type { Compound, List } from "./ast.ts";
import { evaluateCondition } from "./condition.ts";
import { arithmetic, expandPattern, expandText, expandWords } from "./expand.ts";
import { globMatcher } from "./glob.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Streams } from "./redirect.ts";
import { runStage } from "./stage.ts";

/** Runs a compound command, its redirections in force already. */
export async function runCompound(shell: Interpreter, compound: Compound, streams: Streams): Promise<number> {
  switch (compound.kind) {
    case "subshell":
      return runSubshell(shell, compound.body, streams);
    case "group":
      return shell.list(compound.body, streams);
    case "if":
      for (const { test, body } of compound.branches)
        if (await shell.test(test, streams)) return shell.list(body, streams);
      return compound.otherwise ? shell.list(compound.otherwise, streams) : 0;
    case "for":
      return runFor(shell, compound, streams);
    case "for-arith":
      return runForArith(shell, compound, streams);
    case "while":
    case "until":
      return runLoop(shell, {
        more: async () => (await shell.test(compound.test, streams)) === (compound.kind === "while"),
        body: () => shell.list(compound.body, streams),
      });
    case "case":
      return runCase(shell, compound, streams);
    case "condition":
      return (await evaluateCondition(compound.words, shell)) ? 0 : 1;
    default:
      return (await arithmetic(compound.expression, shell)) === 0n ? 1 : 0;
  }
}

async function runSubshell(shell: Interpreter, body: List, streams: Streams): Promise<number> {
  if (shell.depth > shell.budget.limits.depth) throw new Killed();
  const child = shell.fork();
  const status = await runStage(() => child.list(body, streams));
  return child.leave(status, streams);
}

/** Runs `body` while `more`, honouring break and continue. */
async function runLoop(
  shell: Interpreter,
  {
    more,
    body,
    after,
  }: { more: () => Promise<boolean>; body: () => Promise<number>; after?: () => Promise<void> },
): Promise<number> {
  let status = 0;
  shell.state.depth++;
  try {
    for (;;) {
      await shell.budget.step();
      try {
        if (!(await more())) return status;
        status = await body();
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        if (--error.levels > 0 && shell.state.depth > 1) throw error;
        status = 0;
        if (error.kind === "break") return 0;
      }
      await after?.();
    }
  } finally {
    shell.state.depth--;
  }
}

async function runFor(
  shell: Interpreter,
  loop: Extract<Compound, { kind: "for" }>,
  streams: Streams,
): Promise<number> {
  const values = loop.words === null ? shell.state.positional : await expandWords(loop.words, shell);
  if (!/^[A-Za-z_]\w*$/.test(loop.name)) {
    await shell.complain(`\`${loop.name}': not a valid identifier`);
    return 1;
  }
  let i = 0;
  const more = (): Promise<boolean> => {
    const value = values[i++];
    if (value === undefined) return Promise.resolve(false);
    shell.state.set(loop.name, value);
    return Promise.resolve(true);
  };
  return runLoop(shell, { more, body: () => shell.list(loop.body, streams) });
}

async function runForArith(
  shell: Interpreter,
  loop: Extract<Compound, { kind: "for-arith" }>,
  streams: Streams,
): Promise<number> {
  const [first, test, next] = loop.parts;
  await arithmetic(first, shell);
  const more = async (): Promise<boolean> =>
    (await expandText(test, shell)).trim() === "" || (await arithmetic(test, shell)) !== 0n;
  const after = async (): Promise<void> => void (await arithmetic(next, shell));
  return runLoop(shell, { more, body: () => shell.list(loop.body, streams), after });
}

async function runCase(
  shell: Interpreter,
  compound: Extract<Compound, { kind: "case" }>,
  streams: Streams,
): Promise<number> {
  const text = await expandText(compound.word, shell);
  for (const { patterns, body } of compound.items) {
    for (const pattern of patterns) {
      if (globMatcher(await expandPattern(pattern, shell))(text)) return shell.list(body, streams);
    }
  }
  return 0;
}
