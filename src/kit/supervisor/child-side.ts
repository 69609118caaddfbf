// What a supervised worker tells its supervisor over its private standard output: alive, ready, ending.
// Only for a worker that has a supervisor: without one, standard output is not its own.

import type { Clock } from "../../contract/clock.ts";

/** Longest time between two signs of life. */
const BEAT_MS = 5_000;

/** The child's end of the pipe. */
export interface ParentLink {
  /** It does its work; told once. */
  readonly ready: (info?: Readonly<Record<string, unknown>>) => void;
  /** It was told to stop and will end by itself. */
  readonly ending: () => void;
}

/** How often a process shows that it lives to whoever kills it after so long a silence. */
export function beatEvery(hangMs: number): number {
  return Math.min(BEAT_MS, hangMs / 4);
}

/** Starts the signs of life: an empty line every few seconds, from the event loop, so that a blocked one is silent. */
export function tellSupervisor({
  hangMs,
  clock,
}: {
  readonly hangMs: number;
  readonly clock: Clock;
}): ParentLink {
  const everyMs = beatEvery(hangMs);
  let told = false;
  const beat = (): void => {
    // A supervisor that does not read must not make this process grow.
    if (process.stdout.writableLength === 0) process.stdout.write("\n");
    clock.after(everyMs, beat);
  };
  beat();
  return {
    ready(info = {}) {
      if (told) return;
      told = true;
      process.stdout.write(`${JSON.stringify({ ready: info })}\n`);
    },
    ending: () => void process.stdout.write(`${JSON.stringify({ ending: true })}\n`),
  };
}
