// Short texts that were seen before, known by their bytes: most keys and words of events come again and again.
// Bounded: one text in each place, a newer one takes it.

import { isSame } from "./same-bytes.ts";

/** Places (a power of two), and the longest text that has one. */
const PLACES = 512;
const LONGEST = 24;

interface Known {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Turns UTF-8 into text; what is no UTF-8 becomes U+FFFD. */
export class TextMemo {
  readonly #places: (Known | undefined)[] = new Array(PLACES).fill(undefined);

  /** The text of bytes `start` to `end`. */
  of(bytes: Buffer, start: number, end: number): string {
    if (end - start > LONGEST) return bytes.toString("utf8", start, end);
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const place = hash & (PLACES - 1);
    const known = this.#places[place];
    if (known && isSame(known.bytes, bytes, start, end)) return known.text;
    const text = bytes.toString("utf8", start, end);
    this.#places[place] = { bytes: new Uint8Array(bytes.subarray(start, end)), text };
    return text;
  }
}
