// Keeps what drills did with a secret apart from what others did with it: a row of credential_reuse for each.

import type { Migration } from "./migration.ts";

const names = (column: string): string => `(SELECT json_group_array(name) FROM (SELECT ${column} AS name
    FROM credential d WHERE d.secret_sha256 = c.secret_sha256 AND d.drill = c.drill
    GROUP BY name ORDER BY min(seq) LIMIT 64))`;

const sql = `
DROP INDEX credential_reused;
DROP INDEX credential_reuse_unannounced;
ALTER TABLE credential_reuse RENAME TO credential_reuse_before;

CREATE TABLE credential_reuse (
  secret_sha256 TEXT NOT NULL,
  drill INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  deckies TEXT NOT NULL,
  services TEXT NOT NULL,
  attackers TEXT NOT NULL,
  reused INTEGER NOT NULL,
  announced INTEGER NOT NULL,
  PRIMARY KEY (secret_sha256, drill)
) STRICT;

INSERT INTO credential_reuse
  SELECT secret_sha256, 0, first_seen, last_seen, attempts, deckies, services, attackers, reused, announced
  FROM credential_reuse_before
  WHERE secret_sha256 NOT IN (SELECT secret_sha256 FROM credential WHERE drill = 1);

INSERT INTO credential_reuse
  SELECT c.secret_sha256, c.drill, min(c.ts), max(c.ts), count(*), ${names("decky")}, ${names("service")},
    ${names("attacker_ip")}, 0, b.announced
  FROM credential c JOIN credential_reuse_before b ON b.secret_sha256 = c.secret_sha256
  WHERE c.secret_sha256 IN (SELECT secret_sha256 FROM credential WHERE drill = 1)
  GROUP BY c.secret_sha256, c.drill;

UPDATE credential_reuse SET reused = json_array_length(deckies) > 1 OR json_array_length(attackers) > 1
  WHERE secret_sha256 IN (SELECT secret_sha256 FROM credential WHERE drill = 1);
UPDATE credential_reuse SET announced = 0 WHERE reused = 0;

DROP TABLE credential_reuse_before;
CREATE INDEX credential_reused ON credential_reuse (last_seen, secret_sha256, drill) WHERE reused = 1;
CREATE INDEX credential_reuse_unannounced ON credential_reuse (secret_sha256, drill)
  WHERE reused = 1 AND announced = 0;
`;

export const drillReuse: Migration = Object.freeze({ number: 5, name: "drill-reuse", sql });
