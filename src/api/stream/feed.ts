// Brings what is new from the store to the open streams: evidence by seq, then the rows that it changed.
// The bus only shortens the wait: without it, or after any restart, the poll finds the same rows.

import type { Clock } from "../../contract/clock.ts";
import { toError } from "../../contract/errors.ts";
import type { Logger } from "../../kit/log.ts";
import type { Attacker, Decky, SessionSummary, Worker } from "../types.ts";
import type { Touch } from "./changes.ts";
import { PendingChanges } from "./changes.ts";
import type { Frame } from "./frames.ts";
import type { StreamHub } from "./hub.ts";
import type { Wake } from "./wake.ts";

/** Evidence as the feed reads it: its frame and which rows it touches. */
export interface FeedEvidence {
  readonly frame: Frame;
  readonly touch: Touch;
}

/** What the feed reads. */
export interface FeedStore {
  /** Newest evidence seq; 0 in an empty store. */
  lastSeq(): Promise<number>;
  /** Evidence seq up to which attackers, sessions and deckies are derived. */
  derivedSeq(): Promise<number>;
  evidenceAfter(seq: number, limit: number): Promise<readonly FeedEvidence[]>;
  attackers(ips: readonly string[]): Promise<readonly Attacker[]>;
  sessions(ids: readonly string[]): Promise<readonly SessionSummary[]>;
  deckies(names: readonly string[]): Promise<readonly Decky[]>;
}

/** What the feed is wired to. */
export interface FeedOptions {
  readonly hub: StreamHub;
  readonly store: FeedStore;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Workers whose status has changed by the passing of time. */
  readonly takeWorkerChanges: () => readonly Worker[];
}

/** Longest wait for new evidence with no hint from the bus. */
const POLL_MS = 1000;
/** Least time between two looks, so that a flood is sent in batches. */
const BATCH_MS = 10;
/** Least time between two rounds of derived rows: under a flood a row changes with every record. */
const ROWS_MS = 250;
const PAGE = 500;
/** Bytes sent at once; each client's queue holds many of them. */
const CHUNK_BYTES = 128 * 1024;
const LOW_ROOM_BYTES = 512 * 1024;
const PACE_MS = 20;
const PACE_TRIES = 10;
const ROWS = 200;

/** Runs until the signal aborts. A failing store costs a poll, never the feed. */
export async function runFeed(options: FeedOptions): Promise<void> {
  const { hub, wake, clock, signal, log } = options;
  const pending = new PendingChanges();
  const mayRun = createPacer(options.clock, ROWS_MS);
  let failing = false;
  while (!signal.aborted) {
    try {
      hub.broadcast(options.takeWorkerChanges().map((row) => hub.frame("worker", row)));
      const more = await look(options, pending, mayRun);
      if (failing) log.info("event stream reads the store again");
      failing = false;
      await clock.sleep(BATCH_MS, signal);
      if (more) continue;
    } catch (error) {
      if (!failing) log.warn({ err: toError(error) }, "event stream cannot read the store");
      failing = true;
    }
    await wake.wait(POLL_MS, signal);
  }
}

/** One look; true when there is more to be had at once. */
async function look(options: FeedOptions, pending: PendingChanges, mayRun: () => boolean): Promise<boolean> {
  const { hub, store } = options;
  const last = await store.lastSeq();
  if (hub.clients === 0 || last < hub.seq) {
    pending.clear();
    hub.skipTo(last);
    return false;
  }
  const page = last > hub.seq ? await store.evidenceAfter(hub.seq, PAGE) : [];
  pending.add(page.map((row) => row.touch));
  await sendInChunks(
    options,
    page.map((row) => row.frame),
  );
  if (page.length < PAGE) hub.advanceTo(last);
  const rowsWait = pending.size > 0 && !mayRun();
  const hasMoreRows = rowsWait || (await sendRows(options, pending));
  return page.length === PAGE || hasMoreRows;
}

/** True at most once in `everyMs`. */
function createPacer(clock: Clock, everyMs: number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.monotonic();
    if (now - last < everyMs) return false;
    last = now;
    return true;
  };
}

async function sendInChunks(options: FeedOptions, frames: readonly Frame[]): Promise<void> {
  let chunk: Frame[] = [];
  let bytes = 0;
  for (const frame of frames) {
    chunk.push(frame);
    bytes += frame.bytes.length;
    if (bytes < CHUNK_BYTES) continue;
    options.hub.broadcast(chunk);
    await pace(options);
    chunk = [];
    bytes = 0;
  }
  options.hub.broadcast(chunk);
}

/** Gives the sockets a turn; waits a little, and only a little, for the slowest. */
async function pace({ hub, clock, signal }: FeedOptions): Promise<void> {
  await clock.sleep(0, signal);
  for (let left = PACE_TRIES; left > 0 && hub.room < LOW_ROOM_BYTES && !signal.aborted; left--) {
    await clock.sleep(PACE_MS, signal);
  }
}

async function sendRows({ hub, store }: FeedOptions, pending: PendingChanges): Promise<boolean> {
  if (pending.size === 0) return false;
  const before = pending.size;
  const changes = pending.take(await store.derivedSeq(), ROWS);
  const { attackers, sessions, deckies } = changes;
  const rows: Frame[] = [];
  if (attackers.length > 0)
    rows.push(...(await store.attackers(attackers)).map((row) => hub.frame("attacker", row)));
  if (sessions.length > 0)
    rows.push(...(await store.sessions(sessions)).map((row) => hub.frame("session", row)));
  if (deckies.length > 0) rows.push(...(await store.deckies(deckies)).map((row) => hub.frame("decky", row)));
  hub.broadcast(rows);
  return before - pending.size === ROWS;
}
