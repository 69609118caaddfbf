// What the ingester makes of spool records: rows, and what the bus is told of them. Pure.

import type { EvidenceData } from "../../contract/evidence.ts";
import { evidenceKinds } from "../../contract/evidence.ts";
import type { RecordRow } from "../../evidence/record.ts";
import { decodeRecord } from "../../evidence/record.ts";
import { secretSha256 } from "../../evidence/secret.ts";

/** Decoded records; `undecoded` passed their checksum and are still not records. */
export interface Decoded {
  readonly rows: readonly RecordRow[];
  readonly undecoded: number;
}

/** Decodes payloads. */
export function decodeBatch(payloads: readonly Uint8Array[]): Decoded {
  const rows = payloads.map(decodeRecord).filter((row) => row !== null);
  return { rows, undecoded: payloads.length - rows.length };
}

/** The bus's view of one captured credential: never the secret itself. */
export interface CapturedNotice {
  readonly secret_sha256: string;
  readonly kind: string;
  readonly decky: string;
  readonly service: string;
  readonly attacker_ip: string;
  readonly drill: boolean;
}

function parseAttempt(row: RecordRow): EvidenceData<"auth.attempted"> | null {
  const parsed = evidenceKinds["auth.attempted"].data.safeParse(JSON.parse(row.data));
  return parsed.success ? parsed.data : null;
}

/** The notice of one stored row, or null when it holds no credential. `drills` are the sources that are a drill's. */
export function credentialNotice(row: RecordRow, drills: ReadonlySet<string>): CapturedNotice | null {
  if (row.kind !== "auth.attempted") return null;
  const attempt = parseAttempt(row);
  const hash = attempt && secretSha256(attempt);
  if (!hash) return null;
  return {
    secret_sha256: hash,
    kind: attempt.method,
    decky: row.decky,
    service: row.service,
    attacker_ip: row.srcIp,
    drill: drills.has(row.srcIp),
  };
}
