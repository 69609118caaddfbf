// The reader beside the library: the same values from what an encoder makes, and nothing from what claims more than it brings.

import { describe, expect, test } from "bun:test";
import { decode, encode } from "@msgpack/msgpack";
import { createSeededRandom } from "../contract/random.ts";
import { MAX_DEPTH, MapReader } from "./msgpack-read.ts";

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
    m: Number.MAX_SAFE_INTEGER,
    n: Number.MIN_SAFE_INTEGER,
    o: -32,
    p: -128,
    q: -(2 ** 31),
  },
  { t: true, f: false, n: null, half: 0.5, bytes: new Uint8Array(3), big: new Uint8Array(300).fill(7) },
  { nan: Number.NaN, ends: [Number.POSITIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE] },
  { short: "x", long: "x".repeat(40), longer: "x".repeat(300), longest: "x".repeat(70_000) },
  { "": "", ключ: "значение", "🦊": "\u0000\ud83e\udd8a", 1: "one", constructor: "c", toString: "t" },
  { list: [], deep: [[[[{ a: [1, 2, 3] }]]]], many: Array.from({ length: 20 }, (_, i) => i) },
  { more: Array.from({ length: 70_000 }, () => 0), when: new Date(1.7e12), later: new Date(1e14) },
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])),
];

const reader = new MapReader();
const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("MapReader", () => {
  test("reads what the encoder makes as the library does", () => {
    for (const sample of samples) {
      const bytes = encode(sample);
      expect(reader.read(bytes)).toEqual(decode(bytes) as Record<string, unknown>);
      const within = Buffer.concat([Buffer.from("before"), bytes, Buffer.from("after")]);
      expect(reader.read(within.subarray(6, 6 + bytes.length))).toEqual(
        decode(bytes) as Record<string, unknown>,
      );
    }
  });

  test("what it hands out holds nothing of the body", () => {
    const body = Buffer.from(encode({ text: "as it was", bin: new Uint8Array([1, 2, 3]), at: new Date(0) }));
    const read = reader.read(body);
    body.fill(0xff);
    expect(read).toEqual({ text: "as it was", bin: new Uint8Array([1, 2, 3]), at: new Date(0) });
  });

  test("texts of the same place in its memory are told apart", () => {
    const words = Array.from({ length: 5000 }, (_, i) => `word-${(i * 7919) % 5000}`);
    for (let round = 0; round < 2; round++)
      for (const word of words) expect(reader.read(encode({ [word]: word }))).toEqual({ [word]: word });
  });

  test("numbers that the encoder does not choose", () => {
    const numbers: readonly (readonly [number[], number])[] = [
      [[0xcc, 0x05], 5],
      [[0xcd, 0x00, 0x05], 5],
      [[0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 2 ** 64],
      [[0xd0, 0x80], -128],
      [[0xd1, 0xff, 0xfe], -2],
      [[0xd2, 0xff, 0xff, 0xff, 0xfd], -3],
      [[0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -1],
      [[0xd3, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00], 2 ** 32],
      [[0xca, 0x3f, 0x00, 0x00, 0x00], 0.5],
    ];
    for (const [bytes, value] of numbers) {
      const body = bytesOf(0x81, 0xa1, 0x6e, ...bytes);
      expect(reader.read(body)).toEqual({ n: value });
      expect(decode(body)).toEqual({ n: value });
    }
  });

  test("refuses it with a byte too few or too many", () => {
    for (const bytes of samples.map((sample) => encode(sample)).filter((made) => made.length < 1000)) {
      for (let end = 0; end < bytes.length; end++)
        expect(reader.read(bytes.subarray(0, end))).toBeUndefined();
      expect(reader.read(Uint8Array.from([...bytes, 0xc0]))).toBeUndefined();
    }
  });

  test.each([
    ["nothing", []],
    ["a list", [0x90]],
    ["the head that is never used", [0x81, 0xa1, 0x61, 0xc1]],
    ["a map that claims 4 G entries", [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["a list that claims more than there is", [0x81, 0xa0, 0xdc, 0x00, 0x02, 0xc0]],
    ["a text that claims more than there is", [0x81, 0xa0, 0xdb, 0xff, 0xff, 0xff, 0xff]],
    ["an extension that claims more than there is", [0x81, 0xa0, 0xc9, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["a time of no length that is known", [0x81, 0xa0, 0xc7, 0x01, 0xff, 0x00]],
    ["a key that is a map", [0x81, 0x80, 0xc0]],
    ["a key that is nothing", [0x81, 0xc0, 0xc0]],
    ["a key that is a prototype", [0x81, 0xa9, ...Buffer.from("__proto__"), 0x80]],
  ])("refuses %s", (_, bytes) => {
    expect(reader.read(Uint8Array.from(bytes))).toBeUndefined();
  });

  test("lists in lists may not claim the same bytes twice", () => {
    const head = [0xdc, 0x00, 0x40];
    const bytes = [0x81, 0xa0, ...Array.from({ length: 20 }, () => head).flat(), ...new Array(70).fill(0xc0)];
    expect(reader.read(Uint8Array.from(bytes))).toBeUndefined();
  });

  test("refuses what is nested too deep, at one past the limit", () => {
    const nested = (depth: number): Uint8Array =>
      Uint8Array.from([0x81, 0xa0, ...new Array(depth).fill(0x91), 0xc0]);
    expect(reader.read(nested(MAX_DEPTH - 2))).toBeDefined();
    expect(reader.read(nested(MAX_DEPTH - 1))).toBeUndefined();
  });

  test("mutated bodies: what it takes, the library reads alike; both end", () => {
    const random = createSeededRandom("msgpack-mutations");
    const small = samples.map((sample) => encode(sample)).filter((bytes) => bytes.length < 1000);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from(random.pick(small));
      for (let n = random.below(4); n >= 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      const read = reader.read(bytes);
      if (!read) continue;
      taken++;
      // Bytes that are no UTF-8 become other text in the library; their shape is the same.
      const isText = !bytes.some((byte) => byte >= 0xf5) && !JSON.stringify(read).includes("\ufffd");
      const library = decode(bytes) as Record<string, unknown>;
      if (isText && !JSON.stringify(library).includes("\ufffd")) expect(read).toEqual(library);
      else expect(typeof library).toBe("object");
    }
    expect(taken).toBeGreaterThan(1000);
  });
});
