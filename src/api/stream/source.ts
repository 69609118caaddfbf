// The store as the event stream reads it: snapshots, evidence as frames, rows that changed.

import type { Kysely } from "kysely";
import type { Clock } from "../../contract/clock.ts";
import { getAttacker } from "../../store/attackers.ts";
import { getDecky } from "../../store/deckies.ts";
import type { EvidenceRow } from "../../store/evidence.ts";
import { lastSeq, listEvidence } from "../../store/evidence.ts";
import type { Database } from "../../store/schema.ts";
import { getSession } from "../../store/sessions.ts";
import { readDeckies, readDerivedSeq, readOverview } from "../reads.ts";
import { toAttacker, toDecky, toEvidence, toSession } from "../rows.ts";
import type { ServiceView } from "../service-view.ts";
import type { Snapshot } from "../types.ts";
import type { WorkerRegistry } from "../worker-registry.ts";
import type { FeedStore } from "./feed.ts";
import type { Frame } from "./frames.ts";
import { encodeFrame } from "./frames.ts";
import type { StreamSource } from "./hub.ts";

/** What snapshots are made of. */
export interface SourceOptions {
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly registry: WorkerRegistry;
  readonly serviceView: ServiceView;
  readonly busConnected: () => boolean;
}

const HOURS = 24;

function toFrame(row: EvidenceRow): Frame {
  return { seq: row.seq, bytes: encodeFrame("evidence", row.seq, JSON.stringify(toEvidence(row))) };
}

/** Each row that is still there, one after another. */
async function collect<Row, Item>(
  keys: readonly string[],
  get: (key: string) => Promise<Row | undefined>,
  convert: (row: Row) => Item,
): Promise<Item[]> {
  const items: Item[] = [];
  for (const key of keys) {
    const row = await get(key);
    if (row !== undefined) items.push(convert(row));
  }
  return items;
}

/** What the hub gives to whoever joins. */
export function createStreamSource({
  db,
  clock,
  registry,
  serviceView,
  busConnected,
}: SourceOptions): StreamSource {
  return {
    lastSeq: () => lastSeq(db),
    async snapshot() {
      await serviceView.refresh();
      const deckies = await readDeckies(db);
      const stats = await readOverview(db, { now: clock.now(), hours: HOURS, drills: false }, deckies);
      const rest: Omit<Snapshot, "seq" | "missed"> = {
        workers: registry.rows(),
        bus_connected: busConnected(),
        deckies,
        stats,
      };
      return JSON.stringify(rest).slice(1);
    },
    async evidence(after, upTo, limit) {
      const page = await listEvidence(db, { since: after, before: upTo + 1, order: "asc", limit });
      return page.rows.map(toFrame);
    },
  };
}

/** What the feed reads. */
export function createFeedStore(db: Kysely<Database>): FeedStore {
  return {
    lastSeq: () => lastSeq(db),
    derivedSeq: () => readDerivedSeq(db),
    async evidenceAfter(seq, limit) {
      const page = await listEvidence(db, { since: seq, order: "asc", limit });
      return page.rows.map((row) => ({
        frame: toFrame(row),
        touch: { seq: row.seq, kind: row.kind, decky: row.decky, session: row.session, srcIp: row.src.ip },
      }));
    },
    attackers: (ips) => collect(ips, (ip) => getAttacker(db, ip), toAttacker),
    sessions: (ids) => collect(ids, (id) => getSession(db, id), toSession),
    deckies: (names) => collect(names, (name) => getDecky(db, name), toDecky),
  };
}
