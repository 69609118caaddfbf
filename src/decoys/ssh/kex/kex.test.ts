// Key exchange arithmetic: primes against the library's, encodings against their inverse, refusals of bad values.

import { describe, expect, test } from "bun:test";
import { checkPrimeSync } from "node:crypto";
import { isDecnetError } from "../../../contract/errors.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import { message } from "../wire.ts";
import { chooseGroup } from "./diffie-hellman.ts";
import type { KexContext } from "./method.ts";
import { kexMethod } from "./methods.ts";
import { GROUP_SIZES, modPow, safePrime } from "./primes.ts";
import { decode, encapsulate, encode, multiplyShort, randomShort, SNTRUP761 } from "./sntrup761.ts";
import { x25519 } from "./x25519.ts";

const random = createSeededRandom("kex");
const context: KexContext = {
  transcript: new Uint8Array(0),
  hostKey: new Uint8Array(0),
  sign: () => new Uint8Array(0),
  random,
};

describe("RFC 3526 primes", () => {
  test("have their size, and 64 one bits at both ends", () => {
    for (const bits of GROUP_SIZES) {
      const hex = safePrime(bits).toString(16);
      expect(hex.length * 4).toBe(bits);
      expect(hex.startsWith("f".repeat(16)) && hex.endsWith("f".repeat(16))).toBe(true);
    }
  });
  test("the smallest is a safe prime", () => {
    const prime = safePrime(2048);
    expect(checkPrimeSync(prime) && checkPrimeSync((prime - 1n) / 2n)).toBe(true);
  });
  test("modPow agrees with repeated multiplication", () => {
    expect(modPow(3n, 20n, 1009n)).toBe(3n ** 20n % 1009n);
    expect(modPow(2n, 0n, 7n)).toBe(1n);
  });
  test("groups are chosen as OpenSSH does", () => {
    expect(chooseGroup({ min: 2048, wanted: 3072, max: 8192 })).toBe(3072);
    expect(chooseGroup({ min: 2048, wanted: 7680, max: 8192 })).toBe(8192);
    expect(chooseGroup({ min: 2048, wanted: 8192, max: 4096 })).toBe(4096);
    expect(chooseGroup({ min: 2049, wanted: 2050, max: 3071 })).toBeUndefined();
  });
});

describe("sntrup761", () => {
  const q = new Array(761).fill(4591);
  test("encoding has an inverse and the paper's lengths", () => {
    const values = Array.from({ length: 761 }, () => random.below(4591));
    const bytes = Uint8Array.from(encode(values, q));
    expect(bytes.length).toBe(SNTRUP761.publicKey);
    expect(decode(bytes, q)).toEqual(values);
    const rounded = Array.from({ length: 761 }, () => random.below(1531));
    expect(encode(rounded, new Array(761).fill(1531)).length).toBe(SNTRUP761.ciphertext - 32);
  });
  test("short polynomials have 286 coefficients", () => {
    const r = randomShort(random);
    expect(r.filter((value) => value !== 0).length).toBe(286);
    expect(r.every((value) => value >= -1 && value <= 1)).toBe(true);
  });
  test("multiplication agrees with the definition: x to the 761 is x plus 1", () => {
    const h = new Int16Array(761);
    const r = new Int8Array(761);
    h[760] = 5;
    r[1] = 1;
    const product = multiplyShort(h, r);
    expect([product[0], product[1], product[2]]).toEqual([5, 5, 0]);
  });
  test("any bytes of the right length are a key", () => {
    expect(encapsulate(random.bytes(SNTRUP761.publicKey), random).ciphertext.length).toBe(
      SNTRUP761.ciphertext,
    );
    expect(() => encapsulate(new Uint8Array(10), random)).toThrow("length");
  });
});

test("X25519 agrees with itself and refuses points of small order", () => {
  const [a, b] = [x25519(random.bytes(32)), x25519(random.bytes(32))];
  expect(a.agree(b.publicValue)).toEqual(b.agree(a.publicValue));
  expect(() => a.agree(new Uint8Array(32))).toThrow("small order");
});

describe("bad values end in a protocol error", () => {
  const bad: readonly [string, Uint8Array][] = [
    ["curve25519-sha256", message(30).string(new Uint8Array(31)).finish()],
    ["curve25519-sha256", message(30).string(new Uint8Array(32)).finish()],
    ["sntrup761x25519-sha512", message(30).string(new Uint8Array(32)).finish()],
    ["ecdh-sha2-nistp256", message(30).string(new Uint8Array(65).fill(4)).finish()],
    ["ecdh-sha2-nistp521", message(30).string("").finish()],
    ["diffie-hellman-group14-sha256", message(30).mpint(Uint8Array.of(1)).finish()],
    ["diffie-hellman-group14-sha256", message(30).mpint(Uint8Array.of(2)).finish()],
    ["diffie-hellman-group14-sha256", message(30).string(new Uint8Array(3000).fill(1)).finish()],
    ["diffie-hellman-group-exchange-sha256", message(34).u32(1024).u32(1024).u32(1024).finish()],
    ["diffie-hellman-group-exchange-sha256", message(34).u32(8192).u32(4096).u32(2048).finish()],
  ];
  for (const [name, payload] of bad) {
    test(name, () => {
      try {
        kexMethod(name)(context).receive(payload);
        throw new Error("accepted");
      } catch (error) {
        expect(isDecnetError(error, "protocol")).toBe(true);
      }
    });
  }
});
