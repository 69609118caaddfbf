// The one event stream of the page. Comes back by itself after a loss, however long, without a reload.
// Keeps no data: it hands events on and tells whether it is connected.

import type { StreamEvents } from "../../api/types.ts";
import { createStore, type ExternalStore } from "./external-store.ts";

/** `idle` before sign-in; `lost` once a connection was wanted and is not there. */
export type LiveState = "idle" | "connecting" | "live" | "lost";

/** What is done with each event. */
export type LiveHandlers = { readonly [K in keyof StreamEvents]: (event: StreamEvents[K]) => void } & {
  /** The stream broke: a good moment to ask whether one is still signed in. */
  readonly broken: () => void;
};

/** The browser's part, handed in so that a test can play it. */
export interface LiveHost {
  open(url: string): EventSource;
  after(ms: number, task: () => void): () => void;
  random(): number;
}

/** A stream that can be started and stopped. */
export interface Live {
  readonly state: ExternalStore<LiveState>;
  start(): void;
  stop(): void;
  /** Tries at once, for example when the network is back. */
  retryNow(): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** Health beats come every 30 s from each worker; this long without any event means a connection that is dead. */
const SILENCE_MS = 75_000;

const names: readonly (keyof StreamEvents)[] = [
  "snapshot",
  "evidence",
  "attacker",
  "session",
  "worker",
  "decky",
  "lagged",
];

/** Makes the stream. It is opened by `start`. */
export function createLive(url: string, handlers: LiveHandlers, host: LiveHost): Live {
  const state = createStore<LiveState>("idle");
  let source: EventSource | undefined;
  let delay = FIRST_DELAY_MS;
  let cancelRetry = (): void => undefined;
  let cancelSilence = (): void => undefined;

  const drop = (): void => {
    cancelRetry();
    cancelSilence();
    source?.close();
    source = undefined;
  };
  const retryLater = (): void => {
    drop();
    const wait = delay * (0.75 + host.random() / 2);
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
    cancelRetry = host.after(wait, open);
  };
  const watchSilence = (): void => {
    cancelSilence();
    cancelSilence = host.after(SILENCE_MS, open);
  };
  const take = (name: keyof StreamEvents, text: string): void => {
    watchSilence();
    const event = parse(text);
    if (event === undefined) return;
    (handlers[name] as (event: unknown) => void)(event);
    if (name === "snapshot") {
      delay = FIRST_DELAY_MS;
      state.set("live");
    }
    if (name === "lagged") retryLater();
  };
  function open(): void {
    drop();
    const opened = host.open(url);
    source = opened;
    watchSilence();
    for (const name of names) {
      opened.addEventListener(name, (event) => {
        if (source === opened) take(name, (event as MessageEvent<string>).data);
      });
    }
    opened.addEventListener("error", () => {
      if (source !== opened) return;
      state.set("lost");
      handlers.broken();
      retryLater();
    });
  }
  return {
    state,
    start() {
      if (source) return;
      state.set("connecting");
      delay = FIRST_DELAY_MS;
      open();
    },
    stop() {
      drop();
      state.set("idle");
    },
    retryNow() {
      if (state.get() === "lost") open();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The real browser. */
export const browserHost: LiveHost = {
  open: (url) => new EventSource(url),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
