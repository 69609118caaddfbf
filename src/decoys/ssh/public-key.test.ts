// Signatures of every key type that a client logs in with, made by the library, and hostile blobs.

import { describe, expect, test } from "bun:test";
import type { KeyObject } from "node:crypto";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createSeededRandom } from "../../contract/random.ts";
import { fingerprintOf, keyTypeOf, verifySignature } from "./public-key.ts";
import { concat, WireWriter } from "./wire.ts";

const data = new TextEncoder().encode("what was signed");
const from64 = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? "", "base64url"));
const tail = Uint8Array.of(1, 0, 0, 0, 7);
const application = "ssh:";

function securityKeyData(): Uint8Array {
  const sha = (bytes: Uint8Array | string): Uint8Array => createHash("sha256").update(bytes).digest();
  return concat(sha(application), tail, sha(data));
}

function ecdsaBody(key: KeyObject, hash: string, bytes: number, signed: Uint8Array): Uint8Array {
  const raw = sign(hash, signed, { key, dsaEncoding: "ieee-p1363" });
  return new WireWriter().mpint(raw.subarray(0, bytes)).mpint(raw.subarray(bytes)).finish().slice();
}

interface Case {
  readonly name: string;
  readonly blob: Uint8Array;
  readonly signature: Uint8Array;
}

function rsaCases(): Case[] {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const blob = new WireWriter().string("ssh-rsa").mpint(from64(jwk.e)).mpint(from64(jwk.n)).finish().slice();
  return [["rsa-sha2-256", "sha256"] as const, ["rsa-sha2-512", "sha512"] as const].map(([name, hash]) => ({
    name,
    blob,
    signature: new WireWriter()
      .string(name)
      .string(sign(hash, data, privateKey))
      .finish()
      .slice(),
  }));
}

function ed25519Cases(): Case[] {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = from64(publicKey.export({ format: "jwk" }).x);
  const sk = "sk-ssh-ed25519@openssh.com";
  return [
    {
      name: "ssh-ed25519",
      blob: new WireWriter().string("ssh-ed25519").string(point).finish().slice(),
      signature: new WireWriter()
        .string("ssh-ed25519")
        .string(sign(null, data, privateKey))
        .finish()
        .slice(),
    },
    {
      name: sk,
      blob: new WireWriter().string(sk).string(point).string(application).finish().slice(),
      signature: new WireWriter()
        .string(sk)
        .string(sign(null, securityKeyData(), privateKey))
        .raw(tail)
        .finish()
        .slice(),
    },
  ];
}

function ecdsaCases(): Case[] {
  const curves = [
    ["nistp256", "prime256v1", "sha256", 32],
    ["nistp384", "secp384r1", "sha384", 48],
    ["nistp521", "secp521r1", "sha512", 66],
  ] as const;
  return curves.flatMap(([curve, namedCurve, hash, bytes]) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
    const { x, y } = publicKey.export({ format: "jwk" });
    const point = concat(Uint8Array.of(4), from64(x), from64(y));
    const name = `ecdsa-sha2-${curve}`;
    const plain = {
      name,
      blob: new WireWriter().string(name).string(curve).string(point).finish().slice(),
      signature: new WireWriter()
        .string(name)
        .string(ecdsaBody(privateKey, hash, bytes, data))
        .finish()
        .slice(),
    };
    if (curve !== "nistp256") return [plain];
    const sk = "sk-ecdsa-sha2-nistp256@openssh.com";
    const body = ecdsaBody(privateKey, hash, bytes, securityKeyData());
    return [
      plain,
      {
        name: sk,
        blob: new WireWriter().string(sk).string(curve).string(point).string(application).finish().slice(),
        signature: new WireWriter().string(sk).string(body).raw(tail).finish().slice(),
      },
    ];
  });
}

const cases = [...rsaCases(), ...ed25519Cases(), ...ecdsaCases()];

describe("verifySignature", () => {
  for (const { name, blob, signature } of cases) {
    test(`${name} is proven, and nothing else`, () => {
      expect(verifySignature(blob, signature, data)).toBe(true);
      expect(verifySignature(blob, signature, concat(data, Uint8Array.of(0)))).toBe(false);
      const damaged = signature.slice();
      damaged[damaged.length - 8] = (damaged[damaged.length - 8] as number) ^ 1;
      expect(verifySignature(blob, damaged, data)).toBe(false);
    });
  }

  test("damaged blobs are false, never an exception", () => {
    const random = createSeededRandom("public keys");
    for (let round = 0; round < 400; round++) {
      const { blob, signature } = cases[round % cases.length] as Case;
      const [key, proof] = [
        blob.slice(0, 1 + random.below(blob.length)),
        signature.slice(0, 1 + random.below(signature.length)),
      ];
      key[random.below(key.length)] = random.below(256);
      expect(verifySignature(key, proof, data)).toBe(false);
    }
  });
});

test("types and fingerprints are OpenSSH's; a foreign type is never repeated", () => {
  const blob = cases[2]?.blob ?? new Uint8Array(0);
  expect(keyTypeOf(blob)).toBe("ssh-ed25519");
  expect(keyTypeOf(new WireWriter().string("ssh-ed25519-cert-v01@openssh.com").finish())).toBe(
    "ssh-ed25519-cert-v01@openssh.com",
  );
  expect(keyTypeOf(new WireWriter().string("sk-ssh-ed25519-cert-v01@openssh.com").finish())).toBe(
    "sk-ssh-ed25519-cert-v01@openssh.com",
  );
  expect(keyTypeOf(new WireWriter().string("<script>").finish())).toBe("unknown");
  expect(keyTypeOf(Uint8Array.of(1))).toBe("unknown");
  expect(fingerprintOf(new Uint8Array(0))).toBe("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
});
