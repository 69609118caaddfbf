// Topologies as the operator wants them, the changes that wait for them, and what was given to each of their machines.

import type { Migration } from "./migration.ts";

const sql = `
CREATE TABLE topology (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE topology_mutation (
  id TEXT PRIMARY KEY,
  topology_id TEXT NOT NULL REFERENCES topology (id),
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  mutation TEXT NOT NULL,
  cause TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  expected_version INTEGER NOT NULL,
  enqueued_at INTEGER NOT NULL,
  claimed_at INTEGER,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX topology_mutation_topology ON topology_mutation (topology_id, id);
CREATE INDEX topology_mutation_open ON topology_mutation (status, id) WHERE status IN ('pending', 'applying');

CREATE TABLE machine (
  decky TEXT PRIMARY KEY,
  topology_id TEXT NOT NULL REFERENCES topology (id),
  links TEXT NOT NULL,
  life TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_topology ON machine (topology_id);
`;

export const topologies: Migration = Object.freeze({ number: 3, name: "topologies", sql });
