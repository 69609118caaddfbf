// Derives rows from evidence, in the order of `seq`: loaded rows and a batch in, changed rows out. Pure.
// How the evidence is cut into batches makes no difference to the rows.

import type { EvidenceData, EvidenceKind } from "../../contract/evidence.ts";
import { evidenceKinds, isOwnKind } from "../../contract/evidence.ts";
import { secretSha256, tellsReuse } from "../../evidence/secret.ts";
import type {
  ActivityTable,
  AttackerTable,
  CredentialReuseTable,
  CredentialTable,
  DeckyTable,
  EvidenceTable,
  SessionTable,
} from "../../store/schema.ts";
import { slotOf } from "../../store/stats.ts";
import { addCounts } from "./counts.ts";
import { newAttacker, newReuse, observeAttacker, observeReuse } from "./rows.ts";
import { closeAfterRestart, isLateFarewell, isRestart, newSession, observeSession } from "./session.ts";

/** The rows that a batch may change, as they are stored, and what else it depends on. */
export interface Loaded {
  readonly attackers: Iterable<AttackerTable>;
  /** Those that the batch names, and the open ones of every decky that changed in it. */
  readonly sessions: Iterable<SessionTable>;
  readonly secrets: Iterable<CredentialReuseTable>;
  readonly deckies: Iterable<DeckyTable>;
  /** Sources of drills among the batch's. */
  readonly drills: ReadonlySet<string>;
  /** Evidence up to here was announced before the derived rows were emptied. */
  readonly announcedSeq: number;
}

/** Rows to store. `activity` holds increments; the others replace what is stored under their key. */
export interface Changes {
  readonly attackers: readonly AttackerTable[];
  readonly sessions: readonly SessionTable[];
  readonly secrets: readonly CredentialReuseTable[];
  readonly deckies: readonly DeckyTable[];
  /** Names of deckies whose rows go. */
  readonly removed: readonly string[];
  readonly credentials: readonly CredentialTable[];
  readonly activity: readonly ActivityTable[];
}

/** The data of a stored row when it is of this kind and sound. The collector checked it; damage is not assumed away. */
function dataOf<K extends EvidenceKind>(row: EvidenceTable, kind: K): EvidenceData<K> | null {
  if (row.kind !== kind) return null;
  try {
    const parsed = evidenceKinds[kind].data.safeParse(JSON.parse(row.data));
    return parsed.success ? (parsed.data as EvidenceData<K>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Rows by key, copied on load so that nothing handed in is changed. */
function copies<Row extends object>(rows: Iterable<Row>, keyOf: (row: Row) => string): Map<string, Row> {
  return new Map(Array.from(rows, (row) => [keyOf(row), { ...row }]));
}

/** What drills do with a secret says nothing of what others do with it. */
function secretKey(hash: string, drill: boolean): string {
  return `${hash} ${drill ? 1 : 0}`;
}

class Derivation {
  readonly #loaded: Loaded;
  readonly #attackers: Map<string, AttackerTable>;
  readonly #sessions: Map<string, SessionTable>;
  readonly #secrets: Map<string, CredentialReuseTable>;
  readonly #deckies: Map<string, DeckyTable>;
  readonly #removed = new Set<string>();
  readonly #credentials: CredentialTable[] = [];
  readonly #activity = new Map<string, ActivityTable>();

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
    this.#attackers = copies(loaded.attackers, (row) => row.ip);
    this.#sessions = copies(loaded.sessions, (row) => row.id);
    this.#secrets = copies(loaded.secrets, (row) => secretKey(row.secret_sha256, row.drill === 1));
    this.#deckies = copies(loaded.deckies, (row) => row.name);
  }

  apply(row: EvidenceTable): void {
    if (row.kind === "decky.changed") this.#changeDecky(row);
    if (isOwnKind(row.kind)) return;
    const attempt = dataOf(row, "auth.attempted");
    const source = {
      row,
      drill: this.#loaded.drills.has(row.src_ip),
      announced: row.seq <= this.#loaded.announcedSeq,
    };
    const seen = {
      ...source,
      credential: attempt ? this.#addCredential(source, attempt) : false,
      loggedIn: attempt?.accepted === true,
      closed: dataOf(row, "connection.closed"),
      recording: dataOf(row, "terminal.recorded")?.sha256 ?? null,
    };
    const began = row.session !== null && !this.#sessions.has(row.session);
    const attacker = this.#attackers.get(row.src_ip) ?? newAttacker(seen);
    this.#attackers.set(row.src_ip, attacker);
    observeAttacker(attacker, seen, began);
    this.#count(seen, began);
    if (row.session === null) return;
    const session = this.#sessions.get(row.session) ?? newSession(row.session, seen);
    this.#sessions.set(row.session, session);
    observeSession(session, seen);
  }

  changes(): Changes {
    return {
      attackers: [...this.#attackers.values()],
      sessions: [...this.#sessions.values()],
      secrets: [...this.#secrets.values()],
      deckies: [...this.#deckies.values()],
      removed: [...this.#removed],
      credentials: this.#credentials,
      activity: [...this.#activity.values()],
    };
  }

  #changeDecky(row: EvidenceTable): void {
    const data = dataOf(row, "decky.changed");
    const known = this.#deckies.get(row.decky);
    if (!data || isLateFarewell(data, row.ts, known)) return;
    if (isRestart(data, known?.state)) {
      const announced = row.seq <= this.#loaded.announcedSeq;
      for (const session of this.#sessions.values()) {
        if (session.decky === row.decky) closeAfterRestart(session, row.ts, announced);
      }
    }
    if (data.state === "removed") {
      this.#deckies.delete(row.decky);
      this.#removed.add(row.decky);
      return;
    }
    this.#removed.delete(row.decky);
    this.#deckies.set(row.decky, {
      name: row.decky,
      address: data.address,
      mac: data.mac,
      state: data.state,
      persona: JSON.stringify(data.persona),
      services: JSON.stringify(data.services),
      reason: data.reason ?? "",
      changed_at: row.ts,
    });
  }

  /** True when the attempt held something to know it by. */
  #addCredential(source: Source, attempt: EvidenceData<"auth.attempted">): boolean {
    const { row, drill } = source;
    const hash = secretSha256(attempt);
    if (hash === null) return false;
    this.#credentials.push({
      id: row.id,
      seq: row.seq,
      ts: row.ts,
      attacker_ip: row.src_ip,
      session: row.session,
      decky: row.decky,
      service: row.service,
      method: attempt.method,
      username: JSON.stringify(attempt.username),
      secret: attempt.secret ? JSON.stringify(attempt.secret) : null,
      secret_sha256: hash,
      accepted: attempt.accepted ? 1 : 0,
      drill: drill ? 1 : 0,
    });
    if (!tellsReuse(attempt)) return true;
    const key = secretKey(hash, drill);
    const reuse = this.#secrets.get(key) ?? newReuse(hash, source);
    this.#secrets.set(key, reuse);
    observeReuse(reuse, source);
    return true;
  }

  #count(seen: Observed, began: boolean): void {
    const slot = slotOf(seen.row.ts);
    const drill = seen.drill ? 1 : 0;
    const key = `${slot} ${drill} ${seen.row.service}`;
    const none = { evidence: 0, sessions: 0, credentials: 0, commands: 0, files: 0 };
    const cell = this.#activity.get(key) ?? { slot, service: seen.row.service, drill, ...none };
    this.#activity.set(key, cell);
    addCounts(cell, seen);
    if (began) cell.sessions++;
  }
}

/** One record and whose it is. */
export interface Source {
  readonly row: EvidenceTable;
  readonly drill: boolean;
  /** Rows made of it were announced in an earlier life of the derived rows. */
  readonly announced: boolean;
}

/** One record with what was read out of it. */
export interface Observed extends Source {
  /** It was a login attempt that is kept as a credential. */
  readonly credential: boolean;
  readonly loggedIn: boolean;
  readonly closed: EvidenceData<"connection.closed"> | null;
  readonly recording: string | null;
}

/** Derives what a batch changes. `batch` is in the order of `seq`. */
export function derive(loaded: Loaded, batch: readonly EvidenceTable[]): Changes {
  const derivation = new Derivation(loaded);
  for (const row of batch) derivation.apply(row);
  return derivation.changes();
}

/** The keys of the rows that a batch may change. */
export interface Wanted {
  readonly attackers: readonly string[];
  readonly sessions: readonly string[];
  readonly secrets: readonly string[];
  readonly deckies: readonly string[];
}

/** Tells which rows to load for a batch. */
export function wantedBy(batch: readonly EvidenceTable[]): Wanted {
  const attackers = new Set<string>();
  const sessions = new Set<string>();
  const secrets = new Set<string>();
  const deckies = new Set<string>();
  for (const row of batch) {
    if (row.kind === "decky.changed") deckies.add(row.decky);
    if (!isOwnKind(row.kind)) attackers.add(row.src_ip);
    if (row.session !== null) sessions.add(row.session);
    const attempt = dataOf(row, "auth.attempted");
    const hash = attempt && tellsReuse(attempt) ? secretSha256(attempt) : null;
    if (hash !== null) secrets.add(hash);
  }
  return { attackers: [...attackers], sessions: [...sessions], secrets: [...secrets], deckies: [...deckies] };
}
