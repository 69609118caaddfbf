// The order in which a loop visits the keys of an array: mawk's, by hash bucket (FNV-1a, 64 buckets that double as
// the array grows), the latest key of a bucket first. Observed with mawk 1.3.4.

import type { ByteString } from "../shell.ts";

const FIRST_BUCKETS = 64;
const AVERAGE = 12;

function hash(key: ByteString): number {
  let value = 2_166_136_261;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 16_777_619) >>> 0;
  return value;
}

/** Keys in the order of a loop; they are given oldest first. */
export function loopOrder(keys: readonly ByteString[]): ByteString[] {
  let buckets = FIRST_BUCKETS;
  while (keys.length > (buckets - 1) * AVERAGE) buckets *= 2;
  return keys
    .map((key, age) => ({ key, age, bucket: hash(key) & (buckets - 1) }))
    .sort((a, b) => a.bucket - b.bucket || b.age - a.age)
    .map(({ key }) => key);
}
