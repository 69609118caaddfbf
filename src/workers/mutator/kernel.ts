// Runs the short-lived process for one task and reads its report.
// Does not wait for ever: a process that takes too long is ended, and the next task takes up what it left.

import { DecnetError } from "../../contract/errors.ts";
import type { Report, Task } from "./task.ts";
import { reportSchema } from "./task.ts";

/** How long one task may take: a thousand machines on a slow host. */
const TASK_MS = 120_000;
/** What is kept of what a process that failed said. */
const SAID = 500;

/** Carries out tasks. */
export type RunKernel = (task: Task) => Promise<Report>;

/** The command that runs this same program. */
function ownCommand(): readonly string[] {
  return Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
}

/** Runs tasks as `decnet kernel`, each in a process of its own; `signal` ends the one that is under way. */
export function kernelProcess(signal: AbortSignal, command = ownCommand()): RunKernel {
  return async (task) => {
    const child = Bun.spawn([...command, "kernel"], {
      stdin: new Blob([JSON.stringify(task)]),
      stdout: "pipe",
      stderr: "pipe",
      timeout: TASK_MS,
      killSignal: "SIGKILL",
    });
    const stop = (): void => child.kill("SIGKILL");
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const [out, said] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    signal.removeEventListener("abort", stop);
    if (child.exitCode !== 0) {
      const how = child.signalCode ?? `status ${child.exitCode}`;
      const reason = said.trim().slice(-SAID);
      throw new DecnetError("unavailable", `the kernel's process ended with ${how}: ${reason}`);
    }
    const parsed = reportSchema.safeParse(JSON.parse(out));
    if (!parsed.success) throw new DecnetError("protocol", "the kernel's process gave no report");
    return parsed.data;
  };
}
