// NTLM over HTTP from the server's side: the challenge, and what a client's proof of its password says. MS-NLMP.
// Pure: keeps no state, never throws for what a client sends, and every length is checked.

import { createHash, createHmac } from "node:crypto";

const SIGNATURE = "NTLMSSP\0";
const MAX_TOKEN = 8192;
/** Unicode, target name and info, NTLM, domain, extended security, version, 128 bits, 56 bits, key exchange, signing. */
const FLAGS = 0xe289_8215;
/** Ticks of 100 ns between 1601 and 1970. */
const EPOCH = 116_444_736_000_000_000n;

/** What a machine says of itself in a challenge. */
export interface NtlmTarget {
  readonly netbiosDomain: string;
  readonly netbiosName: string;
  readonly dnsDomain: string;
  readonly dnsName: string;
  /** Build of Windows, such as 20348. */
  readonly build: number;
}

/** A client's proof. Texts are what it sent, in UTF-16LE bytes. */
export interface NtlmProof {
  readonly user: Uint8Array;
  readonly domain: Uint8Array;
  readonly response: Uint8Array;
}

/** A message of a client. */
export type NtlmMessage =
  | { readonly kind: "negotiate" }
  | { readonly kind: "authenticate"; readonly proof: NtlmProof };

/** Reads the token of an Authorization header; undefined when it is no NTLM. */
export function parseNtlm(token: string): NtlmMessage | undefined {
  if (token.length > MAX_TOKEN || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, "base64");
  if (bytes.length < 12 || bytes.toString("latin1", 0, 8) !== SIGNATURE) return undefined;
  const type = bytes.readUInt32LE(8);
  if (type === 1) return { kind: "negotiate" };
  if (type !== 3 || bytes.length < 52) return undefined;
  const field = (at: number): Uint8Array => {
    const [length, offset] = [bytes.readUInt16LE(at), bytes.readUInt32LE(at + 4)];
    return offset + length > bytes.length
      ? new Uint8Array(0)
      : Uint8Array.from(bytes.subarray(offset, offset + length));
  };
  return { kind: "authenticate", proof: { response: field(20), domain: field(28), user: field(36) } };
}

function pair(id: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** The challenge message for eight random bytes, in base64. */
export function formatChallenge(target: NtlmTarget, challenge: Uint8Array, nowMs: number): string {
  const text = (value: string): Buffer => Buffer.from(value, "utf16le");
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(BigInt(Math.floor(nowMs)) * 10_000n + EPOCH);
  const info = Buffer.concat([
    pair(2, text(target.netbiosDomain)),
    pair(1, text(target.netbiosName)),
    pair(4, text(target.dnsDomain)),
    pair(3, text(target.dnsName)),
    pair(5, text(target.dnsDomain)),
    pair(7, time),
    pair(0, new Uint8Array(0)),
  ]);
  const name = text(target.netbiosDomain);
  const head = Buffer.alloc(56);
  head.write(SIGNATURE, 0, "latin1");
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(name.length, 12);
  head.writeUInt16LE(name.length, 14);
  head.writeUInt32LE(56, 16);
  head.writeUInt32LE(FLAGS, 20);
  head.set(challenge.subarray(0, 8), 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56 + name.length, 44);
  // Version: 10.0, the build, revision 15 of NTLMSSP.
  head.set([10, 0], 48);
  head.writeUInt16LE(target.build, 50);
  head[55] = 15;
  return Buffer.concat([head, name, info]).toString("base64");
}

const hmacMd5 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
  createHmac("md5", key).update(Buffer.concat(parts)).digest();

/** Whether a proof (NTLMv2) was made with this password for that challenge. */
export function provesPassword(proof: NtlmProof, challenge: Uint8Array, password: string): boolean {
  const { response, user, domain } = proof;
  if (response.length < 44) return false;
  const hash = createHash("md4").update(Buffer.from(password, "utf16le")).digest();
  const name = Buffer.from(Buffer.from(user).toString("utf16le").toUpperCase(), "utf16le");
  const key = hmacMd5(hash, name, domain);
  const blob = response.subarray(16);
  return hmacMd5(key, challenge, blob).equals(response.subarray(0, 16));
}

/** UTF-16LE bytes as UTF-8 text. */
export function fromUtf16(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString("utf16le");
}
