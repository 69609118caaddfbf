import { afterEach, expect, test } from "bun:test";
import { systemClock } from "../../contract/clock.ts";
import { createLogger } from "../../kit/log.ts";
import type { Principal } from "../env.ts";
import type { FeedEvidence, FeedStore } from "./feed.ts";
import { runFeed } from "./feed.ts";
import { encodeFrame } from "./frames.ts";
import { StreamHub } from "./hub.ts";
import { Wake } from "./wake.ts";

const principal: Principal = {
  username: "ann",
  role: "viewer",
  expiresAt: null,
  tokenSha256: "a",
  via: "bearer",
};
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function row(seq: number): FeedEvidence {
  const frame = { seq, bytes: encodeFrame("evidence", seq, "{}") };
  return { frame, touch: { seq, kind: "connection.opened", decky: "d", session: null, srcIp: "192.0.2.1" } };
}

/** A feed over a store that a test plays. `gone` are seqs that were deleted. */
function start() {
  const state = { last: 0, derived: 0, fails: false, gone: new Set<number>(), reads: 0 };
  const check = (): void => {
    state.reads += 1;
    if (state.fails) throw new Error("the store is away");
  };
  const store: FeedStore = {
    async lastSeq() {
      check();
      return state.last;
    },
    derivedSeq: async () => state.derived,
    async evidenceAfter(seq, limit) {
      const all = Array.from({ length: state.last - seq }, (_, i) => seq + 1 + i).filter(
        (each) => !state.gone.has(each),
      );
      return all.slice(0, limit).map(row);
    },
    attackers: async () => [],
    sessions: async () => [],
    deckies: async () => [],
  };
  const lines: string[] = [];
  const log = createLogger("test", "info", (line) => lines.push(line));
  const wake = new Wake(systemClock);
  const stop = new AbortController();
  const source = { lastSeq: store.lastSeq, snapshot: async () => "}", evidence: async () => [] };
  const options = {
    clock: systemClock,
    maxClients: 10,
    onJoin: () => wake.hint(),
    onError: () => undefined,
    source,
  };
  const hub = new StreamHub(options);
  const done = runFeed({
    hub,
    store,
    wake,
    clock: systemClock,
    log,
    signal: stop.signal,
    takeWorkerChanges: () => [],
  });
  cleanups.push(async () => {
    stop.abort();
    await done;
    hub.close();
  });
  const reader = hub.open(principal, undefined).body.getReader();
  let text = "";
  const until = async (part: string): Promise<string> => {
    while (!text.includes(part)) {
      const { done: ended, value } = await reader.read();
      if (ended) throw new Error("the stream ended first");
      text += new TextDecoder().decode(value);
    }
    return text;
  };
  const ids = () => [...text.matchAll(/id: (\d+)\nevent: evidence/g)].map((match) => Number(match[1]));
  return { state, wake, hub, until, ids, lines };
}

test("finds new evidence by its poll alone, page after page", async () => {
  const { state, until, ids } = start();
  await until("snapshot");
  state.last = 1234;
  await until("id: 1234\n");
  expect(ids()).toEqual(Array.from({ length: 1234 }, (_, i) => i + 1));
});

test("a store that fails costs a while, is told once, and nothing is lost", async () => {
  const { state, wake, until, ids, lines } = start();
  await until("snapshot");
  state.fails = true;
  state.last = 3;
  const reads = state.reads;
  while (state.reads < reads + 3) {
    wake.hint();
    await systemClock.sleep(1);
  }
  state.fails = false;
  await until("id: 3\n");
  state.last = 4;
  wake.hint();
  await until("id: 4\n");
  expect(ids()).toEqual([1, 2, 3, 4]);
  expect(lines.filter((line) => line.includes("cannot read the store")).length).toBe(1);
  expect(lines.filter((line) => line.includes("reads the store again")).length).toBe(1);
});

test("evidence that was deleted leaves a gap, not a stop", async () => {
  const { state, wake, until, ids, hub } = start();
  await until("snapshot");
  state.gone = new Set([2, 3, 4]);
  state.last = 4;
  wake.hint();
  await until("id: 1\n");
  state.last = 5;
  wake.hint();
  await until("id: 5\n");
  expect(ids()).toEqual([1, 5]);
  expect(hub.seq).toBe(5);
});
