// Proofs of a password against a salt, for both plugins, and the salt itself.
// Sources: MySQL 8.0 source documentation, "Native Authentication" and "Caching SHA2".

import { createHash, timingSafeEqual } from "node:crypto";
import type { Random } from "../../contract/random.ts";

/** The plugins that accounts use. */
export type Plugin = "caching_sha2_password" | "mysql_native_password";

const hash = (algorithm: "sha1" | "sha256", ...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash(algorithm)).digest();

/** Bytes xored with a repeated key. */
export function xor(data: Uint8Array, key: Uint8Array): Buffer {
  return Buffer.from(data.map((byte, index) => byte ^ (key[index % key.length] ?? 0)));
}

/** What a client that knows the password answers to a salt of 20 bytes. Empty for an empty password. */
export function scramble(plugin: Plugin, password: string, salt: Uint8Array): Buffer {
  if (password === "") return Buffer.alloc(0);
  const secret = Buffer.from(password);
  if (plugin === "mysql_native_password") {
    const once = hash("sha1", secret);
    return xor(once, hash("sha1", salt, hash("sha1", once)));
  }
  const once = hash("sha256", secret);
  return xor(once, hash("sha256", hash("sha256", once), salt));
}

/** Whether an answer proves the password. */
export function proves(plugin: Plugin, password: string, salt: Uint8Array, answer: Uint8Array): boolean {
  const expected = scramble(plugin, password, salt);
  return expected.length > 0 && expected.length === answer.length && timingSafeEqual(expected, answer);
}

/** 20 random bytes of 7 bits, none of them NUL or `$`, as the server makes them. */
export function createSalt(random: Random): Buffer {
  return Buffer.from(
    random.bytes(20).map((byte) => {
      const low = byte & 0x7f;
      return low === 0 || low === 0x24 ? low + 1 : low;
    }),
  );
}
