// Byte strings: JavaScript strings whose every character is one byte. What the shell computes with.
// Never decodes: UTF-8 goes through as the bytes it is made of.

import type { ByteString } from "./shell.ts";

/** Bytes as a byte string. */
export function toByteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** A byte string as bytes. */
export function fromByteString(text: ByteString): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** Ordinary text (of a persona, say) as the byte string of its UTF-8. */
export function utf8ByteString(text: string): ByteString {
  return Buffer.from(text, "utf8").toString("latin1");
}
