// Sessions: how a row begins, what one more record adds, and how a restart of its decky ends it. Pure.

import type { EvidenceData } from "../../contract/evidence.ts";
import type { SessionTable } from "../../store/schema.ts";
import type { Observed } from "./core.ts";
import { addCounts } from "./counts.ts";

/** How far a session's events went out. */
const ANNOUNCED = { none: 0, started: 1, ended: 2 } as const;

/** The row of a session whose first record this is. */
export function newSession(id: string, { row, drill, announced }: Observed): SessionTable {
  return {
    id,
    first_seq: row.seq,
    attacker_ip: row.src_ip,
    src_port: row.src_port,
    decky: row.decky,
    service: row.service,
    dst_ip: row.dst_ip,
    dst_port: row.dst_port,
    started_at: row.ts,
    ended_at: null,
    duration_ms: null,
    end_reason: null,
    bytes_in: 0,
    bytes_out: 0,
    evidence: 0,
    credentials: 0,
    commands: 0,
    files: 0,
    logged_in: 0,
    recording_sha256: null,
    drill: drill ? 1 : 0,
    announced: announced ? ANNOUNCED.started : ANNOUNCED.none,
  };
}

function end(
  session: SessionTable,
  how: { at: number; reason: string; durationMs: number; announced: boolean },
): void {
  session.ended_at = how.at;
  session.end_reason = how.reason;
  session.duration_ms = how.durationMs;
  if (how.announced) session.announced = ANNOUNCED.ended;
}

/** Adds one record. */
export function observeSession(session: SessionTable, seen: Observed): void {
  const { row, closed } = seen;
  session.started_at = Math.min(session.started_at, row.ts);
  addCounts(session, seen);
  if (seen.drill) session.drill = 1;
  if (seen.loggedIn) session.logged_in = 1;
  session.recording_sha256 = seen.recording ?? session.recording_sha256;
  if (!closed) return;
  session.bytes_in = closed.bytes_in;
  session.bytes_out = closed.bytes_out;
  end(session, {
    at: row.ts,
    reason: closed.reason,
    durationMs: closed.duration_ms,
    announced: seen.announced,
  });
}

/** Ends a session that its decky can no longer hold: the process that held it is gone without having said so. */
export function closeAfterRestart(session: SessionTable, at: number, announced: boolean): void {
  if (session.ended_at !== null || session.started_at >= at) return;
  end(session, { at, reason: "broken", durationMs: at - session.started_at, announced });
}

/** How late the last words of a process may come: it waits for its conversations, then for a collector that starts. */
const FAREWELL_MS = 60_000;

/**
 * True when a process that ended says so after the one that follows it has spoken, or after the decky was removed. Only
 * then: a clock that was set back must not silence what is true now.
 */
export function isLateFarewell(
  { state, previous }: EvidenceData<"decky.changed">,
  at: number,
  known: { readonly changed_at: number } | undefined,
): boolean {
  if (state !== "stopped" || previous === "unknown") return false;
  return known === undefined || (at < known.changed_at && known.changed_at - at < FAREWELL_MS);
}

/** True when the change is the beginning of a decky's new life, or its end for good. `known` is its state before, as recorded. */
export function isRestart(change: EvidenceData<"decky.changed">, known: string | undefined): boolean {
  if (change.state === "stopped") return false;
  if (change.state === "removed") return true;
  if (change.state === "starting" || change.previous === "unknown" || change.previous === "stopped")
    return true;
  return change.previous === "starting" && known !== "starting";
}
