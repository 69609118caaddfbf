// Memory for many small pieces, one behind the other in a page, so that no piece needs an allocation of its own.
// Never gives a page back: the collector has it once nothing of it is kept any more.

/** Bytes of a page: what one kept piece keeps alive at most, itself aside. */
const PAGE = 8192;
/** A piece that is longer gets memory of its own. */
const LONGEST = PAGE / 4;

/** Where pieces go. */
export class Pages {
  #shared: Buffer = Buffer.alloc(0);
  #used = 0;
  #page: Buffer = this.#shared;

  /** What the room that {@link reserve} gave last is in. */
  get page(): Buffer {
    return this.#page;
  }

  /** Room for `length` bytes; where it begins in {@link page}. */
  reserve(length: number): number {
    if (length > LONGEST) {
      this.#page = Buffer.allocUnsafeSlow(length);
      return 0;
    }
    if (this.#used + length > this.#shared.length) {
      this.#shared = Buffer.allocUnsafeSlow(PAGE);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += length;
    this.#page = this.#shared;
    return at;
  }

  /** A copy of bytes `start` to `end`, which keeps nothing of what they lie in. */
  copy(bytes: Uint8Array, start: number, end: number): Buffer {
    const at = this.reserve(end - start);
    this.#page.set(bytes.subarray(start, end), at);
    return this.#page.subarray(at, at + end - start);
  }
}
