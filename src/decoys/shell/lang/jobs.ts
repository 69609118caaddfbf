// Background jobs of a shell: what `&` starts, `jobs` lists and `wait` waits for.
// Bounded in how many run at once; what ends only the job never reaches the shell that started it.

import { Killed } from "../run/flow.ts";
import { emptyInput } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import type { AndOr } from "./ast.ts";
import type { Interpreter } from "./interpreter.ts";
import { type Streams, standard } from "./redirect.ts";
import { runStage } from "./stage.ts";

const JOBS = 32;

/** A background job. */
export interface Job {
  readonly number: number;
  readonly pid: number;
  readonly text: ByteString;
  done: boolean;
  status: number;
  readonly finished: Promise<void>;
}

/** Starts a list in the background. */
export async function startJob(
  shell: Interpreter,
  { andOr, text }: { readonly andOr: AndOr; readonly text: ByteString },
  streams: Streams,
): Promise<void> {
  const running = shell.jobs.filter((job) => !job.done);
  if (running.length >= JOBS) {
    await shell.complain("fork: retry: Resource temporarily unavailable");
    throw new Killed();
  }
  const child = shell.fork();
  const { budget } = shell;
  budget.hold();
  const number = Math.max(0, ...running.map((job) => job.number)) + 1;
  const pid = shell.login.nextPid();
  const detached = new Map(streams);
  detached.set(0, { input: emptyInput() });
  const run = async (): Promise<void> => {
    job.status = await runStage(() => child.andOr(andOr, detached).then(() => child.state.status));
  };
  const job: Job = {
    number,
    pid,
    text,
    done: false,
    status: 0,
    finished: Promise.resolve()
      .then(run)
      .catch(() => undefined)
      .then(() => {
        job.done = true;
        budget.close();
        shell.login.live.delete(pid);
      }),
  };
  shell.login.live.set(pid, {
    pid,
    user: shell.user.name,
    command: text.slice(0, 4096),
    startedAt: shell.login.session.clock.now(),
    tty: shell.login.tty ?? "?",
  });
  shell.jobs.push(job);
  if (shell.jobs.length > 2 * JOBS) shell.jobs.splice(0, shell.jobs.length - 2 * JOBS);
  shell.state.lastBackground = pid;
  shell.state.status = 0;
  if (shell.state.identity.mode === "interactive" && shell.state.identity.dialect === "bash") {
    await standard(streams).stderr.write(`[${number}] ${pid}\n`);
  }
  await shell.budget.step(8);
}
