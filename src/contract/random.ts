// Randomness as a value that is handed in: the machine's for real, a seeded one for tests and personas.

import { createHash, randomBytes } from "node:crypto";

/** A source of bytes. */
export interface Random {
  /** `length` fresh bytes. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1) with 48 bits. */
  fraction(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** One of a non-empty list. */
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
}

function fromBytes(bytes: (length: number) => Uint8Array): Random {
  const fraction = (): number => {
    const b = bytes(6);
    return b.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    bytes,
    fraction,
    below,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("pick from an empty list");
      return items[below(items.length)] as T;
    },
  };
}

/** The kernel's generator. */
export const systemRandom: Random = Object.freeze(fromBytes((length) => new Uint8Array(randomBytes(length))));

/** A deterministic stream: SHA-256 in counter mode over `seed`. The same seed gives the same bytes for ever. */
export function createSeededRandom(seed: Uint8Array | string): Random {
  const key = createHash("sha256").update(seed).digest();
  let block = new Uint8Array(0);
  let used = 0;
  let counter = 0;
  const refill = (): void => {
    const count = new Uint8Array(8);
    new DataView(count.buffer).setBigUint64(0, BigInt(counter++));
    block = new Uint8Array(createHash("sha256").update(key).update(count).digest());
    used = 0;
  };
  return fromBytes((length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (used === block.length) refill();
      const take = Math.min(length - at, block.length - used);
      out.set(block.subarray(used, used + take), at);
      used += take;
      at += take;
    }
    return out;
  });
}
