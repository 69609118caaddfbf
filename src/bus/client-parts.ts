// Small parts that every bus client has: listeners of its life, and the account of what it had to drop.

import { DecnetError } from "../contract/errors.ts";
import type { BusLifecycle } from "./bus.ts";
import type { BusLog } from "./bus-log.ts";

/** Listeners of a client's life. A listener that throws costs nobody else theirs. */
export interface LifecycleListeners {
  add(listener: (event: BusLifecycle) => void): () => void;
  tell(event: BusLifecycle): void;
}

/** Makes an empty set of listeners. */
export function createLifecycle(log: BusLog): LifecycleListeners {
  const listeners = new Set<(event: BusLifecycle) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          log.warn({ err: error, event: event.type }, "a listener of the bus failed");
        }
      }
    },
  };
}

/** Counts publications that could not be sent. After `close()` the first warns, later ones log at debug. */
export interface DropAccount {
  readonly total: number;
  /** For want of a connection. */
  add(events: number): void;
  afterClose(): void;
}

/** Makes an account. */
export function createDropAccount(log: BusLog): DropAccount {
  let total = 0;
  let warned = false;
  return {
    get total() {
      return total;
    },
    add(events) {
      total += events;
    },
    afterClose() {
      total++;
      const message = "event published after the bus was closed; dropped";
      if (warned) log.debug({ dropped: total }, message);
      else log.warn({ dropped: total }, message);
      warned = true;
    },
  };
}

/** Refuses a client name that is not one to sixty-four letters, digits, `.`, `_`, `@`, `-` (DecnetError `invalid`). */
export function checkClientName(name: string): string {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(name)) throw new DecnetError("invalid", "not a name for a bus client");
  return name;
}
