// Comparing a few bytes within many, without a view of them.

/** Whether `known` is bytes `start` to `end` of `bytes`. Faster than a native call for as few as a header or a word has. */
export function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
