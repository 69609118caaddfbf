// The bytes of a spool segment, both ways. Pure: opens no file. The format is in docs/evidence.md.
// Trusts nothing that it reads: every length is bounded and every record has to pass its checksum.

import { EVIDENCE_BYTES } from "../../contract/evidence.ts";

/** Magic (8), position of the first record (8), CRC-32 of these 16 bytes (4), zero (4). Numbers are big-endian. */
export const SEGMENT_HEADER_BYTES = 24;
/** Length (4), CRC-32 of length, index and payload (4), index within the segment (4). */
export const RECORD_HEADER_BYTES = 12;
/** Most bytes of one record's payload. */
export const MAX_PAYLOAD_BYTES = 2 * EVIDENCE_BYTES;

const MAGIC = Buffer.from("DCNSPL\x00\x01", "latin1");
const SUFFIX = ".seg";
const NAME = /^(\d{20})\.seg$/;

/** The file name of the segment whose first record has this position. */
export function segmentName(first: number): string {
  return String(first).padStart(20, "0") + SUFFIX;
}

/** The position in a segment's file name, or null for any other file. */
export function parseSegmentName(name: string): number | null {
  const match = NAME.exec(name);
  return match ? Number(match[1]) : null;
}

/** The header of a segment. */
export function formatHeader(first: number): Uint8Array {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeBigUInt64BE(BigInt(first), 8);
  header.writeUInt32BE(Bun.hash.crc32(header.subarray(0, 16)), 16);
  return header;
}

/** The first position that a header names, or null when it is not a sound header. */
export function parseHeader(bytes: Uint8Array): number | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER_BYTES);
  if (!header.subarray(0, 8).equals(MAGIC)) return null;
  if (header.readUInt32BE(16) !== Bun.hash.crc32(header.subarray(0, 16))) return null;
  return Number(header.readBigUInt64BE(8));
}

function checksum(length: number, index: number, payload: Uint8Array): number {
  const seed = new Uint8Array([
    length >>> 24,
    length >>> 16,
    length >>> 8,
    length,
    index >>> 24,
    index >>> 16,
    index >>> 8,
    index,
  ]);
  return Bun.hash.crc32(payload, Bun.hash.crc32(seed));
}

/** Records as they lie in a segment, the first with index `firstIndex`. */
export function formatRecords(payloads: readonly Uint8Array[], firstIndex: number): Uint8Array {
  const total = payloads.reduce((sum, payload) => sum + RECORD_HEADER_BYTES + payload.length, 0);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  payloads.forEach((payload, i) => {
    out.writeUInt32BE(payload.length, at);
    out.writeUInt32BE(checksum(payload.length, firstIndex + i, payload), at + 4);
    out.writeUInt32BE(firstIndex + i, at + 8);
    out.set(payload, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + payload.length;
  });
  return out;
}

/** A sound record: its index, its payload (a view) and the offset after it. */
export interface SegmentRecord {
  readonly index: number;
  readonly payload: Uint8Array;
  readonly end: number;
}

/** The sound record that begins at `offset` with an index in [`low`, `high`), or null. */
export function parseRecord(bytes: Buffer, offset: number, low: number, high: number): SegmentRecord | null {
  if (offset + RECORD_HEADER_BYTES > bytes.length) return null;
  const index = bytes.readUInt32BE(offset + 8);
  if (index < low || index >= high) return null;
  const length = bytes.readUInt32BE(offset);
  const start = offset + RECORD_HEADER_BYTES;
  if (length === 0 || length > MAX_PAYLOAD_BYTES || start + length > bytes.length) return null;
  const payload = bytes.subarray(start, start + length);
  if (bytes.readUInt32BE(offset + 4) !== checksum(length, index, payload)) return null;
  return { index, payload, end: start + length };
}

/** The first sound record after damage at `offset`: its index says exactly how many are missing. */
export function findRecord(bytes: Buffer, offset: number, low: number, high: number): SegmentRecord | null {
  for (let at = offset; at + RECORD_HEADER_BYTES < bytes.length; at++) {
    const record = parseRecord(bytes, at, low, high);
    if (record) return record;
  }
  return null;
}

/** What a whole segment holds: the index after its last sound record, and the offset after that record. */
export function scanSegment(bytes: Buffer): { readonly count: number; readonly end: number } {
  let count = 0;
  let end = SEGMENT_HEADER_BYTES;
  for (;;) {
    const record = parseRecord(bytes, end, count, count + 1) ?? findRecord(bytes, end, count, 0xffff_ffff);
    if (!record) return { count, end };
    count = record.index + 1;
    end = record.end;
  }
}
