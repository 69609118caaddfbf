// The test vectors of RFC 4418, appendix, and the shape of tags.

import { describe, expect, test } from "bun:test";
import { createUmac } from "./umac.ts";

const key = new TextEncoder().encode("abcdefghijklmnop");
const nonce = new TextEncoder().encode("bcdefghi");
const bytes = (text: string, times: number): Uint8Array => new TextEncoder().encode(text.repeat(times));

const vectors: readonly [string, Uint8Array, string, string][] = [
  ["empty", bytes("", 1), "6E155FAD26900BE1", "32FEDB100C79AD58F07FF7643CC60465"],
  ["a * 3", bytes("a", 3), "44B5CB542F220104", "185E4FE905CBA7BD85E4C2DC3D117D8D"],
  ["a * 2^10", bytes("a", 2 ** 10), "26BF2F5D60118BD9", "7A54ABE04AF82D60FB298C3CBD195BCB"],
  ["a * 2^15", bytes("a", 2 ** 15), "27F8EF643B0D118D", "7B136BD911E4B734286EF2BE501F2C3C"],
  ["a * 2^20", bytes("a", 2 ** 20), "A4477E87E9F55853", "F8ACFA3AC31CFEEA047F7B115B03BEF5"],
  ["abc", bytes("abc", 1), "D4D7B9F6BD4FBFCF", "883C3D4B97A61976FFCF232308CBA5A5"],
  ["abc * 500", bytes("abc", 500), "D4CF26DDEFD5C01A", "8824A260C53C66A36C9260A62CB83AA1"],
];

describe("RFC 4418 vectors", () => {
  for (const [name, message, tag64, tag128] of vectors) {
    test(name, () => {
      expect(Buffer.from(createUmac(key, 8)(message, nonce)).toString("hex").toUpperCase()).toBe(tag64);
      expect(Buffer.from(createUmac(key, 16)(message, nonce)).toString("hex").toUpperCase()).toBe(tag128);
    });
  }
});

test("refuses what is beyond its polynomial", () => {
  expect(() => createUmac(key, 8)(new Uint8Array(16 * 1024 * 1024 + 1), nonce)).toThrow(RangeError);
});
