// An RSA key pair drawn from a deterministic stream: the same stream gives the same key.
// For what decoys show of themselves only: it is as secret as its seed.

import type { KeyObject } from "node:crypto";
import { checkPrimeSync, createPrivateKey } from "node:crypto";
import type { Random } from "../../contract/random.ts";

const EXPONENT = 65_537n;
/** Candidates looked at from one starting point; the chance that none of them is prime is below 10^-6. */
const WINDOW = 16_384;

/** A key pair; numbers are big-endian. */
export interface RsaKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly key: KeyObject;
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

const fromBigInt = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");

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

function drawPrime(random: Random, primeBytes: number, primes: readonly number[]): bigint {
  for (;;) {
    const bytes = random.bytes(primeBytes);
    bytes[0] = (bytes[0] as number) | 0xc0;
    const start = toBigInt(bytes) | 1n;
    const composite = sieve(start, primes);
    for (let i = 0; i < WINDOW; i++) {
      if (composite[i]) continue;
      const candidate = start + BigInt(2 * i);
      if ((candidate - 1n) % EXPONENT !== 0n && checkPrimeSync(fromBigInt(candidate, primeBytes)))
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

/** Draws a pair of `bits` (a multiple of 16). Takes some tenths of a second: do it once. */
export function drawRsaKey(random: Random, bits: number): RsaKey {
  const primeBytes = bits / 16;
  const primes = smallPrimes();
  const first = drawPrime(random, primeBytes, primes);
  const second = drawPrime(random, primeBytes, primes);
  const [p, q] = first > second ? [first, second] : [second, first];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const modulus = fromBigInt(p * q, bits / 8);
  const text = (value: bigint, length = primeBytes): string =>
    fromBigInt(value, length).toString("base64url");
  const jwk = {
    kty: "RSA",
    n: modulus.toString("base64url"),
    e: "AQAB",
    d: text(d, bits / 8),
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
