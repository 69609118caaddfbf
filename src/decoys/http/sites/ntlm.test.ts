// NTLM's messages: the worked example of MS-NLMP section 4.2.4, the challenge's parts, and bytes that are no message.

import { describe, expect, test } from "bun:test";
import { formatChallenge, fromUtf16, parseNtlm, provesPassword } from "./ntlm.ts";

const target = {
  netbiosDomain: "CORP",
  netbiosName: "DC01",
  dnsDomain: "corp.lan",
  dnsName: "DC01.corp.lan",
  build: 20_348,
};

describe("NTLM", () => {
  test("proves the password of the published example (User, Domain, Password) and no other", () => {
    const blob = Buffer.from(
      "01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000",
      "hex",
    );
    const proof = {
      user: Buffer.from("User", "utf16le"),
      domain: Buffer.from("Domain", "utf16le"),
      response: Buffer.concat([Buffer.from("68cd0ab851e51c96aabc927bebef6a1c", "hex"), blob]),
    };
    const challenge = Buffer.from("0123456789abcdef", "hex");
    expect(provesPassword(proof, challenge, "Password")).toBe(true);
    expect(provesPassword(proof, challenge, "password")).toBe(false);
    expect(provesPassword(proof, Buffer.from("0123456789abcdee", "hex"), "Password")).toBe(false);
  });

  test("a challenge holds its eight bytes, the build and every name", () => {
    const bytes = Buffer.from(formatChallenge(target, new Uint8Array(8).fill(7), 0), "base64");
    expect(bytes.subarray(24, 32)).toEqual(Buffer.alloc(8, 7));
    expect([bytes[48], bytes[49], bytes.readUInt16LE(50), bytes[55]]).toEqual([10, 0, 20_348, 15]);
    for (const name of ["CORP", "DC01", "corp.lan", "DC01.corp.lan"]) {
      expect(bytes.includes(Buffer.from(name, "utf16le"))).toBe(true);
    }
  });

  test("bytes that are no message are none, and lengths beyond the end give nothing", () => {
    expect(parseNtlm("")).toBeUndefined();
    expect(parseNtlm("@@@@")).toBeUndefined();
    expect(parseNtlm("A".repeat(20_000))).toBeUndefined();
    const head = Buffer.alloc(64);
    head.write("NTLMSSP\0", 0, "latin1");
    head.writeUInt32LE(3, 8);
    let seed = 3;
    for (let round = 0; round < 500; round++) {
      const bytes = Buffer.from(head);
      for (let at = 12; at < 64; at++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        bytes[at] = seed >>> 24;
      }
      const message = parseNtlm(bytes.toString("base64"));
      if (message?.kind !== "authenticate") throw new Error("not read as what it says it is");
      expect(message.proof.user.length).toBeLessThanOrEqual(64);
      expect(() => fromUtf16(message.proof.user)).not.toThrow();
      expect(provesPassword(message.proof, new Uint8Array(8), "x")).toBe(false);
    }
  });
});
