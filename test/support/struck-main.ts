// The program as the crash tests start it: its short-lived kernel process may run under a tracer that kills it.
// Changes nothing of the program; without an order in STRIKE_FILE it is the program alone.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { taskSchema } from "../../src/workers/mutator/task.ts";
import type { Strike } from "./strike.ts";
import { kindOf } from "./strike.ts";

const main = join(import.meta.dir, "..", "..", "src", "main.ts");
const file = process.env["STRIKE_FILE"] ?? "";

/** What goes first on the command of the process with this task: nothing, unless it is one that is to be met. */
function tracerFor(task: string): readonly string[] {
  const strike = JSON.parse(readFileSync(file, "utf8")) as Strike;
  if (kindOf(taskSchema.parse(JSON.parse(task))) !== strike.kind) return [];
  const { skip = 0, times = 1 } = strike;
  if (skip === 0 && times === 1) rmSync(file);
  else {
    const left = skip > 0 ? { skip: skip - 1 } : { times: times - 1 };
    writeFileSync(file, JSON.stringify({ ...strike, ...left }));
  }
  return skip > 0 ? [] : strike.tracer;
}

if (process.argv[2] === "kernel" && existsSync(file)) {
  const task = await Bun.stdin.text();
  const child = Bun.spawn([...tracerFor(task), process.execPath, main, "kernel"], {
    stdin: new Blob([task]),
    stdout: "inherit",
    stderr: "inherit",
  });
  await child.exited;
  if (child.signalCode) process.kill(process.pid, child.signalCode);
  process.exit(child.exitCode ?? 1);
} else await import(main);
