// decnet kernel: one task for the kernel from standard input, one report to standard output. For the mutator alone.

import { readFileSync } from "node:fs";
import { DecnetError } from "../contract/errors.ts";
import { runTask } from "../workers/mutator/child.ts";
import { taskSchema } from "../workers/mutator/task.ts";
import type { CommandCall } from "./command.ts";

/** Carries out the task; its failures are in the report, and what is not expected ends it. */
export async function runKernel(call: CommandCall): Promise<number> {
  const parsed = taskSchema.safeParse(JSON.parse(readFileSync(0, "utf8")));
  if (!parsed.success) throw new DecnetError("usage", "this command is for the mutator: it takes a task");
  call.terminal.out(`${JSON.stringify(runTask(parsed.data))}\n`);
  return 0;
}
