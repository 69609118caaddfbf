// Attacker bytes as data: always capped, always with their encoding named.
// Nothing here interprets, prints or decodes them for use as anything but data.

import { z } from "zod";

/**
 * Bytes that somebody sent. `val` is the text when the bytes are valid UTF-8 (`enc: "utf8"`), otherwise base64.
 * `len` is how many bytes were sent; when `val` holds fewer, the rest was cut.
 */
export interface Captured {
  readonly enc: "utf8" | "base64";
  readonly val: string;
  readonly len: number;
}

/** Most bytes one captured value keeps unless a kind says otherwise. */
export const CAPTURE_BYTES = 4096;

/** Schema of {@link Captured}: `val` at most 64 KiB of text however it came in. */
export const capturedSchema = z.strictObject({
  enc: z.enum(["utf8", "base64"]),
  val: z.string().max(65_536),
  len: z.int().nonnegative(),
});

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The largest prefix of at most `max` bytes that does not end inside a UTF-8 sequence. */
function cutAtCharacter(bytes: Uint8Array, max: number): Uint8Array {
  if (bytes.length <= max) return bytes;
  let end = max;
  while (end > 0 && end > max - 4 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** Captures bytes or text, keeping at most `max` bytes (a character is never cut in half). */
export function capture(input: Uint8Array | string, max: number = CAPTURE_BYTES): Captured {
  const bytes = typeof input === "string" ? encoder.encode(input) : input;
  try {
    return { enc: "utf8", val: strict.decode(cutAtCharacter(bytes, max)), len: bytes.length };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { enc: "base64", val: Buffer.from(bytes.subarray(0, max)).toString("base64"), len: bytes.length };
  }
}

/** The kept bytes back. */
export function capturedBytes(captured: Captured): Uint8Array {
  return captured.enc === "utf8"
    ? encoder.encode(captured.val)
    : new Uint8Array(Buffer.from(captured.val, "base64"));
}

/** One printable line for a screen: control and bidirectional characters escaped, at most `max` characters. */
export function printable(input: Captured | string, max = 200): string {
  const text = typeof input === "string" ? input : input.enc === "utf8" ? input.val : `base64:${input.val}`;
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
