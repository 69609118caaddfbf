// Copies of small pieces of big reads, many to a page, so that what is kept of a read does not keep the read.
// Never gives a page back: the collector has it once nothing of it is kept any more.

/** Bytes of a page: what one kept piece keeps alive at most, itself aside. */
const PAGE = 8192;
/** A piece that is longer gets memory of its own. */
const LONGEST = PAGE / 4;

/** Where copies go. */
export class Pages {
  #page: Buffer = Buffer.alloc(0);
  #used = 0;

  /** A copy of bytes `start` to `end`. */
  copy(bytes: Uint8Array, start: number, end: number): Buffer {
    const length = end - start;
    if (length > LONGEST) return this.#fill(Buffer.allocUnsafeSlow(length), 0, bytes.subarray(start, end));
    if (this.#used + length > this.#page.length) {
      this.#page = Buffer.allocUnsafeSlow(PAGE);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    return this.#fill(this.#page, at, bytes.subarray(start, end));
  }

  #fill(page: Buffer, at: number, piece: Uint8Array): Buffer {
    page.set(piece, at);
    return page.subarray(at, at + piece.length);
  }
}
