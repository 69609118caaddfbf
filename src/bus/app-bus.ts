// The bus of a long-lived server that must run without one: connected in the background of its requests.
// Never makes a caller wait for a broker that is known to be away.

import type { Clock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";

/** How long a failed connect is not tried again. */
export const RETRY_MS = 2000;

/** Options of {@link createAppBus}. */
export interface AppBusOptions {
  /** Gives a bus that is connected, or rejects. */
  readonly connect: () => Promise<Bus>;
  /** Whether there is a bus to connect to, as far as this process knows; without one, nothing is tried. */
  readonly mayConnect?: () => Promise<boolean>;
  readonly clock: Clock;
  /** Hears why each connect failed. */
  readonly onFailure?: (error: unknown) => void;
}

/** The one bus of a process. */
export interface AppBus {
  /** The bus; null while it can't be had. Callers share one connect; a failure is not retried for {@link RETRY_MS}. */
  get(): Promise<Bus | null>;
  /** Calls `attach` once the bus is there (at once when it is). Returns what takes it back. */
  onBus(attach: (bus: Bus) => void): () => void;
  /** Tries until the bus is there or `signal` aborts: for what must come alive without being asked. */
  keepTrying(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Makes it; connects at the first `get`. */
export function createAppBus({ connect, mayConnect, clock, onFailure }: AppBusOptions): AppBus {
  const waiting = new Set<(bus: Bus) => void>();
  let bus: Bus | undefined;
  let trying: Promise<Bus | null> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let closed = false;

  const attempt = async (): Promise<Bus | null> => {
    try {
      if (mayConnect && !(await mayConnect())) return null;
      const made = await connect();
      if (closed) {
        await made.close();
        return null;
      }
      bus = made;
      for (const attach of waiting) attach(made);
      waiting.clear();
      return made;
    } catch (error) {
      notBefore = clock.monotonic() + RETRY_MS;
      onFailure?.(error);
      return null;
    } finally {
      trying = undefined;
    }
  };

  const get = (): Promise<Bus | null> => {
    if (bus || closed) return Promise.resolve(closed ? null : (bus ?? null));
    if (trying) return trying;
    if (clock.monotonic() < notBefore) return Promise.resolve(null);
    trying = attempt();
    return trying;
  };

  return {
    get,
    onBus(attach) {
      if (bus) attach(bus);
      else waiting.add(attach);
      return () => waiting.delete(attach);
    },
    async keepTrying(signal) {
      while (!signal.aborted && !closed && !(await get())) await clock.sleep(RETRY_MS, signal);
    },
    async close() {
      closed = true;
      waiting.clear();
      await trying;
      await bus?.close();
    },
  };
}

/** Makes a bus and waits for its broker. Rejects with DecnetError `unavailable` when it does not answer in time. */
export async function connectNow(make: () => Bus, timeoutMs = 1000): Promise<Bus> {
  const bus = make();
  if (await bus.flush(timeoutMs)) return bus;
  await bus.close();
  throw new DecnetError("unavailable", "the bus can't be reached");
}
