// Pipelines: their stages as processes of their own, joined by pipes, and what `time` says of them.
// Bounded in stages and depth.

import { Killed } from "../run/flow.ts";
import { createPipe } from "../run/streams.ts";
import type { Command, Pipeline } from "./ast.ts";
import type { Interpreter } from "./interpreter.ts";
import { type Streams, standard } from "./redirect.ts";
import { runStage } from "./stage.ts";

const PIPELINE = 64;

/** Runs a pipeline and gives its status. */
export async function runPipeline(shell: Interpreter, pipeline: Pipeline, streams: Streams): Promise<number> {
  const { commands, negated } = pipeline;
  const [only] = commands;
  const started = shell.login.session.clock.now();
  let status: number;
  if (commands.length === 1 && only) {
    status = await shell.command(only, streams);
    shell.state.pipeStatus = [status];
  } else status = await runStages(shell, commands, streams);
  if (pipeline.timed) await tellTime(shell, { form: pipeline.timed, started }, streams);
  return negated ? (status === 0 ? 1 : 0) : status;
}

/** What `time` says; the processor's part is what little a fake process would have used. */
async function tellTime(
  shell: Interpreter,
  { form, started }: { readonly form: "bash" | "posix"; readonly started: number },
  streams: Streams,
): Promise<void> {
  const real = (shell.login.session.clock.now() - started) / 1000 + 0.001 + 0.002 * shell.random();
  const user = Math.min(real, 0.001 + 0.001 * shell.random());
  const text = (seconds: number): string =>
    form === "posix" ? seconds.toFixed(2) : `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
  const gap = form === "posix" ? " " : "\t";
  await standard(streams).stderr.write(
    `${form === "posix" ? "" : "\n"}real${gap}${text(real)}\nuser${gap}${text(user)}\nsys${gap}${text(Math.min(real, 0.001))}\n`,
  );
}

async function runStages(
  shell: Interpreter,
  commands: readonly Command[],
  streams: Streams,
): Promise<number> {
  if (commands.length > PIPELINE || shell.depth > shell.budget.limits.depth) {
    await shell.complain("fork: retry: Resource temporarily unavailable");
    throw new Killed();
  }
  const pipes = commands.slice(1).map(() => createPipe(shell.budget));
  const stages = commands.map(async (command, i) => {
    const child = shell.fork();
    const table = new Map(streams);
    const before = pipes[i - 1];
    const after = pipes[i];
    if (before) table.set(0, { input: before.input });
    if (after) table.set(1, { output: after.output });
    if (!shell.budget.fork()) {
      await shell.complain("fork: retry: Resource temporarily unavailable");
      shell.budget.interrupt();
      throw new Killed();
    }
    try {
      return await runStage(() => child.command(command, table));
    } catch (error) {
      if (error instanceof Killed) shell.budget.interrupt();
      throw error;
    } finally {
      shell.budget.exit();
      after?.output.close();
      before?.input.close();
    }
  });
  const ends = await Promise.allSettled(stages);
  const broken = ends.filter((end) => end.status === "rejected").map((end) => end.reason as unknown);
  if (broken.length > 0) throw broken.find((reason) => reason instanceof Killed) ?? broken[0];
  const statuses = ends.map((end) => (end.status === "fulfilled" ? end.value : 1));
  shell.state.pipeStatus = statuses;
  if (shell.state.options.has("pipefail")) return statuses.filter((status) => status !== 0).at(-1) ?? 0;
  return statuses.at(-1) ?? 0;
}
