// The host keys of a persona: RSA 3072, ECDSA P-256 and Ed25519, drawn from its secret so that they never change.
// Made once per machine. The private halves leave it as files that its root may read, and in no other way.

import type { KeyObject } from "node:crypto";
import { createECDH, createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Random } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";
import { drawRsaKey } from "../personas/rsa-key.ts";
import { formatPrivateKey, formatPublicKey } from "./key-file.ts";
import { concat, WireWriter } from "./wire.ts";

/** What `ssh-keygen -t rsa` makes by default. */
const RSA_BITS = 3072;

/** One key pair of the server. */
export interface HostKey {
  /** The type as the blob says it. */
  readonly type: string;
  /** The public key as SSH encodes it. */
  readonly blob: Uint8Array;
  /** A signature blob over `data` with one of the key's algorithms. */
  sign(algorithm: string, data: Uint8Array): Uint8Array;
  /** The private key's type and numbers as the agent protocol encodes them. */
  secret(): Uint8Array;
}

/** All keys of a server. */
export interface HostKeys {
  /** In the order in which OpenSSH announces them. */
  readonly all: readonly HostKey[];
  /** The key for a negotiated host key algorithm. */
  forAlgorithm(algorithm: string): HostKey;
}

/** DER before a raw Ed25519 seed (RFC 8410). */
const ED25519_PKCS8 = new Uint8Array(Buffer.from("302e020100300506032b657004220420", "hex"));

function signatureBlob(algorithm: string, signature: Uint8Array): Uint8Array {
  return new WireWriter(512).string(algorithm).string(signature).finish();
}

function ed25519Key(seed: Uint8Array): HostKey {
  const key = createPrivateKey({
    key: Buffer.from(concat(ED25519_PKCS8, seed)),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    type: "ssh-ed25519",
    blob: new WireWriter().string("ssh-ed25519").string(spki.subarray(-32)).finish(),
    sign: (algorithm, data) => signatureBlob(algorithm, sign(null, data, key)),
    secret() {
      const point = spki.subarray(-32);
      return new WireWriter().string("ssh-ed25519").string(point).string(concat(seed, point)).finish();
    },
  };
}

function ecdsaPrivateKey(scalar: Uint8Array): { readonly key: KeyObject; readonly point: Uint8Array } {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(scalar);
  const point = new Uint8Array(pair.getPublicKey());
  const part = (from: number): string => Buffer.from(point.subarray(from, from + 32)).toString("base64url");
  const d = Buffer.from(scalar).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: part(1), y: part(33), d };
  return { key: createPrivateKey({ key: jwk, format: "jwk" }), point };
}

function ecdsaKey(scalar: Uint8Array): HostKey {
  const { key, point } = ecdsaPrivateKey(scalar);
  return {
    type: "ecdsa-sha2-nistp256",
    blob: new WireWriter().string("ecdsa-sha2-nistp256").string("nistp256").string(point).finish(),
    sign(algorithm, data) {
      const raw = sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
      const body = new WireWriter().mpint(raw.subarray(0, 32)).mpint(raw.subarray(32)).finish();
      return signatureBlob(algorithm, body);
    },
    secret: () =>
      new WireWriter(256)
        .string("ecdsa-sha2-nistp256")
        .string("nistp256")
        .string(point)
        .mpint(scalar)
        .finish(),
  };
}

const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-512", "sha512"],
  ["rsa-sha2-256", "sha256"],
  ["ssh-rsa", "sha1"],
]);

function rsaKey(random: Random): HostKey {
  const rsa = drawRsaKey(random, RSA_BITS);
  return {
    type: "ssh-rsa",
    blob: new WireWriter(512).string("ssh-rsa").mpint(rsa.exponent).mpint(rsa.modulus).finish(),
    sign: (algorithm, data) =>
      signatureBlob(algorithm, sign(RSA_HASHES.get(algorithm) ?? "sha512", data, rsa.key)),
    secret() {
      const { d, qi, p, q } = rsa.key.export({ format: "jwk" });
      const numbers = [d, qi, p, q].map((text) => Buffer.from(text ?? "", "base64url"));
      const writer = new WireWriter(2048).string("ssh-rsa").mpint(rsa.modulus).mpint(rsa.exponent);
      return numbers.reduce((out, number) => out.mpint(number), writer).finish();
    },
  };
}

/** Makes the keys; the RSA key, which takes a good part of a second, when somebody first asks for it. */
export function createHostKeys(persona: Persona): HostKeys {
  // The leading bit is cleared, so that the scalar lies below the order of the curve.
  const scalar = persona.random("ssh-host-key-ecdsa").bytes(32);
  scalar[0] = (scalar[0] as number) & 0x7f;
  const ecdsa = ecdsaKey(scalar);
  const ed25519 = ed25519Key(persona.random("ssh-host-key-ed25519").bytes(32));
  let drawn: HostKey | undefined;
  const rsa = (): HostKey => {
    drawn ??= rsaKey(persona.random("ssh-host-key-rsa"));
    return drawn;
  };
  return {
    get all() {
      return [rsa(), ecdsa, ed25519];
    },
    forAlgorithm: (algorithm) =>
      algorithm === "ssh-ed25519" ? ed25519 : algorithm.startsWith("ecdsa-") ? ecdsa : rsa(),
  };
}

/** A file below /etc/ssh. */
export interface HostKeyFile {
  readonly name: string;
  readonly mode: number;
  /** Draws the key where nobody has asked for it yet. */
  text(): string;
}

const FILE_NAMES = ["rsa", "ecdsa", "ed25519"] as const;
const ALGORITHMS = { rsa: "rsa-sha2-512", ecdsa: "ecdsa-sha2-nistp256", ed25519: "ssh-ed25519" } as const;

/** The keys as the package's installer leaves them (ssh-keygen -A). */
export function hostKeyFiles(persona: Persona): readonly HostKeyFile[] {
  const comment = `root@${persona.hostname}`;
  return FILE_NAMES.flatMap((kind) => {
    const key = (): HostKey => persona.shared(createHostKeys).forAlgorithm(ALGORITHMS[kind]);
    const check = persona.random(`ssh-host-key-check-${kind}`).below(2 ** 32);
    const name = `ssh_host_${kind}_key`;
    return [
      {
        name,
        mode: 0o600,
        text: () => formatPrivateKey({ blob: key().blob, secret: key().secret(), comment, check }),
      },
      { name: `${name}.pub`, mode: 0o644, text: () => formatPublicKey(key().type, key().blob, comment) },
    ];
  });
}
