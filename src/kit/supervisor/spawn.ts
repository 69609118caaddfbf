// Makes a worker's process. Throws nothing: what the kernel refuses is written to the worker's own log.

import { toError } from "../../contract/errors.ts";
import type { Child } from "./child.ts";

/** What every worker is run with. */
export interface SpawnOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The process, or undefined when there is none to be had. */
export function spawnWorker(
  options: SpawnOptions,
  worker: string,
  child: Child,
): Bun.Subprocess<"pipe", "pipe", "pipe"> | undefined {
  try {
    return Bun.spawn([...options.command, worker], {
      cwd: options.cwd,
      env: { ...options.env, DECNET_SUPERVISED: "1" },
      // A signal to the supervisor's group (Ctrl-C, a service manager) is for it alone: it ends its workers in their order.
      detached: true,
      // Held open by this process alone: its end tells the child that the supervisor is gone.
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
  } catch (error) {
    child.log.write(new TextEncoder().encode(`could not be run: ${toError(error).message}\n`));
    return undefined;
  }
}
