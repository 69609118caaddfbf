// The server's RSA pair for sha2 logins without TLS, drawn from the persona: the same machine always shows the same key.
// Decrypts passwords that intruders send; protects nothing.

import type { KeyObject } from "node:crypto";
import { checkPrimeSync, constants, createPrivateKey, createPublicKey, privateDecrypt } from "node:crypto";
import type { Random } from "../../contract/random.ts";

/** What mysqld generates at its first start. */
const MODULUS_BITS = 2048;
const PRIME_BYTES = MODULUS_BITS / 16;
const EXPONENT = 65_537n;
const SMALL = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
] as const;

/** The pair as the login needs it. */
export interface ServerKey {
  /** PEM, as the server sends it. */
  readonly publicPem: string;
  /** The clear text of an OAEP-encrypted block, or null when it is none. */
  decrypt(block: Uint8Array): Buffer | null;
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

function drawPrime(random: Random): bigint {
  const bytes = random.bytes(PRIME_BYTES);
  bytes[0] = (bytes[0] ?? 0) | 0xc0;
  for (let candidate = toBigInt(bytes) | 1n; ; candidate += 2n) {
    if (SMALL.some((prime) => candidate % prime === 0n) || candidate % EXPONENT === 1n) continue;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function inverse(a: bigint, m: bigint): bigint {
  let [r, next, s, t] = [m, a % m, 0n, 1n];
  while (next > 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [s, t] = [t, s - quotient * t];
  }
  return s < 0n ? s + m : s;
}

function field(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex").toString("base64url");
}

function drawKey(random: Random): KeyObject {
  const [first, second] = [drawPrime(random), drawPrime(random)];
  const [p, q] = first > second ? [first, second] : [second, first];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const key = {
    kty: "RSA",
    n: field(p * q, MODULUS_BITS / 8),
    e: "AQAB",
    d: field(d, MODULUS_BITS / 8),
    p: field(p, PRIME_BYTES),
    q: field(q, PRIME_BYTES),
    dp: field(d % (p - 1n), PRIME_BYTES),
    dq: field(d % (q - 1n), PRIME_BYTES),
    qi: field(inverse(q, p), PRIME_BYTES),
  };
  return createPrivateKey({ key, format: "jwk" });
}

/** Draws the pair: some tenths of a second, so do it once and only when a client asks. */
export function createServerKey(random: Random): ServerKey {
  const key = drawKey(random);
  return {
    publicPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
    decrypt(block) {
      if (block.length !== MODULUS_BITS / 8) return null;
      try {
        return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, block);
      } catch (error) {
        // Whatever the library objects to, the bytes are not a block for this key.
        return error instanceof Error ? null : null;
      }
    },
  };
}
