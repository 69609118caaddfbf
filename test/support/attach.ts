// A tracer on a process that runs: it lists the steps of its main thread, or kills it before one of them.
// Looks on from the moment at which it says so, and leaves the process as it was when it is done.

import { readFileSync, rmSync } from "node:fs";
import type { Step } from "./strike.ts";
import { endOf, killingAt, stepsOf, watching } from "./strike.ts";

/** Looks on as `command` says, from when this resolves until `done`. */
async function attach(command: readonly string[], pid: number) {
  const tracer = Bun.spawn([...command, "-p", String(pid)], { stdout: "ignore", stderr: "pipe" });
  const reader = tracer.stderr.getReader();
  let said = "";
  while (!said.includes("attached")) {
    const { value } = await reader.read();
    if (!value) throw new Error(`nobody is looked on: ${said}`);
    said += new TextDecoder().decode(value);
  }
  return {
    ended: tracer.exited,
    async done(): Promise<void> {
      tracer.kill("SIGINT");
      await tracer.exited;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    // Its entry is gone with it.
    return false;
  }
}

/** The steps that a process takes while an order is carried out. */
export async function stepsDuring(
  { pid, calls, out }: { readonly pid: number; readonly calls: readonly string[]; readonly out: string },
  order: () => Promise<void>,
): Promise<readonly Step[]> {
  const tracer = await attach(watching(calls, out), pid);
  await order();
  await tracer.done();
  return stepsOf(out);
}

/** Kills a process before a step that it takes after an order; "unharmed" when it does not come to it in time. */
export async function killDuring(
  {
    pid,
    step,
    out,
    ms,
  }: { readonly pid: number; readonly step: Step; readonly out: string; readonly ms: number },
  order: () => Promise<void>,
): Promise<Step | "unharmed"> {
  rmSync(out, { force: true });
  const tracer = await attach(killingAt(step, out), pid);
  await order();
  const died = await Promise.race([tracer.ended.then(() => true), Bun.sleep(ms).then(() => false)]);
  if (!died) await tracer.done();
  // One that dies while the tracer lets go of it is not in the trace as such.
  return endOf(out) ?? (isAlive(pid) ? "unharmed" : step);
}
