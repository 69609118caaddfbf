// The first schema: evidence, how far it was ingested and derived, the derived rows, people and tokens.
// Evidence has three indexes and no more: each costs every ingested record.

import type { Migration } from "./migration.ts";

const evidence = `
CREATE TABLE evidence (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  ts INTEGER NOT NULL,
  sensor TEXT NOT NULL,
  decky TEXT NOT NULL,
  service TEXT NOT NULL,
  kind TEXT NOT NULL,
  session TEXT,
  src_ip TEXT NOT NULL,
  src_port INTEGER NOT NULL,
  dst_ip TEXT NOT NULL,
  dst_port INTEGER NOT NULL,
  transport TEXT NOT NULL,
  data TEXT NOT NULL,
  ingested_at INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_session ON evidence (session) WHERE session IS NOT NULL;
CREATE INDEX evidence_src ON evidence (src_ip);

CREATE TABLE ingest_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  position INTEGER NOT NULL,
  seq INTEGER NOT NULL
) STRICT;
INSERT INTO ingest_state VALUES (1, 0, 0);

CREATE TABLE cursor (worker TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const derived = `
CREATE TABLE attacker (
  ip TEXT PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  first_decky TEXT NOT NULL,
  first_service TEXT NOT NULL,
  sessions INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  credentials INTEGER NOT NULL,
  commands INTEGER NOT NULL,
  files INTEGER NOT NULL,
  deckies TEXT NOT NULL,
  services TEXT NOT NULL,
  drill INTEGER NOT NULL,
  announced INTEGER NOT NULL
) STRICT;
CREATE INDEX attacker_last_seen ON attacker (last_seen, ip);
CREATE INDEX attacker_unannounced ON attacker (first_seq) WHERE announced = 0;

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  attacker_ip TEXT NOT NULL,
  src_port INTEGER NOT NULL,
  decky TEXT NOT NULL,
  service TEXT NOT NULL,
  dst_ip TEXT NOT NULL,
  dst_port INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  duration_ms INTEGER,
  end_reason TEXT,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  credentials INTEGER NOT NULL,
  commands INTEGER NOT NULL,
  files INTEGER NOT NULL,
  logged_in INTEGER NOT NULL,
  recording_sha256 TEXT,
  drill INTEGER NOT NULL,
  announced INTEGER NOT NULL
) STRICT;
CREATE INDEX session_started ON session (started_at, id);
CREATE INDEX session_attacker ON session (attacker_ip, started_at);
CREATE INDEX session_open ON session (decky) WHERE ended_at IS NULL;
CREATE INDEX session_unstarted ON session (first_seq) WHERE announced = 0;
CREATE INDEX session_unended ON session (first_seq) WHERE announced = 1 AND ended_at IS NOT NULL;

CREATE TABLE credential (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  attacker_ip TEXT NOT NULL,
  session TEXT,
  decky TEXT NOT NULL,
  service TEXT NOT NULL,
  method TEXT NOT NULL,
  username TEXT NOT NULL,
  secret TEXT,
  secret_sha256 TEXT NOT NULL,
  accepted INTEGER NOT NULL,
  drill INTEGER NOT NULL
) STRICT;
CREATE INDEX credential_seq ON credential (seq);
CREATE INDEX credential_attacker ON credential (attacker_ip, seq);
CREATE INDEX credential_secret ON credential (secret_sha256);

CREATE TABLE credential_reuse (
  secret_sha256 TEXT PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  deckies TEXT NOT NULL,
  services TEXT NOT NULL,
  attackers TEXT NOT NULL,
  reused INTEGER NOT NULL,
  announced INTEGER NOT NULL
) STRICT;
CREATE INDEX credential_reused ON credential_reuse (last_seen, secret_sha256) WHERE reused = 1;
CREATE INDEX credential_reuse_unannounced ON credential_reuse (secret_sha256) WHERE reused = 1 AND announced = 0;

CREATE TABLE decky (
  name TEXT PRIMARY KEY,
  address TEXT NOT NULL,
  mac TEXT,
  state TEXT NOT NULL,
  persona TEXT NOT NULL,
  services TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE activity (
  slot INTEGER NOT NULL,
  service TEXT NOT NULL,
  drill INTEGER NOT NULL,
  evidence INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  credentials INTEGER NOT NULL,
  commands INTEGER NOT NULL,
  files INTEGER NOT NULL,
  PRIMARY KEY (slot, service, drill)
) STRICT, WITHOUT ROWID;
`;

const people = `
CREATE TABLE drill (ip TEXT PRIMARY KEY, run TEXT NOT NULL, started_at INTEGER NOT NULL) STRICT;

CREATE TABLE user (
  username TEXT PRIMARY KEY,
  password TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE token (
  token_sha256 TEXT PRIMARY KEY,
  username TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX token_username ON token (username);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ts INTEGER NOT NULL,
  username TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
`;

export const evidenceAndDerived: Migration = Object.freeze({
  number: 1,
  name: "evidence-and-derived",
  sql: evidence + derived + people,
});
