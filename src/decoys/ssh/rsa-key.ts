// An RSA key pair drawn from a deterministic stream: the same stream gives the same key.
// For a decoy's host key only: it is as secret as its seed.

import type { KeyObject } from "node:crypto";
import { checkPrimeSync, createPrivateKey } from "node:crypto";
import type { Random } from "../../contract/random.ts";
import { fromBigInt, toBigInt } from "./wire.ts";

/** What `ssh-keygen -t rsa` makes by default. */
const MODULUS_BITS = 3072;
const EXPONENT = 65_537n;
const PRIME_BYTES = MODULUS_BITS / 16;
/** Candidates looked at from one starting point; the chance that none of them is prime is below 10^-6. */
const WINDOW = 16_384;

/** A key pair; numbers are big-endian. */
export interface RsaKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly key: KeyObject;
}

/** Odd primes below 2^14. */
function smallPrimes(): number[] {
  const composite = new Uint8Array(16_384);
  const primes: number[] = [];
  for (let n = 3; n < composite.length; n += 2) {
    if (composite[n]) continue;
    primes.push(n);
    for (let m = n * n; m < composite.length; m += n) composite[m] = 1;
  }
  return primes;
}

/** Marks which of start, start + 2, start + 4 … have a small factor. */
function sieve(start: bigint, primes: readonly number[]): Uint8Array {
  const composite = new Uint8Array(WINDOW);
  for (const prime of primes) {
    const rest = Number(start % BigInt(prime));
    // The smallest i with start + 2 i divisible by the prime.
    const first = rest === 0 ? 0 : ((prime - rest) * ((prime + 1) / 2)) % prime;
    for (let i = first; i < WINDOW; i += prime) composite[i] = 1;
  }
  return composite;
}

function drawPrime(random: Random, primes: readonly number[]): bigint {
  for (;;) {
    const bytes = random.bytes(PRIME_BYTES);
    bytes[0] = (bytes[0] as number) | 0xc0;
    const start = toBigInt(bytes) | 1n;
    const composite = sieve(start, primes);
    for (let i = 0; i < WINDOW; i++) {
      if (composite[i]) continue;
      const candidate = start + BigInt(2 * i);
      if (
        (candidate - 1n) % EXPONENT !== 0n &&
        checkPrimeSync(Buffer.from(fromBigInt(candidate, PRIME_BYTES)))
      )
        return candidate;
    }
  }
}

/** Inverse of `a` modulo `m` by Euclid's algorithm; they share no factor. */
function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, a % m, 0n, 1n];
  while (r1 > 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return s0 < 0n ? s0 + m : s0;
}

/** Draws a pair of 3072 bits. */
export function drawRsaKey(random: Random): RsaKey {
  const primes = smallPrimes();
  const first = drawPrime(random, primes);
  const second = drawPrime(random, primes);
  const [p, q] = first > second ? [first, second] : [second, first];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const modulus = fromBigInt(p * q, MODULUS_BITS / 8);
  const text = (value: bigint, length = PRIME_BYTES): string =>
    Buffer.from(fromBigInt(value, length)).toString("base64url");
  const jwk = {
    kty: "RSA",
    n: Buffer.from(modulus).toString("base64url"),
    e: "AQAB",
    d: text(d, MODULUS_BITS / 8),
    p: text(p),
    q: text(q),
    dp: text(d % (p - 1n)),
    dq: text(d % (q - 1n)),
    qi: text(inverse(q, p)),
  };
  return {
    modulus,
    exponent: Uint8Array.of(1, 0, 1),
    key: createPrivateKey({ key: jwk, format: "jwk" }),
  };
}
