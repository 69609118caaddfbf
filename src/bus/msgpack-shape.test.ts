// The look over MessagePack: takes what an encoder makes, refuses what claims more than it brings.

import { describe, expect, test } from "bun:test";
import { decode, encode } from "@msgpack/msgpack";
import { createSeededRandom } from "../contract/random.ts";
import { isOneMap, MAX_DEPTH } from "./msgpack-shape.ts";

const samples: readonly Record<string, unknown>[] = [
  {},
  {
    a: 1,
    b: -1,
    c: 127,
    d: 128,
    e: 255,
    f: 256,
    g: 65_536,
    h: 2 ** 32,
    i: -33,
    j: -129,
    k: -40_000,
    l: -(2 ** 40),
  },
  { t: true, f: false, n: null, half: 0.5, bytes: new Uint8Array(3), big: new Uint8Array(300) },
  { short: "x", long: "x".repeat(40), longer: "x".repeat(300), longest: "x".repeat(70_000) },
  { list: [], deep: [[[[{ a: [1, 2, 3] }]]]], many: Array.from({ length: 20 }, (_, i) => i) },
  { more: Array.from({ length: 70_000 }, () => 0), when: new Date(1.7e12), later: new Date(1e14) },
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])),
];

describe("isOneMap", () => {
  test("takes everything that the encoder makes", () => {
    for (const sample of samples) expect(isOneMap(encode(sample))).toBe(true);
  });

  test("refuses it with a byte too few or too many", () => {
    for (const bytes of samples.map((sample) => encode(sample)).filter((made) => made.length < 1000)) {
      for (let end = 0; end < bytes.length; end++) expect(isOneMap(bytes.subarray(0, end))).toBe(false);
      expect(isOneMap(Uint8Array.from([...bytes, 0xc0]))).toBe(false);
    }
  });

  test.each([
    ["nothing", []],
    ["a list", [0x90]],
    ["the head that is never used", [0x81, 0xa1, 0x61, 0xc1]],
    ["a map that claims 4 G entries", [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["a list that claims more than there is", [0x81, 0xa0, 0xdc, 0x00, 0x02, 0xc0]],
    ["a text that claims more than there is", [0x81, 0xa0, 0xdb, 0xff, 0xff, 0xff, 0xff]],
  ])("refuses %s", (_, bytes) => {
    expect(isOneMap(Uint8Array.from(bytes))).toBe(false);
  });

  test("lists in lists may not claim the same bytes twice", () => {
    const head = [0xdc, 0x00, 0x40];
    const bytes = [0x81, 0xa0, ...Array.from({ length: 20 }, () => head).flat(), ...new Array(70).fill(0xc0)];
    expect(isOneMap(Uint8Array.from(bytes))).toBe(false);
  });

  test("refuses what is nested too deep, at one past the limit", () => {
    const nested = (depth: number): Uint8Array =>
      Uint8Array.from([0x81, 0xa0, ...new Array(depth).fill(0x91), 0xc0]);
    expect(isOneMap(nested(MAX_DEPTH - 2))).toBe(true);
    expect(isOneMap(nested(MAX_DEPTH - 1))).toBe(false);
  });

  test("mutated bodies: what it takes can be decoded or is refused by the decoder, and both end", () => {
    const random = createSeededRandom("msgpack-mutations");
    const small = samples.map((sample) => encode(sample)).filter((bytes) => bytes.length < 1000);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from(random.pick(small));
      for (let n = random.below(4); n >= 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      if (!isOneMap(bytes)) continue;
      taken++;
      try {
        expect(typeof decode(bytes)).toBe("object");
      } catch (error) {
        // Keys that are no text, `__proto__`, a broken timestamp: matters of content, not of size.
        expect(error).toBeInstanceOf(Error);
      }
    }
    expect(taken).toBeGreaterThan(1000);
  });
});
