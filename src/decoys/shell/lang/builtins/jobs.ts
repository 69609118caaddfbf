// Background jobs: jobs, wait, fg, bg, disown.
// Waits no longer than the command line may run.

import type { Proc } from "../../run/proc.ts";
import type { Interpreter } from "../interpreter.ts";
import { builtin } from "./builtin.ts";

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

export const jobBuiltins = [
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
];
