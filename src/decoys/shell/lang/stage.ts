// One process of a shell: a stage of a pipeline, a subshell, a job.
// Lets through what ends more than that process: Ctrl-C and a bound that was hit.

import { BrokenPipe, CommandAborted, FunctionReturn, LoopJump, ShellExit } from "../run/flow.ts";

/** Runs as a process of its own: what ends only that process becomes its status. */
export async function runStage(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ShellExit || error instanceof FunctionReturn || error instanceof CommandAborted)
      return error.status;
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof LoopJump) return 0;
    throw error;
  }
}
