// The tables as TypeScript sees them. Ids are text, times integers in Unix ms, JSON is text.
// migrations/ makes them; derived tables can be emptied and made again from evidence.

import type { Generated } from "kysely";

/** Evidence as ingested. `seq` is 1, 2, 3 … without gaps at insert: the cursor of every reader. */
export interface EvidenceTable {
  seq: number;
  id: string;
  ts: number;
  sensor: string;
  decky: string;
  service: string;
  kind: string;
  session: string | null;
  src_ip: string;
  src_port: number;
  dst_ip: string;
  dst_port: number;
  transport: string;
  /** JSON of the record's data. */
  data: string;
  /** Unix ms at which the ingester stored it. */
  ingested_at: number;
}

/** One row: how far the ingester came. `position` counts records of the spool. */
export interface IngestStateTable {
  id: number;
  position: number;
  seq: number;
}

/** One row per worker that derives: the last `evidence.seq` it has taken into account. */
export interface CursorTable {
  worker: string;
  seq: number;
}

/** Derived by the correlator: one row per source address. */
export interface AttackerTable {
  /** The source's address is its id. */
  ip: string;
  /** `evidence.seq` that made the row: tells a source from the same source after it was forgotten. */
  first_seq: number;
  first_seen: number;
  last_seen: number;
  /** Decky and service touched first. */
  first_decky: string;
  first_service: string;
  sessions: number;
  evidence: number;
  credentials: number;
  commands: number;
  files: number;
  /** JSON arrays of distinct names, at most 64 each. */
  deckies: string;
  services: string;
  /** 1 for the source of a drill. */
  drill: number;
  /** 0 until `attacker.observed` has gone out. */
  announced: number;
}

/** Derived by the correlator: one conversation. */
export interface SessionTable {
  id: string;
  /** `evidence.seq` that made the row. */
  first_seq: number;
  attacker_ip: string;
  src_port: number;
  decky: string;
  service: string;
  dst_ip: string;
  dst_port: number;
  started_at: number;
  ended_at: number | null;
  duration_ms: number | null;
  end_reason: string | null;
  bytes_in: number;
  bytes_out: number;
  evidence: number;
  credentials: number;
  commands: number;
  files: number;
  /** Somebody was let in. */
  logged_in: number;
  /** SHA-256 of the terminal recording. */
  recording_sha256: string | null;
  drill: number;
  /** How far its bus events went out: 0 none, 1 started, 2 ended. */
  announced: number;
}

/** Derived by the correlator: one login attempt with a secret, key or proof. */
export interface CredentialTable {
  /** Id of the evidence record. */
  id: string;
  seq: number;
  ts: number;
  attacker_ip: string;
  session: string | null;
  decky: string;
  service: string;
  method: string;
  /** JSON of the Captured value. */
  username: string;
  /** JSON of the Captured value; null where no secret was sent. */
  secret: string | null;
  /** SHA-256 of the secret, key blob or proof: what reuse is found by. */
  secret_sha256: string;
  accepted: number;
  drill: number;
}

/**
 * Derived by the correlator: one row per secret, and one for what drills did with it; `reused` ones were seen on more
 * than one decky or from more than one source.
 */
export interface CredentialReuseTable {
  secret_sha256: string;
  /** 1 for what drills did with it. */
  drill: number;
  first_seen: number;
  last_seen: number;
  attempts: number;
  /** JSON arrays of distinct values, at most 64 each. */
  deckies: string;
  services: string;
  attackers: string;
  /** 0 for a secret known from one decky and one source only: the memory by which reuse is found. */
  reused: number;
  /** 0 until `credential.reuse.detected` has gone out. */
  announced: number;
}

/** Derived by the correlator from `decky.changed`. */
export interface DeckyTable {
  name: string;
  address: string;
  mac: string | null;
  state: string;
  /** JSON {hostname, archetype, os}. */
  persona: string;
  /** JSON array of ServiceState. */
  services: string;
  /** Why it is not as it should be; empty when it is, or its services tell. */
  reason: string;
  changed_at: number;
}

/** Derived by the correlator: counts per quarter of an hour and service, which the figures of a day are summed from. */
export interface ActivityTable {
  /** Unix ms divided by 900,000, rounded down. */
  slot: number;
  service: string;
  drill: number;
  evidence: number;
  sessions: number;
  credentials: number;
  commands: number;
  files: number;
}

/** Source addresses that a drill uses; written before it starts. */
export interface DrillTable {
  ip: string;
  run: string;
  started_at: number;
}

/** People who may use the dashboard. `password` is an argon2id hash. */
export interface UserTable {
  username: string;
  password: string;
  role: "admin" | "viewer";
  created_at: number;
  changed_at: number;
}

/** Bearer tokens, by the SHA-256 of the token. */
export interface TokenTable {
  token_sha256: string;
  username: string;
  created_at: number;
  expires_at: number;
}

/** Who did what to the install. */
export interface AuditTable {
  id: Generated<number>;
  ts: number;
  username: string;
  action: string;
  target: string;
  detail: string;
  /** Address that it was asked from; empty where it came from no network. */
  source: Generated<string>;
  outcome: Generated<string>;
}

/** A topology as it shall be. The status is the order as well: `deploying` and `tearing_down` are what the mutator works on. */
export interface TopologyTable {
  id: string;
  name: string;
  status: string;
  /** Why it is degraded or failed; empty otherwise. */
  reason: string;
  /** Grows by one with each change that is accepted, queued ones included. */
  version: number;
  /** JSON of a Topology. */
  definition: string;
  created_at: number;
  changed_at: number;
}

/** One change of a topology: `pending`, `applying`, `applied` or `failed`. Ids are ULIDs, so their order is that of the queue. */
export interface TopologyMutationTable {
  id: string;
  topology_id: string;
  status: string;
  /** Why it failed, or what an applied one means, in words for the operator. */
  reason: string;
  /** JSON of a Mutation. */
  mutation: string;
  /** What brought it about: `request`, or the name of a schedule's plan. */
  cause: string;
  requested_by: string;
  expected_version: number;
  enqueued_at: number;
  claimed_at: number | null;
  ended_at: number | null;
}

/** What a decky of a topology was given, for good: it keeps its addresses and MACs for as long as the row is there. */
export interface MachineTable {
  decky: string;
  topology_id: string;
  /** JSON array of MachineLink. */
  links: string;
  /** JSON of a MachineLife. */
  life: string;
  changed_at: number;
}

/** All tables by name. */
export interface Database {
  evidence: EvidenceTable;
  ingest_state: IngestStateTable;
  cursor: CursorTable;
  attacker: AttackerTable;
  session: SessionTable;
  credential: CredentialTable;
  credential_reuse: CredentialReuseTable;
  decky: DeckyTable;
  activity: ActivityTable;
  drill: DrillTable;
  user: UserTable;
  token: TokenTable;
  audit: AuditTable;
  topology: TopologyTable;
  topology_mutation: TopologyMutationTable;
  machine: MachineTable;
}
