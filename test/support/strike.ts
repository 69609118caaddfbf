// Kills at a step: a tracer lists the system calls by which a process changes something, and ends it just before one.
// Steps are counted by the kernel's own eyes, so a kill hits the same one each time; the process is not changed for it.

import { existsSync, readFileSync } from "node:fs";
import type { Task } from "../../src/workers/mutator/task.ts";

/** Whether processes can be traced here. */
export const HAS_TRACER = Bun.which("strace") !== null;

if (!HAS_TRACER) console.warn("tests of kills at a step are skipped: they need strace");

/** What a task of the kernel's process is for: addresses, a part of the fleet, to leave nothing, or a look at all. */
export type TaskKind = "ask" | "part" | "clear" | "look";

/** Which of those processes runs under a tracer, or whatever else is put first on its command. */
export interface Strike {
  readonly kind: TaskKind;
  readonly tracer: readonly string[];
  /** So many of the kind are let pass, and so many are met then: none and one when absent. */
  readonly skip?: number;
  readonly times?: number;
}

/** A system call: the n-th of its name in the process's main thread. */
export interface Step {
  readonly call: string;
  readonly nth: number;
  readonly text: string;
}

/** What somebody is killed in the midst of. */
export interface Order {
  readonly give: () => Promise<void>;
  /** Whether it came to its end. */
  readonly isOver: () => Promise<boolean>;
}

export function kindOf({ reach }: Task): TaskKind {
  if (!reach) return "ask";
  if (reach.gone) return "part";
  return reach.deckies.length === 0 ? "clear" : "look";
}

/** A command's beginning by which its calls of these names are written to a file. */
export function watching(calls: readonly string[], out: string): string[] {
  return ["strace", "-s", "200", "-o", out, "-e", `trace=${calls.join(",")}`];
}

/** The same, and the process is killed when it is about to make this step. */
export function killingAt({ call, nth }: Pick<Step, "call" | "nth">, out: string): string[] {
  return [...watching([call], out), "-e", `inject=${call}:signal=SIGKILL:when=${nth}`];
}

/** A call's name and arguments, without what the kernel numbers anew each time. */
function textOf(line: string): string {
  const text = line.replace(/ += [-?\d].*$| <unfinished.*$/, "").replace(/^(\w+)\(\d+, /, "$1(");
  // What SQLite writes has counters and sums in it.
  if (text.startsWith("pwrite64(")) return text.startsWith('pwrite64("{') ? "pwrite64 of a task" : "pwrite64";
  return text.replace(/nlmsg_seq=\d+|\bpid=\d+/g, "").slice(0, 120);
}

/** All calls of a trace. */
export function stepsOf(path: string): Step[] {
  const counts = new Map<string, number>();
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const call = /^(\w+)\(/.exec(line)?.[1];
      if (call === undefined) return [];
      const nth = (counts.get(call) ?? 0) + 1;
      counts.set(call, nth);
      return [{ call, nth, text: textOf(line) }];
    });
}

/** How a traced process ended: the step before which it was killed, or "unharmed"; undefined while it runs. */
export function endOf(path: string): Step | "unharmed" | undefined {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (text.includes("+++ exited with ")) return "unharmed";
  return text.includes("+++ killed by SIGKILL +++") ? stepsOf(path).at(-1) : undefined;
}
