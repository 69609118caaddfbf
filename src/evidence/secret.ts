// What a login attempt is known by when it is seen again: the SHA-256 of its secret, key or proof.
// Never hands out the secret itself.

import { createHash } from "node:crypto";
import { capturedBytes } from "../contract/captured.ts";
import type { EvidenceData } from "../contract/evidence.ts";

/** The hash of the attempt's secret, else of its key, else of its proof; null when it has none of them. */
export function secretSha256(attempt: EvidenceData<"auth.attempted">): string | null {
  const { secret, key, challenge } = attempt;
  if (secret) return sha256(capturedBytes(secret));
  if (key) return sha256(Buffer.from(key.blob_base64, "base64"));
  if (challenge) return sha256(`${challenge.scheme}:${challenge.salt_hex}:${challenge.response_hex}`);
  return null;
}

/**
 * True where seeing the same hash again means something: not for an empty secret, not for what anonymous clients send
 * by custom, not for a salted proof, which differs each time.
 */
export function tellsReuse(attempt: EvidenceData<"auth.attempted">): boolean {
  if (attempt.method === "anonymous" || attempt.method === "none") return false;
  return attempt.secret ? attempt.secret.len > 0 : attempt.key !== undefined;
}

function sha256(input: Uint8Array | string): string {
  return createHash("sha256").update(input).digest("hex");
}
