// KEXINIT against the bytes of the real product, the choice that follows, and hostile bytes.

import { describe, expect, test } from "bun:test";
import { isDecnetError } from "../../contract/errors.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { algorithmsOf, STRICT_CLIENT, STRICT_SERVER } from "./algorithms.ts";
import type { KexInit } from "./kexinit.ts";
import { formatKexInit, negotiate, parseKexInit } from "./kexinit.ts";

const lists = algorithmsOf("OpenSSH_9.2p1 Debian-2+deb12u10");
const payload = formatKexInit(lists, new Uint8Array(16)).slice();

const client: KexInit = {
  kex: ["curve25519-sha256", "ext-info-c", STRICT_CLIENT],
  hostKeys: ["ssh-ed25519"],
  ciphersToServer: ["aes128-ctr"],
  ciphersToClient: ["chacha20-poly1305@openssh.com"],
  macsToServer: ["hmac-sha1"],
  macsToClient: ["foo"],
  compressionToServer: ["none"],
  compressionToClient: ["zlib@openssh.com", "none"],
  firstKexFollows: false,
};

describe("the server's offer", () => {
  test("is as long as OpenSSH 9.2p1 of deb12u10 sends it, and names the same", () => {
    // SHA-256 of the real payload with its cookie as zeros.
    expect(new Bun.CryptoHasher("sha256").update(payload).digest("hex")).toBe(
      "398588d4183e79b6bd3cd0e53a9845827940902ef94ad9326f13658c119470be",
    );
  });

  test("follows the update of the package", () => {
    expect(algorithmsOf("9.2p1 Debian-2+deb12u1").kex).not.toContain(STRICT_SERVER);
    expect(algorithmsOf("9.2p1 Debian-2+deb12u2").kex).toContain(STRICT_SERVER);
    expect(algorithmsOf("9.2p1 Debian-2+deb12u3").kex[0]).toBe("sntrup761x25519-sha512@openssh.com");
    expect(algorithmsOf("9.2p1 Debian-2+deb12u4").kex[0]).toBe("sntrup761x25519-sha512");
  });
});

describe("negotiate", () => {
  test("takes the client's first that the server has, in each direction", () => {
    expect(negotiate(client, lists)).toEqual({
      kex: "curve25519-sha256",
      hostKey: "ssh-ed25519",
      toServer: { cipher: "aes128-ctr", mac: "hmac-sha1", compression: "none" },
      toClient: { cipher: "chacha20-poly1305@openssh.com", mac: null, compression: "zlib@openssh.com" },
      strict: true,
      extInfo: true,
      skipGuess: false,
    });
  });

  test("never takes a marker for a method", () => {
    expect(negotiate({ ...client, kex: [STRICT_SERVER, "ext-info-c"] }, lists)).toBe("kex");
  });

  test("says what is missing", () => {
    expect(negotiate({ ...client, hostKeys: ["ssh-dss"] }, lists)).toBe("host-key");
    expect(negotiate({ ...client, ciphersToClient: [] }, lists)).toBe("cipher");
    expect(negotiate({ ...client, macsToServer: ["foo"] }, lists)).toBe("mac");
    expect(negotiate({ ...client, compressionToServer: ["zlib"] }, lists)).toBe("compression");
  });

  test("skips a guess only where it is wrong", () => {
    const right = { ...client, kex: [lists.kex[0] ?? ""], hostKeys: ["rsa-sha2-512"], firstKexFollows: true };
    expect(negotiate(right, lists)).toMatchObject({ skipGuess: false });
    expect(negotiate({ ...client, firstKexFollows: true }, lists)).toMatchObject({ skipGuess: true });
  });
});

test("parses what it formats", () => {
  const parsed = parseKexInit(payload);
  expect(parsed.kex).toEqual([...lists.kex]);
  expect(parsed.macsToClient).toEqual([...lists.macs]);
  expect(parsed.firstKexFollows).toBe(false);
});

test("damaged offers end in a protocol error or in lists", () => {
  const random = createSeededRandom("kexinit");
  for (let round = 0; round < 2000; round++) {
    const bytes = payload.slice(0, random.below(payload.length + 1));
    for (let i = 0; i < 3 && bytes.length > 0; i++) bytes[random.below(bytes.length)] = random.below(256);
    try {
      expect(parseKexInit(bytes).kex.length).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(isDecnetError(error, "protocol")).toBe(true);
    }
  }
});
