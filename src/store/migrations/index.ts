// The registry of migrations, in order: the only list of them. Forward only.

import { evidenceAndDerived } from "./0001-evidence-and-derived.ts";
import { auditSourceAndOutcome } from "./0002-audit-source-and-outcome.ts";
import { topologies } from "./0003-topologies.ts";
import { deckyReason } from "./0004-decky-reason.ts";
import { drillReuse } from "./0005-drill-reuse.ts";
import type { Migration } from "./migration.ts";

/** Every step, number 1 first. */
export const migrations: readonly Migration[] = Object.freeze([
  evidenceAndDerived,
  auditSourceAndOutcome,
  topologies,
  deckyReason,
  drillReuse,
]);

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = migrations.length;
