// A key pair as ssh-keygen writes it to disk, without a passphrase (PROTOCOL.key of OpenSSH).
// For host keys, which an intruder who became root reads; they are as secret as the persona's seed.

import { concat, toBytes, WireWriter } from "./wire.ts";

const LINE_CHARS = 70;
const BLOCK_BYTES = 8;
const MAGIC = "openssh-key-v1\0";

/** What goes into the file. */
export interface KeyFile {
  /** The public key as SSH encodes it. */
  readonly blob: Uint8Array;
  /** Type and numbers of the private key as the agent protocol encodes them. */
  readonly secret: Uint8Array;
  readonly comment: string;
  /** A number that stands there twice, so that a wrong passphrase is noticed. */
  readonly check: number;
}

/** The text of `ssh_host_…_key`. */
export function formatPrivateKey({ blob, secret, comment, check }: KeyFile): string {
  const open = new WireWriter(4096).u32(check).u32(check).raw(secret).string(comment).finish();
  const padding = Uint8Array.from({ length: -open.length & (BLOCK_BYTES - 1) }, (_, i) => i + 1);
  const all = new WireWriter(8192)
    .raw(toBytes(MAGIC))
    .string("none")
    .string("none")
    .string("")
    .u32(1)
    .string(blob)
    .string(concat(open, padding))
    .finish();
  const lines =
    Buffer.from(all)
      .toString("base64")
      .match(new RegExp(`.{1,${LINE_CHARS}}`, "g")) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** The line of `ssh_host_…_key.pub`. */
export function formatPublicKey(type: string, blob: Uint8Array, comment: string): string {
  return `${type} ${Buffer.from(blob).toString("base64")} ${comment}\n`;
}
