// Associative arrays of bash. Pure: every change gives another table.
// Keys are shown in the order of bash's own hash table: 32-bit FNV-1, 1,024 buckets that double when they are twice full.

import type { ByteString } from "../shell.ts";

/** Values by key, in the order in which keys came. */
export type Table = ReadonlyMap<ByteString, ByteString>;

const BUCKETS = 1024;
const FNV_OFFSET = 2166136261;
const FNV_PRIME = 16777619;

function bucketOf(key: ByteString, buckets: number): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, FNV_PRIME) ^ key.charCodeAt(i)) >>> 0;
  return hash & (buckets - 1);
}

/** The entries as bash lists them: by bucket, the newest of a bucket first. */
export function tableEntries(table: Table): readonly (readonly [ByteString, ByteString])[] {
  let buckets = BUCKETS;
  while (table.size > buckets * 2) buckets *= 2;
  return [...table]
    .map((entry, age) => ({ entry, age, bucket: bucketOf(entry[0], buckets) }))
    .sort((a, b) => a.bucket - b.bucket || b.age - a.age)
    .map(({ entry }) => entry);
}

/** Bytes that a table is counted with. */
export const tableBytes = (table: Table | undefined): number => {
  let bytes = 0;
  for (const [key, value] of table ?? []) bytes += key.length + value.length + 16;
  return bytes;
};
