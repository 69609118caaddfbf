// Runs the short-lived process for one task and reads its report.
// Does not wait for ever: a process that takes too long is ended, and the next task takes up what it left.

import { DecnetError } from "../../contract/errors.ts";
import type { Report, Task } from "./task.ts";
import { reportSchema } from "./task.ts";

/** How long one task may take: a thousand machines on a slow host. */
const TASK_MS = 120_000;
/** What a process may write at most. */
const MOST_BYTES = 16 * 1024 * 1024;
/** What is kept of what a process that failed said. */
const SAID = 500;

/** Carries out tasks. */
export type RunKernel = (task: Task) => Promise<Report>;

/** The command that runs this same program. */
export function ownCommand(): readonly string[] {
  return Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
}

/** A task for a process of this program's own. */
interface OwnTask {
  readonly task: unknown;
  readonly signal: AbortSignal;
  readonly ms: number;
}

/** Runs this program with a task on its standard input; what it wrote. Throws `unavailable` when it failed. */
export async function askOwnProcess(
  command: readonly string[],
  { task, signal, ms }: OwnTask,
): Promise<string> {
  const child = Bun.spawn([...command], {
    stdin: new Blob([JSON.stringify(task)]),
    stdout: "pipe",
    stderr: "pipe",
    // As it is by now: left out, it would be the one that this process began with.
    env: { ...process.env },
    timeout: ms,
    killSignal: "SIGKILL",
    maxBuffer: MOST_BYTES,
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
  if (child.exitCode === 0) return out;
  const how = child.signalCode ?? `status ${child.exitCode}`;
  const reason = said.trim().slice(-SAID);
  throw new DecnetError("unavailable", `the ${command.at(-1)} process ended with ${how}: ${reason}`);
}

/** Runs tasks as `decnet kernel`, each in a process of its own; `signal` ends the one that is under way. */
export function kernelProcess(signal: AbortSignal, command = ownCommand()): RunKernel {
  return async (task) => {
    const out = await askOwnProcess([...command, "kernel"], { task, signal, ms: TASK_MS });
    const parsed = reportSchema.safeParse(JSON.parse(out));
    if (!parsed.success) throw new DecnetError("protocol", "the kernel's process gave no report");
    return parsed.data;
  };
}
