// UMAC with AES-128 and tags of 64 or 128 bits: RFC 4418. Section numbers below are of that text.
// Refuses messages of more than 16 MiB, which would need the third level's wider polynomial; packets are far smaller.

import { createCipheriv } from "node:crypto";
import { toBigInt } from "../wire.ts";

const L1_BLOCK = 1024;
const MAX_MESSAGE = 16 * 1024 * 1024;
const P36 = 2 ** 36 - 5;
const P64 = 2n ** 64n - 59n;
const MASK64 = 2n ** 64n - 1n;
const MAX_WORD_RANGE = 2n ** 64n - 2n ** 32n;
const POLY_KEY_MASK = 0x01ffffff01ffffffn;

/** AES-128 on whole blocks. */
function encipher(key: Uint8Array): (blocks: Uint8Array) => Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}

/** Section 3.2.1: `length` bytes of key for one purpose. */
function deriveKey(aes: (blocks: Uint8Array) => Uint8Array, index: number, length: number): Uint8Array {
  const count = Math.ceil(length / 16);
  const blocks = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) {
    blocks[i * 16 + 7] = index;
    new DataView(blocks.buffer).setUint32(i * 16 + 12, i + 1);
  }
  return new Uint8Array(aes(blocks)).subarray(0, length);
}

/** Keys of one of the parallel hashes: section 5.1. */
interface HashKeys {
  /** First 32-bit word of its part of the first level's key. */
  readonly l1Offset: number;
  readonly l2: bigint;
  readonly l3: readonly number[];
  readonly l3Xor: number;
}

/** Section 5.2.2 over `words[from..to)`, a multiple of 8 words; the length in bits is added as section 5.2 says. */
function nh(words: Uint32Array, range: readonly [number, number], key: Uint32Array, keyAt: number): bigint {
  const [from, to] = range;
  let sum = BigInt((to - from) * 32);
  let at = from;
  let k = keyAt;
  while (at < to) {
    // 16 products of 48 bits each stay exact in a double; then they are folded into the 64-bit sum.
    const stop = Math.min(to, at + 32);
    let low = 0;
    let high = 0;
    for (; at < stop; at += 8, k += 8) {
      for (let i = 0; i < 4; i++) {
        const a = ((words[at + i] as number) + (key[k + i] as number)) >>> 0;
        const b = ((words[at + i + 4] as number) + (key[k + i + 4] as number)) >>> 0;
        low += (a & 0xffff) * b;
        high += (a >>> 16) * b;
      }
    }
    sum += BigInt(low) + (BigInt(high) << 16n);
  }
  return sum & MASK64;
}

/** Section 5.3.2 for 64-bit words below 2^17 bytes. */
function poly64(key: bigint, values: readonly bigint[]): bigint {
  let y = 1n;
  for (const m of values) {
    if (m >= MAX_WORD_RANGE) {
      y = (key * y + P64 - 1n) % P64;
      y = (key * y + m - 59n) % P64;
    } else y = (key * y + m) % P64;
  }
  return y;
}

/** Section 5.4: 64 bits (the upper half of the 128 is zero here) to 32. */
function l3Hash(keys: HashKeys, value: bigint): number {
  let y = 0;
  for (let i = 0; i < 4; i++) {
    const word = Number((value >> BigInt(48 - 16 * i)) & 0xffffn);
    y = (y + ((word * (keys.l3[i + 4] as number)) % P36)) % P36;
  }
  return ((y % 2 ** 32) ^ keys.l3Xor) >>> 0;
}

function hashKeys(aes: (blocks: Uint8Array) => Uint8Array, count: number): HashKeys[] {
  const l2 = deriveKey(aes, 2, count * 24);
  const l3 = deriveKey(aes, 3, count * 64);
  const l3Xor = deriveKey(aes, 4, count * 4);
  return Array.from({ length: count }, (_, i) => ({
    l1Offset: i * 4,
    l2: toBigInt(l2.subarray(i * 24, i * 24 + 8)) & POLY_KEY_MASK,
    l3: Array.from({ length: 8 }, (_unused, j) =>
      Number(toBigInt(l3.subarray(i * 64 + j * 8, i * 64 + j * 8 + 8)) % BigInt(P36)),
    ),
    l3Xor: new DataView(l3Xor.buffer, l3Xor.byteOffset).getUint32(i * 4),
  }));
}

/** The message as little-endian words (section 5.2.1), zeros up to a multiple of 32 bytes and at least 32. */
function toWords(message: Uint8Array): Uint32Array {
  const bytes = new Uint8Array(Math.max(32, Math.ceil(message.length / 32) * 32));
  bytes.set(message);
  return new Uint32Array(bytes.buffer);
}

/** The pads that hide the hash: section 3.3. Half blocks of 64-bit tags are kept, as two packets in turn share one. */
function createPad(
  aes: (blocks: Uint8Array) => Uint8Array,
  tagLength: 8 | 16,
): (nonce: Uint8Array) => Uint8Array {
  const pad = encipher(deriveKey(aes, 0, 16));
  return (nonce) => {
    const block = new Uint8Array(16);
    block.set(nonce);
    if (tagLength === 16) return pad(block);
    const last = nonce.length - 1;
    const half = (nonce[last] as number) & 1;
    block[last] = (nonce[last] as number) & 0xfe;
    return pad(block).subarray(half * 8, half * 8 + 8);
  };
}

/** Makes a UMAC: message and nonce (1 to 16 bytes) to a tag of `tagLength` bytes. `key` is 16 bytes. */
export function createUmac(
  key: Uint8Array,
  tagLength: 8 | 16,
): (message: Uint8Array, nonce: Uint8Array) => Uint8Array {
  const aes = encipher(key);
  const count = tagLength / 4;
  const l1Bytes = deriveKey(aes, 1, L1_BLOCK + (count - 1) * 16);
  const l1View = new DataView(l1Bytes.buffer, l1Bytes.byteOffset);
  const l1 = Uint32Array.from({ length: l1Bytes.length / 4 }, (_, i) => l1View.getUint32(i * 4));
  const parts = hashKeys(aes, count);
  const pad = createPad(aes, tagLength);

  return (message, nonce) => {
    if (message.length > MAX_MESSAGE) throw new RangeError("message too long for UMAC");
    const words = toWords(message);
    // The length that is added counts the bytes of the message, not of its padding.
    const padding = BigInt((words.length * 4 - message.length) * 8);
    const tag = new Uint8Array(pad(nonce));
    const view = new DataView(tag.buffer);
    for (const [i, part] of parts.entries()) {
      const l1Out: bigint[] = [];
      for (let at = 0; at < words.length; at += L1_BLOCK / 4) {
        const end = Math.min(words.length, at + L1_BLOCK / 4);
        const sum = nh(words, [at, end], l1, part.l1Offset);
        l1Out.push(end === words.length ? (sum - padding) & MASK64 : sum);
      }
      const value = message.length <= L1_BLOCK ? (l1Out[0] as bigint) : poly64(part.l2, l1Out);
      view.setUint32(i * 4, (view.getUint32(i * 4) ^ l3Hash(part, value)) >>> 0);
    }
    return tag;
  };
}
