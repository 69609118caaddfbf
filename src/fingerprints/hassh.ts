// HASSH: a fingerprint of an SSH client's implementation, from the algorithms that it offers and their order.
// Pure: reads no packet and keeps nothing. Method: the HASSH specification, version 1.1 (Salesforce, 2018).

import { createHash } from "node:crypto";

/** The client's offers as its KEXINIT lists them, names in the order sent. */
export interface HasshInput {
  readonly kex: readonly string[];
  readonly ciphersToServer: readonly string[];
  readonly macsToServer: readonly string[];
  readonly compressionToServer: readonly string[];
}

/** A HASSH: 32 hex digits and the string they are the MD5 of. */
export interface Hassh {
  readonly hash: string;
  readonly raw: string;
}

/** Fingerprints a client: MD5 over `kex;encryption;mac;compression` of the direction client to server. */
export function hassh(offer: HasshInput): Hassh {
  const raw = [offer.kex, offer.ciphersToServer, offer.macsToServer, offer.compressionToServer]
    .map((names) => names.join(","))
    .join(";");
  return { hash: createHash("md5").update(raw).digest("hex"), raw };
}
