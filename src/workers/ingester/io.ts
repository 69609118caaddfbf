// The ingester's one transaction: rows and the spool position together, over prepared statements.
// Knows a record that was stored before by its id and leaves it as it is.

import type { RecordRow } from "../../evidence/record.ts";
import type { Store } from "../../store/open.ts";

/** What one transaction did: `stored` rows were new, `drills` are the drills among their sources. `seq` is the last one given. */
export interface Ingested {
  readonly stored: readonly RecordRow[];
  readonly drills: ReadonlySet<string>;
  readonly seq: number;
}

/** How far the ingester came. */
export interface IngestState {
  readonly position: number;
  readonly seq: number;
}

/** The ingester's side of the store. */
export interface IngestStore {
  state(): IngestState;
  /**
   * Stores rows and the position after them in one transaction. Throws the SQLite error when it could not; nothing is
   * stored then.
   */
  ingest(rows: readonly RecordRow[], position: number, now: number): Ingested;
}

// Only a known id is passed over: any other conflict is a bug that must not lose evidence in silence.
const INSERT = `INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;

/** Prepares the statements. */
export function createIngestStore(store: Store): IngestStore {
  const { sqlite } = store;
  const insert = sqlite.prepare(INSERT);
  const readState = sqlite.prepare<IngestState, []>("SELECT position, seq FROM ingest_state WHERE id = 1");
  const writeState = sqlite.prepare("UPDATE ingest_state SET position = ?, seq = ? WHERE id = 1");
  const state = (): IngestState => readState.get() ?? { position: 0, seq: 0 };

  const readDrills = sqlite.prepare<{ ip: string }, [string]>(
    "SELECT ip FROM drill WHERE ip IN (SELECT value FROM json_each(?))",
  );
  const drillsAmong = (rows: readonly RecordRow[]): ReadonlySet<string> => {
    const sources = JSON.stringify([...new Set(rows.map((row) => row.srcIp))]);
    return new Set(readDrills.all(sources).map(({ ip }) => ip));
  };

  const run = sqlite.transaction((rows: readonly RecordRow[], position: number, now: number): Ingested => {
    let { seq } = state();
    const stored: RecordRow[] = [];
    for (const row of rows) {
      const { changes } = insert.run(
        seq + 1,
        row.id,
        row.ts,
        row.sensor,
        row.decky,
        row.service,
        row.kind,
        row.session,
        row.srcIp,
        row.srcPort,
        row.dstIp,
        row.dstPort,
        row.transport,
        row.data,
        now,
      );
      if (changes === 0) continue;
      seq++;
      stored.push(row);
    }
    writeState.run(position, seq);
    return { stored, drills: drillsAmong(stored), seq };
  });

  return { state, ingest: (rows, position, now) => run.immediate(rows, position, now) };
}
