import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import {
  findRecord,
  formatHeader,
  formatRecords,
  MAX_PAYLOAD_BYTES,
  parseHeader,
  parseRecord,
  parseSegmentName,
  SEGMENT_HEADER_BYTES,
  scanSegment,
  segmentName,
} from "./segment.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text);
const records = ["one", "two two", "three three three"].map(bytesOf);
const segment = (): Buffer => Buffer.concat([formatHeader(7), formatRecords(records, 0)]);

describe("segment format", () => {
  test("golden bytes", () => {
    expect(Buffer.from(formatHeader(7)).toString("hex")).toBe(
      "44434e53504c000100000000000000079a26492600000000",
    );
    expect(Buffer.from(formatRecords([bytesOf("one")], 5)).toString("hex")).toBe(
      "0000000357fb19de000000056f6e65",
    );
  });

  test("names are the first position and nothing else", () => {
    expect(segmentName(42)).toBe("00000000000000000042.seg");
    expect(parseSegmentName(segmentName(42))).toBe(42);
    for (const name of ["head", "42.seg", "00000000000000000042.seg.bak", "../00000000000000000042.seg"]) {
      expect(parseSegmentName(name)).toBeNull();
    }
  });

  test("reads back what was written", () => {
    const bytes = segment();
    expect(parseHeader(bytes)).toBe(7);
    const first = parseRecord(bytes, SEGMENT_HEADER_BYTES, 0, 1);
    expect(first && Buffer.from(first.payload).toString()).toBe("one");
    expect(scanSegment(bytes)).toEqual({ count: 3, end: bytes.length });
  });

  test("torn at every byte, a scan keeps exactly the whole records", () => {
    const bytes = segment();
    const ends = records.map(
      (_, i) => SEGMENT_HEADER_BYTES + formatRecords(records.slice(0, i + 1), 0).length,
    );
    for (let cut = SEGMENT_HEADER_BYTES; cut <= bytes.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length;
      const end = ends[whole - 1] ?? SEGMENT_HEADER_BYTES;
      expect(scanSegment(bytes.subarray(0, cut))).toEqual({ count: whole, end });
    }
  });

  test("a flipped bit anywhere costs that record and no other", () => {
    const sound = segment();
    const ends = records.map(
      (_, i) => SEGMENT_HEADER_BYTES + formatRecords(records.slice(0, i + 1), 0).length,
    );
    for (let at = SEGMENT_HEADER_BYTES; at < sound.length; at++) {
      const bytes = Buffer.from(sound);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
      const hit = ends.findIndex((end) => at < end);
      const found = [0, 1, 2].filter((index) => findRecord(bytes, SEGMENT_HEADER_BYTES, index, index + 1));
      expect(found).toEqual([0, 1, 2].filter((index) => index !== hit));
    }
  });

  test("a flipped bit in the header is noticed", () => {
    for (let bit = 0; bit < 20 * 8; bit++) {
      const bytes = Buffer.from(formatHeader(7));
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseHeader(bytes)).toBeNull();
    }
  });

  test("zeros, short input and claims beyond the bound are no records", () => {
    expect(parseRecord(Buffer.alloc(64), 0, 0, 1)).toBeNull();
    expect(parseRecord(Buffer.alloc(3), 0, 0, 1)).toBeNull();
    const huge = Buffer.from(formatRecords([bytesOf("x")], 0));
    huge.writeUInt32BE(MAX_PAYLOAD_BYTES + 1, 0);
    expect(parseRecord(huge, 0, 0, 1)).toBeNull();
    expect(parseHeader(Buffer.alloc(5))).toBeNull();
  });

  test("mutations never throw and never yield a payload that was not written", () => {
    const random = createSeededRandom("segment");
    const known = new Set(records.map((record) => record.toString()));
    for (let round = 0; round < 2000; round++) {
      const bytes = segment();
      for (let i = random.below(6); i >= 0; i--)
        bytes.writeUInt8(random.below(256), random.below(bytes.length));
      const cut = bytes.subarray(0, random.below(bytes.length + 1));
      const { end } = scanSegment(cut);
      expect(end).toBeLessThanOrEqual(Math.max(cut.length, SEGMENT_HEADER_BYTES));
      const record = findRecord(cut, 0, 0, 10);
      if (record) expect(known.has(Buffer.from(record.payload).toString())).toBe(true);
    }
  });
});
