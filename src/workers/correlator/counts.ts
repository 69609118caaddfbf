// What one record adds to the counts of its attacker, its session and its quarter of an hour.

import type { Observed } from "./core.ts";

/** Adds one record. */
export function addCounts(
  counts: { evidence: number; credentials: number; commands: number; files: number },
  { row, credential }: Observed,
): void {
  counts.evidence++;
  if (credential) counts.credentials++;
  if (row.kind === "command.executed") counts.commands++;
  if (row.kind === "file.uploaded") counts.files++;
}
