// The live feed: newest first, bounded, each record once, updated at most once per animation frame.
// Holds no connection; whoever has one calls `add`.

import type { EvidenceItem } from "../../api/types.ts";
import { createStore, type ExternalStore } from "./external-store.ts";

/** What the feed shows. */
interface FeedState {
  /** Newest first. */
  readonly items: readonly EvidenceItem[];
  readonly paused: boolean;
  /** Records that came while paused; they are shown on resume, the newest of them if too many. */
  readonly waiting: number;
}

/** Most records that the feed keeps. */
export const FEED_LIMIT = 500;

/** Joins two lists into one without repetition, newest first, at most `limit`. */
export function mergeNewestFirst(
  a: readonly EvidenceItem[],
  b: readonly EvidenceItem[],
  limit = FEED_LIMIT,
): EvidenceItem[] {
  const bySeq = new Map<number, EvidenceItem>();
  for (const item of [...a, ...b]) bySeq.set(item.seq, item);
  return [...bySeq.values()].sort((x, y) => y.seq - x.seq).slice(0, limit);
}

/** The feed with its controls. */
export interface Feed {
  readonly store: ExternalStore<FeedState>;
  add(items: readonly EvidenceItem[]): void;
  pause(): void;
  resume(): void;
  clear(): void;
}

/** Makes a feed; `schedule` runs a task soon, once (an animation frame in a page). */
export function createFeed(schedule: (task: () => void) => void): Feed {
  const empty: FeedState = { items: [], paused: false, waiting: 0 };
  const store = createStore(empty);
  let pending: EvidenceItem[] = [];
  let scheduled = false;
  let waitingSeqs = new Set<number>();

  const flush = (): void => {
    scheduled = false;
    const state = store.get();
    if (pending.length === 0) return;
    if (state.paused) {
      store.set({ ...state, waiting: waitingSeqs.size });
      return;
    }
    const items = mergeNewestFirst(pending, state.items);
    pending = [];
    store.set({ ...state, items, waiting: 0 });
  };
  const add = (items: readonly EvidenceItem[]): void => {
    if (items.length === 0) return;
    const shown = store.get().paused ? new Set(store.get().items.map(({ seq }) => seq)) : undefined;
    for (const { seq } of items)
      if (shown && !shown.has(seq) && waitingSeqs.size < 100_000) waitingSeqs.add(seq);
    pending.push(...items);
    if (pending.length > FEED_LIMIT * 2) pending = mergeNewestFirst(pending, []);
    if (scheduled) return;
    scheduled = true;
    schedule(flush);
  };
  const resume = (): void => {
    waitingSeqs = new Set();
    store.set({ ...store.get(), paused: false, waiting: 0 });
    flush();
  };
  return {
    store,
    add,
    pause: () => store.set({ ...store.get(), paused: true }),
    resume,
    clear: () => {
      pending = [];
      waitingSeqs = new Set();
      store.set(empty);
    },
  };
}
