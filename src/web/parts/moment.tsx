// Times on the page: relative, ticking together from one timer, with the full time on hover.

import { createStore } from "./external-store.ts";
import { formatAgo, formatClock, formatDay, formatFull } from "./format.ts";
import { useStore } from "./use-store.ts";

const nowStore = createStore(Date.now());

/** Starts the one timer; the returned function ends it. */
export function startTicking(): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) nowStore.set(Date.now());
  }, 1000);
  return () => clearInterval(timer);
}

/** The present, to the second. */
export function useNow(): number {
  return useStore(nowStore);
}

/** `3 m ago`. */
export function Ago({ ms }: { readonly ms: number }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatFull(ms)}>
      {formatAgo(ms, Math.max(ms, useNow()))}
    </time>
  );
}

/** 14:03:27, with the day when it is not today. */
export function Clock({ ms }: { readonly ms: number }) {
  const today = new Date(ms).toDateString() === new Date().toDateString();
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatFull(ms)}>
      {today ? formatClock(ms) : formatDay(ms)}
    </time>
  );
}
