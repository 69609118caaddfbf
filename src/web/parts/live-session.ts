// What live events do to what is shown: they feed the feed, patch what is cheap to patch, and have the rest read again.
// Reads at most once in a while per resource, however many events come.

import type { QueryClient } from "@tanstack/react-query";
import type { Deckies, Decky, EvidenceItem, Page, Snapshot, Worker, Workers } from "../../api/types.ts";
import { createFeed, type Feed } from "./feed.ts";
import { getJson } from "./http.ts";
import { browserHost, createLive, type Live } from "./live.ts";
import { keys } from "./queries.ts";

/** Least time between two reads of one resource that live events ask for. */
const REREAD_MS = 2_000;

/** A feed that draws with the browser's frames, or twice a second while the page is hidden. */
export const feed: Feed = createFeed((task) => {
  if (document.hidden) setTimeout(task, 500);
  else requestAnimationFrame(task);
});

/** Runs `task` for a key at once, then at most every `everyMs`, and once more at the end of a burst. */
function createThrottle(everyMs: number, task: (key: string) => void): (key: string) => void {
  const closed = new Map<string, boolean>();
  const run = (key: string): void => {
    closed.set(key, false);
    task(key);
    setTimeout(() => {
      const again = closed.get(key);
      closed.delete(key);
      if (again) run(key);
    }, everyMs);
  };
  return (key) => {
    if (closed.has(key)) closed.set(key, true);
    else run(key);
  };
}

function replaceBy<T extends { readonly name: string }>(rows: readonly T[], row: T): T[] {
  const known = rows.some(({ name }) => name === row.name);
  return known ? rows.map((old) => (old.name === row.name ? row : old)) : [...rows, row];
}

function takeSnapshot(client: QueryClient, { workers, bus_connected, deckies, stats }: Snapshot): void {
  client.setQueryData<Workers>([keys.workers], { workers, bus_connected, generated_at: Date.now() / 1000 });
  client.setQueryData<Deckies>([keys.deckies], { data: deckies });
  client.setQueryData([keys.stats, stats.drills], stats);
}

/** What came before the page was opened, or while it was not connected. */
async function readNewest(): Promise<void> {
  const page = await getJson<Page<EvidenceItem>>("/evidence").catch(() => undefined);
  if (page) feed.add(page.data);
}

/** Makes the live connection of one signed-in page. */
export function createLiveSession(client: QueryClient): Live {
  let snapshots = 0;
  const reread = createThrottle(REREAD_MS, (key) => void client.invalidateQueries({ queryKey: [key] }));
  const live = createLive(
    "/api/v1/stream",
    {
      snapshot(snapshot) {
        takeSnapshot(client, snapshot);
        void readNewest();
        // After a loss anything may have changed.
        if (snapshots++ > 0)
          void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me });
      },
      evidence(item) {
        feed.add([item]);
        reread(keys.stats);
        reread(keys.evidence);
        if (item.kind === "auth.attempted") reread(keys.credentials);
      },
      attacker() {
        reread(keys.attackers);
        reread(keys.attacker);
        reread(keys.reuse);
      },
      session() {
        reread(keys.sessions);
        reread(keys.session);
      },
      worker(row: Worker) {
        client.setQueryData<Workers>(
          [keys.workers],
          (old) => old && { ...old, workers: replaceBy(old.workers, row) },
        );
        // A beat that comes while the bus counts as gone may mean that it is back; the row does not say.
        if (client.getQueryData<Workers>([keys.workers])?.bus_connected === false) reread(keys.workers);
      },
      decky(row: Decky) {
        client.setQueryData<Deckies>([keys.deckies], (old) => old && { data: replaceBy(old.data, row) });
      },
      lagged: () => undefined,
      broken: () => void client.invalidateQueries({ queryKey: [keys.me] }),
    },
    browserHost,
  );
  return live;
}
