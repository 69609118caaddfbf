// Calls of shell functions: their arguments, their locals, `return`.
// Bounded in how deep they call one another.

import { FunctionReturn, Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { Command } from "./ast.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Streams } from "./redirect.ts";

/** Calls a function. */
export async function callFunction(
  shell: Interpreter,
  { body, args }: { readonly body: Command; readonly args: readonly ByteString[] },
  streams: Streams,
): Promise<number> {
  if (shell.state.locals.length >= shell.budget.limits.depth * 4) throw new Killed();
  const { positional, depth } = shell.state;
  shell.state.positional = args;
  shell.state.depth = 0;
  shell.state.locals.push(new Map());
  shell.state.returnable++;
  try {
    return await shell.command(body, streams);
  } catch (error) {
    if (error instanceof FunctionReturn) return error.status;
    throw error;
  } finally {
    shell.state.positional = positional;
    shell.state.depth = depth;
    shell.state.returnable--;
    for (const [name, old] of shell.state.locals.pop() ?? []) {
      if (old) shell.state.vars.set(name, old);
      else shell.state.vars.delete(name);
    }
  }
}
