// Rows of the store as the API shows them.
// Pure; evidence stays data: nothing here reads what an attacker wrote.

import type { Captured } from "../contract/captured.ts";
import type { EvidenceData, EvidenceKind } from "../contract/evidence.ts";
import { evidenceKinds } from "../contract/evidence.ts";
import type { AttackerRow } from "../store/attackers.ts";
import type { CredentialReuseRow, CredentialRow } from "../store/credentials.ts";
import type { DeckyRow } from "../store/deckies.ts";
import type { EvidenceRow } from "../store/evidence.ts";
import type { SessionRow } from "../store/sessions.ts";
import type { Attacker, Credential, CredentialReuse, Decky, EvidenceItem, SessionSummary } from "./types.ts";

export function toAttacker(row: AttackerRow): Attacker {
  const { ip, sessions, evidence, credentials, commands, files, deckies, services, ...rest } = row;
  const totals = { sessions, evidence, credentials, commands, files };
  return { id: ip, ip, ...rest, totals, deckies: [...deckies], services: [...services] };
}

export function toSession(row: SessionRow): SessionSummary {
  const { evidence, credentials, commands, files, ...rest } = row;
  return { ...rest, totals: { evidence, credentials, commands, files } };
}

export function toCredential(row: CredentialRow): Credential {
  const { seq: _seq, ...rest } = row;
  return rest;
}

export function toReuse(row: CredentialReuseRow, secret: Captured | null): CredentialReuse {
  return {
    ...row,
    secret,
    deckies: [...row.deckies],
    services: [...row.services],
    attackers: [...row.attackers],
  };
}

export function toDecky(row: DeckyRow): Decky {
  const services = row.services.map(({ detail, ...rest }) =>
    detail === undefined ? rest : { ...rest, detail },
  );
  return { ...row, services };
}

export function toEvidence(row: EvidenceRow): EvidenceItem {
  const { ingested_at: _ingestedAt, data, transport, ...rest } = row;
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return {
    ...rest,
    transport: transport === "udp" ? "udp" : "tcp",
    data: isObject ? (data as Record<string, unknown>) : {},
  };
}

/** Where and when one record of a detail list was seen, and its data; undefined when the data is damaged. */
export function toFinding<K extends EvidenceKind>(kind: K, row: EvidenceRow) {
  const parsed = evidenceKinds[kind].data.safeParse(row.data);
  if (!parsed.success) return undefined;
  const { id, seq, ts, session, decky, service } = row;
  return { where: { id, seq, ts, session, decky, service }, data: parsed.data as EvidenceData<K> };
}

/** Most bytes of evidence in one answer. */
export const ANSWER_BYTES = 8 * 1024 * 1024;

/** The first rows that fit into an answer, at least one. */
export function withinBytes(
  rows: readonly EvidenceRow[],
  maxBytes: number = ANSWER_BYTES,
): readonly EvidenceRow[] {
  let bytes = 0;
  const end = rows.findIndex((row) => {
    bytes += JSON.stringify(row.data).length;
    return bytes > maxBytes;
  });
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}
