// Adds to the audit trail from where something was asked for, and what came of it.

import type { Migration } from "./migration.ts";

const sql = `
ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
`;

export const auditSourceAndOutcome: Migration = Object.freeze({
  number: 2,
  name: "audit-source-and-outcome",
  sql,
});
