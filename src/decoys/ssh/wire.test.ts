// The data types of RFC 4251 section 5, its examples, and hostile bytes.

import { describe, expect, test } from "bun:test";
import { isDecnetError } from "../../contract/errors.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { fromBigInt, WireReader, WireWriter } from "./wire.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("RFC 4251 examples", () => {
  const mpints: readonly [string, string][] = [
    ["", "00000000"],
    ["09a378f9b2e332a7", "0000000809a378f9b2e332a7"],
    ["80", "000000020080"],
  ];
  for (const [value, encoded] of mpints) {
    test(`mpint ${value || "0"}`, () => {
      expect(toHex(new WireWriter().mpint(hex(value)).finish())).toBe(encoded);
      expect(new WireReader(hex(encoded)).mpint()).toBe(BigInt(`0x${value || "0"}`));
    });
  }
  test("name-list", () => {
    expect(toHex(new WireWriter().nameList(["zlib", "none"]).finish())).toBe("000000097a6c69622c6e6f6e65");
    expect(new WireReader(hex("000000097a6c69622c6e6f6e65")).nameList()).toEqual(["zlib", "none"]);
    expect(new WireReader(hex("00000000")).nameList()).toEqual([]);
  });
});

test("refuses a negative mpint and a NUL within a C string", () => {
  expect(() => new WireReader(hex("0000000181")).mpint()).toThrow("negative");
  expect(() => new WireReader(hex("00000003610062")).cstring()).toThrow("NUL");
  expect(toHex(new WireReader(hex("000000026100")).cstring())).toBe("61");
});

test("fixed width numbers keep their zeros", () => {
  expect(toHex(fromBigInt(5n, 4))).toBe("00000005");
});

test("random bytes end in values or in a protocol error, never beyond the message", () => {
  const random = createSeededRandom("wire");
  for (let round = 0; round < 3000; round++) {
    const bytes = random.bytes(random.below(40));
    const reader = new WireReader(bytes);
    try {
      for (let i = 0; i < 6; i++) {
        const pick = random.below(6);
        const value =
          pick === 0
            ? reader.string()
            : pick === 1
              ? reader.mpint()
              : pick === 2
                ? reader.nameList()
                : pick === 3
                  ? reader.u64()
                  : pick === 4
                    ? reader.cstring()
                    : reader.u32();
        if (value instanceof Uint8Array) expect(value.length).toBeLessThanOrEqual(bytes.length);
      }
    } catch (error) {
      expect(isDecnetError(error, "protocol")).toBe(true);
    }
  }
});
