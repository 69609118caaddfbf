// Attackers and secrets: how a row begins and what one more record adds to it. Pure; changes the row it is given.

import { parseNames } from "../../store/json.ts";
import type { AttackerTable, CredentialReuseTable } from "../../store/schema.ts";
import type { Observed, Source } from "./core.ts";
import { addCounts } from "./counts.ts";

/** Most distinct names that a row lists. */
export const MAX_NAMES = 64;

/** A JSON array of names with one more, unless it is listed or the list is full. */
export function addName(json: string, name: string): string {
  // The common case, decided without parsing: names are words, which JSON leaves as they are.
  if (json.includes(JSON.stringify(name))) return json;
  const names = parseNames(json);
  return names.length < MAX_NAMES ? JSON.stringify([...names, name]) : json;
}

/** The row of a source seen for the first time. */
export function newAttacker({ row, drill, announced }: Observed): AttackerTable {
  return {
    ip: row.src_ip,
    first_seq: row.seq,
    first_seen: row.ts,
    last_seen: row.ts,
    first_decky: row.decky,
    first_service: row.service,
    sessions: 0,
    evidence: 0,
    credentials: 0,
    commands: 0,
    files: 0,
    deckies: "[]",
    services: "[]",
    drill: drill ? 1 : 0,
    announced: announced ? 1 : 0,
  };
}

/** Adds one record; `began` when a session begins with it. */
export function observeAttacker(attacker: AttackerTable, seen: Observed, began: boolean): void {
  const { row } = seen;
  attacker.first_seen = Math.min(attacker.first_seen, row.ts);
  attacker.last_seen = Math.max(attacker.last_seen, row.ts);
  attacker.deckies = addName(attacker.deckies, row.decky);
  attacker.services = addName(attacker.services, row.service);
  if (seen.drill) attacker.drill = 1;
  if (began) attacker.sessions++;
  addCounts(attacker, seen);
}

/** The row of a secret seen for the first time. */
export function newReuse(hash: string, { row, drill }: Source): CredentialReuseTable {
  return {
    secret_sha256: hash,
    drill: drill ? 1 : 0,
    first_seen: row.ts,
    last_seen: row.ts,
    attempts: 0,
    deckies: "[]",
    services: "[]",
    attackers: "[]",
    reused: 0,
    announced: 0,
  };
}

/** Adds one attempt. */
export function observeReuse(reuse: CredentialReuseTable, { row, announced }: Source): void {
  reuse.first_seen = Math.min(reuse.first_seen, row.ts);
  reuse.last_seen = Math.max(reuse.last_seen, row.ts);
  reuse.attempts++;
  const before = reuse.deckies.length + reuse.attackers.length;
  reuse.deckies = addName(reuse.deckies, row.decky);
  reuse.services = addName(reuse.services, row.service);
  reuse.attackers = addName(reuse.attackers, row.src_ip);
  if (reuse.reused === 1 || reuse.deckies.length + reuse.attackers.length === before) return;
  if (parseNames(reuse.deckies).length < 2 && parseNames(reuse.attackers).length < 2) return;
  reuse.reused = 1;
  if (announced) reuse.announced = 1;
}
