// Stops that were given lately: repeated while the same process runs, and waited for by a start that follows.
// Knows of processes only what the service manager says; a process that was started since is never meant.

import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import type { ServiceManager } from "../contract/service-manager.ts";
import type { Logger } from "../kit/log.ts";

/** What it needs. */
export interface RunningStopsOptions {
  readonly services: ServiceManager;
  readonly clock: Clock;
  readonly log: Logger;
}

interface RunningStop {
  readonly pid: number;
  /** Monotonic. */
  readonly at: number;
  /** Ends its repetition. */
  readonly cancel: () => void;
}

/** Times after a stop at which it is given again to a process that still runs: its own connection may just have been away. */
const AGAIN_MS = [1000, 2500] as const;
/** How long a worker that was told to stop may take to end, and how often that is looked at. */
const ENDING_MS = 5000;
const LOOK_MS = 50;

/** Keeps them. */
export class RunningStops {
  readonly #options: RunningStopsOptions;
  readonly #stops = new Map<string, RunningStop>();

  constructor(options: RunningStopsOptions) {
    this.#options = options;
  }

  /** Has `give` called again while the process that runs now still does; resolves once that process is known. */
  async repeat(worker: string, give: () => Promise<void>): Promise<void> {
    const { clock, log, services } = this.#options;
    const pid = (await services.state(worker))?.pid;
    if (pid === undefined) return;
    const look = async (): Promise<void> => {
      if ((await services.state(worker))?.pid === pid) await give();
    };
    this.#stops.get(worker)?.cancel();
    const cancels = AGAIN_MS.map((ms) =>
      clock.after(ms, () => {
        look().catch((error: unknown) =>
          log.warn({ err: toError(error), worker }, "stop could not be repeated"),
        );
      }),
    );
    const cancel = (): void => {
      for (const one of cancels) one();
    };
    this.#stops.set(worker, { pid, at: clock.monotonic(), cancel });
  }

  /**
   * A start that follows a stop is for the next process, but to a manager the one that is ending still runs: resolves
   * when it has ended, or has had its time to.
   */
  async ended(worker: string): Promise<void> {
    const { clock, services } = this.#options;
    const stop = this.#stops.get(worker);
    this.#stops.delete(worker);
    stop?.cancel();
    const never = new AbortController().signal;
    while (stop && clock.monotonic() - stop.at < ENDING_MS) {
      if ((await services.state(worker))?.pid !== stop.pid) return;
      await clock.sleep(LOOK_MS, never);
    }
  }
}
