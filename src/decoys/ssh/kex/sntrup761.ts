// Streamlined NTRU Prime 761, the encapsulating side: "NTRU Prime: round 3" (2020), section 4, with its encodings.
// Not constant time: the secret of a decoy's conversation protects nothing. Holds no decapsulation.

import { createHash } from "node:crypto";
import type { Random } from "../../../contract/random.ts";
import { concat, malformed } from "../wire.ts";

const P = 761;
const Q = 4591;
const W = 286;
const HALF_Q = (Q - 1) / 2;
const ROUNDED = (Q + 2) / 3;
/** Where the mixed-radix encoding puts out a byte. */
const LIMIT = 16_384;

/** Bytes of a public key and of a ciphertext. */
export const SNTRUP761 = { publicKey: 1158, ciphertext: 1039 } as const;

/** Section 4.2.1 of the encodings: `values[i]` below `moduli[i]`, to bytes. */
export function encode(values: readonly number[], moduli: readonly number[], out: number[] = []): number[] {
  if (values.length === 0) return out;
  if (values.length === 1) {
    let [r = 0, m = 1] = [values[0], moduli[0]];
    for (; m > 1; m = (m + 255) >> 8, r >>= 8) out.push(r & 255);
    return out;
  }
  const nextValues: number[] = [];
  const nextModuli: number[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const m0 = moduli[i] as number;
    let r = (values[i] as number) + m0 * (values[i + 1] as number);
    let m = m0 * (moduli[i + 1] as number);
    for (; m >= LIMIT; m = Math.floor((m + 255) / 256), r = Math.floor(r / 256)) out.push(r % 256);
    nextValues.push(r);
    nextModuli.push(m);
  }
  if (values.length % 2 === 1) {
    nextValues.push(values.at(-1) as number);
    nextModuli.push(moduli.at(-1) as number);
  }
  return encode(nextValues, nextModuli, out);
}

/** Undoes {@link encode}; `bytes` must be as long as the moduli say. Values are reduced, so any bytes decode. */
export function decode(bytes: Uint8Array, moduli: readonly number[]): number[] {
  if (moduli.length === 0) return [];
  if (moduli.length === 1) {
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    return [value % (moduli[0] as number)];
  }
  const bottoms: (readonly [number, number])[] = [];
  const nextModuli: number[] = [];
  let at = 0;
  for (let i = 0; i + 1 < moduli.length; i += 2) {
    let m = (moduli[i] as number) * (moduli[i + 1] as number);
    let r = 0;
    let t = 1;
    for (; m >= LIMIT; m = Math.floor((m + 255) / 256), t *= 256) r += (bytes[at++] as number) * t;
    bottoms.push([r, t]);
    nextModuli.push(m);
  }
  if (moduli.length % 2 === 1) nextModuli.push(moduli.at(-1) as number);
  const upper = decode(bytes.subarray(at), nextModuli);
  const values: number[] = [];
  for (const [i, [r, t]] of bottoms.entries()) {
    const value = r + t * (upper[i] as number);
    const m0 = moduli[i * 2] as number;
    values.push(value % m0, Math.floor(value / m0) % (moduli[i * 2 + 1] as number));
  }
  if (moduli.length % 2 === 1) values.push(upper.at(-1) as number);
  return values;
}

const QS: readonly number[] = new Array(P).fill(Q);
const ROUNDEDS: readonly number[] = new Array(P).fill(ROUNDED);

/** A random polynomial with exactly W coefficients of 1 or -1: random words with marks, sorted, as the paper does. */
export function randomShort(random: Random): Int8Array {
  const words = new Uint32Array(random.bytes(P * 4).buffer);
  for (let i = 0; i < P; i++) {
    const word = words[i] as number;
    words[i] = i < W ? (word & ~1) >>> 0 : ((word & ~3) | 1) >>> 0;
  }
  words.sort();
  return Int8Array.from(words, (word) => (word & 3) - 1);
}

/** `h` times the short `r` in Z/q[x]/(x^p - x - 1), coefficients between -q/2 and q/2. */
export function multiplyShort(h: Int16Array, r: Int8Array): Int16Array {
  const sums = new Int32Array(2 * P - 1);
  for (let i = 0; i < P; i++) {
    const sign = r[i] as number;
    if (sign === 1) for (let j = 0; j < P; j++) sums[i + j] = (sums[i + j] as number) + (h[j] as number);
    else if (sign === -1)
      for (let j = 0; j < P; j++) sums[i + j] = (sums[i + j] as number) - (h[j] as number);
  }
  for (let i = 2 * P - 2; i >= P; i--) {
    sums[i - P] = (sums[i - P] as number) + (sums[i] as number);
    sums[i - P + 1] = (sums[i - P + 1] as number) + (sums[i] as number);
  }
  return Int16Array.from({ length: P }, (_, i) => {
    const reduced = (((sums[i] as number) % Q) + Q + HALF_Q) % Q;
    return reduced - HALF_Q;
  });
}

/** Each coefficient to the nearest multiple of three, as the number of threes above the least. */
function roundCoefficients(c: Int16Array): number[] {
  return Array.from(c, (value) => Math.round(value / 3) + (ROUNDED - 1) / 2);
}

/** Four coefficients to a byte, each as itself plus one. */
function encodeSmall(r: Int8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(P / 4));
  for (let i = 0; i < P; i++) {
    out[i >> 2] = (out[i >> 2] as number) | (((r[i] as number) + 1) << ((i & 3) * 2));
  }
  return out;
}

function hashWithPrefix(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha512").update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest().subarray(0, 32));
}

/** Encapsulates to a public key: the ciphertext to send and the 32 bytes that both sides then know. */
export function encapsulate(
  publicKey: Uint8Array,
  random: Random,
): { readonly ciphertext: Uint8Array; readonly secret: Uint8Array } {
  if (publicKey.length !== SNTRUP761.publicKey) throw malformed("sntrup761 key of a wrong length");
  const h = Int16Array.from(decode(publicKey, QS), (value) => value - HALF_Q);
  const r = randomShort(random);
  const body = Uint8Array.from(encode(roundCoefficients(multiplyShort(h, r)), ROUNDEDS));
  const rHash = hashWithPrefix(3, encodeSmall(r));
  const confirmation = hashWithPrefix(2, rHash, hashWithPrefix(4, publicKey));
  const ciphertext = concat(body, confirmation);
  return { ciphertext, secret: hashWithPrefix(1, rHash, ciphertext) };
}
