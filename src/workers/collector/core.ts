// What the collector decides about a batch: which records are evidence, and their bytes for the spool.
// Pure; believes nothing that a peer says of its records.

import { isIP } from "node:net";
import { EVIDENCE_BYTES, parseEvidence } from "../../contract/evidence.ts";
import { encodeRecord } from "../../evidence/record.ts";

/** A batch looked through. `reason` is that of the first rejection, for the log. */
export interface Examined {
  readonly payloads: readonly Uint8Array[];
  readonly rejected: number;
  readonly tooLarge: number;
  readonly reason: string | null;
}

type Parsed = ReturnType<typeof parseEvidence>;

/** Addresses become keys and go into topics' payloads: what is not one is not evidence. */
function checkAddresses(parsed: Parsed): Parsed {
  if (!parsed.ok || (isIP(parsed.evidence.src.ip) && isIP(parsed.evidence.dst.ip))) return parsed;
  return { ok: false, reason: "not an address" };
}

function parseRecord(bytes: Uint8Array): Parsed {
  try {
    return checkAddresses(
      parseEvidence(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"))),
    );
  } catch (error) {
    // A text that nests too deep for the parser ends in a RangeError.
    if (error instanceof SyntaxError || error instanceof RangeError) return { ok: false, reason: "not JSON" };
    throw error;
  }
}

/** Looks a batch of JSON records through. */
export function examineBatch(records: readonly Uint8Array[]): Examined {
  const payloads: Uint8Array[] = [];
  let rejected = 0;
  let tooLarge = 0;
  let reason: string | null = null;
  for (const bytes of records) {
    if (bytes.length > EVIDENCE_BYTES) {
      tooLarge++;
      continue;
    }
    const result = parseRecord(bytes);
    if (result.ok) payloads.push(encodeRecord(result.evidence));
    else {
      rejected++;
      reason ??= result.reason;
    }
  }
  return { payloads, rejected, tooLarge, reason };
}
