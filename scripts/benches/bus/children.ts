// The processes of the load: started with a task, awaited, and ended with us whatever happens.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";

type Child = Subprocess<"ignore", "pipe", "inherit">;

/** What runs now, to be ended if the measurement is interrupted (one that is stopped hears no Ctrl-C). */
const running = new Set<Subprocess>();

/** Notes a process until it has ended. */
export function track<Started extends Subprocess>(child: Started): Started {
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return child;
}

/** Working folders that are there now. */
const folders = new Set<string>();

/** Makes a working folder for one run. */
export function makeFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "decnet-bench-bus-"));
  folders.add(path);
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true });
    folders.delete(path);
  };
  return { path, remove };
}

/** Ends all that is noted, at once, and removes the folders. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
  for (const path of folders) rmSync(path, { recursive: true, force: true });
}

/** One of them. */
export interface LoadChild {
  readonly pid: number;
  /** What it prints at its end. */
  readonly result: Promise<unknown>;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Starts a script of this folder and waits for its first line, `ready`. */
export async function startChild(script: "load.ts" | "codec.ts", task: object): Promise<LoadChild> {
  const command = [process.execPath, join(import.meta.dir, script), JSON.stringify(task)];
  const child: Child = track(Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" }));
  const lines = linesOf(child);
  const first = await lines.next();
  if (first.value !== "ready")
    throw new Error(`a process of the load did not start: ${JSON.stringify(task)}`);
  return {
    pid: child.pid,
    result: lines.next().then((line) => JSON.parse(line.value ?? "null")),
    signal: (name) => child.kill(name),
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function* linesOf(child: Child): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of child.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}
