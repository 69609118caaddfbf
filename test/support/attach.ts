// A tracer on a process that runs: it lists the steps of its main thread, or kills it before one of them.
// Looks on from the moment at which it says so, and leaves the process as it was when it is done.

import { readFileSync, rmSync } from "node:fs";
import { agreeMs } from "./patience.ts";
import type { Order, Step } from "./strike.ts";
import { endOf, killingAt, stepsOf, watching } from "./strike.ts";

const LOOK_MS = 30;
/** How long after its end an order's last steps may come. */
const AFTER_MS = 300;

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

/** Waits until the order is over, and a moment more for what comes after it; the signal says that it can't be now. */
async function comesToNothing({ isOver }: Order, died: AbortSignal): Promise<void> {
  const start = performance.now();
  while (!died.aborted && !(await isOver())) {
    if (performance.now() - start > 3 * agreeMs())
      throw new Error("an order came to no end, and nobody died");
    await Bun.sleep(LOOK_MS);
  }
  if (!died.aborted) await Bun.sleep(AFTER_MS);
}

/** Kills a process before a step that it takes in an order; "unharmed" when the order ends without that step. */
export async function killDuring(
  { pid, step, out }: { readonly pid: number; readonly step: Step; readonly out: string },
  order: Order,
): Promise<Step | "unharmed"> {
  rmSync(out, { force: true });
  const tracer = await attach(killingAt(step, out), pid);
  await order.give();
  const died = new AbortController();
  const ended = tracer.ended.then(() => died.abort());
  await Promise.race([ended, comesToNothing(order, died.signal)]);
  if (!died.signal.aborted) await tracer.done();
  // One that dies while the tracer lets go of it is not in the trace as such.
  return endOf(out) ?? (isAlive(pid) ? "unharmed" : step);
}
