// Public keys and signatures of clients: blobs to keys that can verify (RFC 4253 section 6.6, RFC 5656, RFC 8332, RFC 8709,
// OpenSSH PROTOCOL.u2f). Refuses weak and malformed keys by giving null; a certificate counts as the key in it.

import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, verify } from "node:crypto";
import { isDecnetError } from "../../contract/errors.ts";
import { concat, fromBigInt, toText, WireReader, WireWriter } from "./wire.ts";

/** `SHA256:` and the unpadded base64 of the blob's hash, as OpenSSH prints it. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Key types that a client may log in with; another name is never recorded as a type. */
const TYPES: ReadonlySet<string> = new Set([
  "ssh-rsa",
  "ssh-dss",
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
]);

/** The type that a blob names where it is one of ours (certificates included), else `unknown`. */
export function keyTypeOf(blob: Uint8Array): string {
  const type = typeText(blob);
  const plain = type.replace(/-cert-v0[01]@openssh\.com$/, "");
  return TYPES.has(type) || TYPES.has(plain) || TYPES.has(`${plain}@openssh.com`) ? type : "unknown";
}

function typeText(blob: Uint8Array): string {
  return orNull(() => toText(new WireReader(blob).string().subarray(0, 64))) ?? "";
}

/** Null in place of a malformed message or a key that the library refuses. */
function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (isDecnetError(error) || error instanceof Error) return null;
    throw error;
  }
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

const ED25519_SPKI = new Uint8Array(Buffer.from("302a300506032b6570032100", "hex"));

function ed25519(point: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concat(ED25519_SPKI, point)), format: "der", type: "spki" });
}

const CURVES: ReadonlyMap<string, { readonly crv: string; readonly bytes: number; readonly hash: string }> =
  new Map([
    ["nistp256", { crv: "P-256", bytes: 32, hash: "sha256" }],
    ["nistp384", { crv: "P-384", bytes: 48, hash: "sha384" }],
    ["nistp521", { crv: "P-521", bytes: 66, hash: "sha512" }],
  ]);

type Curve = { readonly crv: string; readonly bytes: number; readonly hash: string };

function curveOf(name: string): Curve {
  const curve = CURVES.get(name);
  if (!curve) throw new RangeError("not a curve");
  return curve;
}

function ecdsa(curve: Curve, point: Uint8Array): KeyObject {
  if (point.length !== curve.bytes * 2 + 1 || point[0] !== 4)
    throw new RangeError("not an uncompressed point");
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return createPublicKey({
    key: { kty: "EC", crv: curve.crv, x: base64url(x), y: base64url(y) },
    format: "jwk",
  });
}

/** Both halves of an ECDSA signature at full width, as the library takes them. */
function ecdsaSignature(curve: Curve, body: Uint8Array): Uint8Array {
  const reader = new WireReader(body);
  const halves = [reader.mpint(curve.bytes * 8), reader.mpint(curve.bytes * 8)].map((half) =>
    fromBigInt(half, curve.bytes),
  );
  reader.end();
  return concat(...halves);
}

const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-256", "sha256"],
  ["rsa-sha2-512", "sha512"],
  ["ssh-rsa", "sha1"],
]);

function verifyRsa(key: WireReader, algorithm: string, signature: Uint8Array, data: Uint8Array): boolean {
  const hash = RSA_HASHES.get(algorithm);
  const [e, n] = [key.string(), key.string()];
  if (!hash || n.length > 2049 || e.length > 8) return false;
  const jwk = { kty: "RSA", e: base64url(e), n: base64url(n[0] === 0 ? n.subarray(1) : n) };
  return verify(hash, data, createPublicKey({ key: jwk, format: "jwk" }), signature);
}

/** What a security key signs in place of the data: hashes, flags and a counter. */
function securityKeyData(application: Uint8Array, data: Uint8Array, tail: WireReader): Uint8Array {
  const sha = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
  return concat(sha(application), tail.raw(5), sha(data));
}

function verifyByType(type: string, key: WireReader, signature: WireReader, data: Uint8Array): boolean {
  const algorithm = toText(signature.string());
  const body = signature.string();
  if (type === "ssh-rsa") return verifyRsa(key, algorithm, body, data);
  if (algorithm !== type) return false;
  if (type === "ssh-ed25519") return verify(null, data, ed25519(key.string()), body);
  if (type === "sk-ssh-ed25519@openssh.com") {
    const point = key.string();
    return verify(null, securityKeyData(key.string(), data, signature), ed25519(point), body);
  }
  const curve = curveOf(toText(key.string()));
  const publicKey = ecdsa(curve, key.string());
  const signed = type.startsWith("sk-") ? securityKeyData(key.string(), data, signature) : data;
  const raw = ecdsaSignature(curve, body);
  return verify(curve.hash, signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, raw);
}

/** Whether `signature` (a blob) over `data` was made by the key. False for types that cannot be verified here (DSA). */
export function verifySignature(blob: Uint8Array, signature: Uint8Array, data: Uint8Array): boolean {
  const verified = orNull(() => {
    const key = new WireReader(blob);
    const type = toText(key.string());
    return TYPES.has(type) && type !== "ssh-dss" && verifyByType(type, key, new WireReader(signature), data);
  });
  return verified ?? false;
}

/** What a client signs to log in (RFC 4252 section 7): the session's id and the request up to the key. */
export function signedRequest(
  sessionId: Uint8Array,
  request: {
    readonly username: Uint8Array;
    readonly service: Uint8Array;
    readonly method: string;
    readonly algorithm: Uint8Array;
    readonly blob: Uint8Array;
    /** The server's key, where the method binds the signature to it. */
    readonly hostKey?: Uint8Array;
  },
): Uint8Array {
  const writer = new WireWriter(1024)
    .string(sessionId)
    .u8(50)
    .string(request.username)
    .string(request.service)
    .string(request.method)
    .boolean(true)
    .string(request.algorithm)
    .string(request.blob);
  if (request.hostKey) writer.string(request.hostKey);
  return writer.finish();
}
