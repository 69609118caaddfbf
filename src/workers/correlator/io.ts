// The correlator's side of the store: loads what a batch needs, stores what it changed, all in one transaction
// with the cursor. Over prepared statements; lists of keys go in as one JSON parameter.

import type { Database as SqliteDatabase } from "bun:sqlite";
import { ANNOUNCED_CURSOR, CORRELATOR_CURSOR } from "../../store/derived.ts";
import type { Store } from "../../store/open.ts";
import type {
  AttackerTable,
  CredentialReuseTable,
  DeckyTable,
  EvidenceTable,
  SessionTable,
} from "../../store/schema.ts";
import type { Changes, Loaded, Wanted } from "./core.ts";
import { derive, wantedBy } from "./core.ts";

/** The correlator's transaction. */
export interface DerivedStore {
  /** Derives the next batch and moves the cursor; returns how many records it took. Throws SQLite's error when it could not. */
  deriveNext(max: number): number;
  /** The last `seq` taken into account. */
  cursor(): number;
}

const columns = {
  attacker:
    "ip first_seq first_seen last_seen first_decky first_service sessions evidence credentials commands files deckies services drill announced",
  session:
    "id first_seq attacker_ip src_port decky service dst_ip dst_port started_at ended_at duration_ms end_reason bytes_in bytes_out evidence credentials commands files logged_in recording_sha256 drill announced",
  credential:
    "id seq ts attacker_ip session decky service method username secret secret_sha256 accepted drill",
  credential_reuse:
    "secret_sha256 drill first_seen last_seen attempts deckies services attackers reused announced",
  decky: "name address mac state persona services reason changed_at",
} as const;

type Row = Record<string, string | number | null>;

/** Stores rows of one table, replacing what has the same key: its first columns. */
function upserter(
  sqlite: SqliteDatabase,
  table: keyof typeof columns,
  keys = 1,
): (rows: readonly object[]) => void {
  const names = columns[table].split(" ");
  const sets = names.slice(keys).map((name) => `${name} = excluded.${name}`);
  const statement = sqlite.prepare(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
     ON CONFLICT (${names.slice(0, keys).join(", ")}) DO UPDATE SET ${sets.join(", ")}`,
  );
  return (rows) => {
    for (const row of rows as readonly Row[]) statement.run(...names.map((name) => row[name] ?? null));
  };
}

function createSaver(sqlite: SqliteDatabase): (changes: Changes) => void {
  const attackers = upserter(sqlite, "attacker");
  const sessions = upserter(sqlite, "session");
  const credentials = upserter(sqlite, "credential");
  const secrets = upserter(sqlite, "credential_reuse", 2);
  const deckies = upserter(sqlite, "decky");
  const removeDeckies = sqlite.prepare("DELETE FROM decky WHERE name IN (SELECT value FROM json_each(?))");
  const activity = sqlite.prepare(`INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (slot, service, drill) DO UPDATE SET evidence = evidence + excluded.evidence,
      sessions = sessions + excluded.sessions, credentials = credentials + excluded.credentials,
      commands = commands + excluded.commands, files = files + excluded.files`);
  return (changes) => {
    attackers(changes.attackers);
    sessions(changes.sessions);
    credentials(changes.credentials);
    secrets(changes.secrets);
    deckies(changes.deckies);
    if (changes.removed.length > 0) removeDeckies.run(JSON.stringify(changes.removed));
    for (const a of changes.activity) {
      activity.run(a.slot, a.service, a.drill, a.evidence, a.sessions, a.credentials, a.commands, a.files);
    }
  };
}

function createLoader(
  sqlite: SqliteDatabase,
  cursorOf: (worker: string) => number,
): (wanted: Wanted) => Loaded {
  const listed = (column: string): string => `${column} IN (SELECT value FROM json_each(?))`;
  const attackers = sqlite.prepare<AttackerTable, [string]>(`SELECT * FROM attacker WHERE ${listed("ip")}`);
  const secrets = sqlite.prepare<CredentialReuseTable, [string]>(
    `SELECT * FROM credential_reuse WHERE ${listed("secret_sha256")}`,
  );
  const deckies = sqlite.prepare<DeckyTable, [string]>(`SELECT * FROM decky WHERE ${listed("name")}`);
  const drills = sqlite.prepare<{ ip: string }, [string]>(`SELECT ip FROM drill WHERE ${listed("ip")}`);
  const named = sqlite.prepare<SessionTable, [string]>(`SELECT * FROM session WHERE ${listed("id")}`);
  const open = sqlite.prepare<SessionTable, [string]>(
    `SELECT * FROM session WHERE ended_at IS NULL AND ${listed("decky")}`,
  );
  return (wanted) => {
    const ips = JSON.stringify(wanted.attackers);
    const names = JSON.stringify(wanted.deckies);
    const openSessions = wanted.deckies.length > 0 ? open.all(names) : [];
    return {
      attackers: attackers.all(ips),
      sessions: [...openSessions, ...named.all(JSON.stringify(wanted.sessions))],
      secrets: secrets.all(JSON.stringify(wanted.secrets)),
      deckies: deckies.all(names),
      drills: new Set(drills.all(ips).map((row) => row.ip)),
      announcedSeq: cursorOf(ANNOUNCED_CURSOR),
    };
  };
}

/** Prepares the statements. */
export function createDerivedStore(store: Store): DerivedStore {
  const { sqlite } = store;
  const next = sqlite.prepare<EvidenceTable, [number, number]>(
    "SELECT * FROM evidence WHERE seq > ? ORDER BY seq LIMIT ?",
  );
  const readCursor = sqlite.prepare<{ seq: number }, [string]>("SELECT seq FROM cursor WHERE worker = ?");
  const writeCursor = sqlite.prepare(
    "INSERT INTO cursor VALUES (?, ?) ON CONFLICT (worker) DO UPDATE SET seq = excluded.seq",
  );
  const cursorOf = (worker: string): number => readCursor.get(worker)?.seq ?? 0;
  const load = createLoader(sqlite, cursorOf);
  const save = createSaver(sqlite);
  const run = sqlite.transaction((max: number): number => {
    const batch = next.all(cursorOf(CORRELATOR_CURSOR), max);
    const last = batch.at(-1);
    if (!last) return 0;
    save(derive(load(wantedBy(batch)), batch));
    writeCursor.run(CORRELATOR_CURSOR, last.seq);
    return batch.length;
  });
  return {
    cursor: () => cursorOf(CORRELATOR_CURSOR),
    deriveNext(max) {
      // Looked at before the write lock is taken: an idle correlator must not stand in the ingester's way.
      if (next.all(cursorOf(CORRELATOR_CURSOR), 1).length === 0) return 0;
      return run.immediate(max);
    },
  };
}
