// Byte classes and byte strings (one character per byte) of HTTP/1. Knows nothing of messages.

/** A-Z and a-z. */
export function isAlpha(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

/** 0-9. */
export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Value of a hex digit, or -1. */
export function hexValue(byte: number): number {
  if (isDigit(byte)) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Bytes of a byte string. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** The byte string of bytes. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
