// The server's RSA pair for sha2 logins without TLS, drawn from the persona: the same machine always shows the same key.
// Decrypts passwords that intruders send; protects nothing.

import { constants, createPublicKey, privateDecrypt } from "node:crypto";
import type { Random } from "../../contract/random.ts";
import { drawRsaKey } from "../personas/rsa-key.ts";

/** What mysqld generates at its first start. */
const MODULUS_BITS = 2048;
/** The pair as the login needs it. */
export interface ServerKey {
  /** PEM, as the server sends it. */
  readonly publicPem: string;
  /** The clear text of an OAEP-encrypted block, or null when it is none. */
  decrypt(block: Uint8Array): Buffer | null;
}

/** Draws the pair: some tenths of a second, so do it once and only when a client asks. */
export function createServerKey(random: Random): ServerKey {
  const { key } = drawRsaKey(random, MODULUS_BITS);
  return {
    publicPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
    decrypt(block) {
      if (block.length !== MODULUS_BITS / 8) return null;
      try {
        return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, block);
      } catch {
        // Whatever the library objects to, the bytes are not a block for this key.
        return null;
      }
    },
  };
}
