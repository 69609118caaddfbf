// The bytes of one big read, given back as soon as nobody sends from them and not only when the collector comes by.
// Frees nothing that it was not told is unused: each user retains before and releases once after.

/** Smaller reads are left to the collector: counting their users would cost more than they hold. */
const SMALLEST = 16 * 1024;

/** A read and the count of those who use it. Made with one user, its reader. */
export class Slab {
  readonly #bytes: Uint8Array;
  #users = 1;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A slab for a read that is worth one and has its memory to itself; undefined for any other. */
  static of(bytes: Uint8Array): Slab | undefined {
    if (bytes.length < SMALLEST) return undefined;
    const { buffer } = bytes;
    const owned = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
    return owned ? new Slab(bytes) : undefined;
  }

  retain(): void {
    this.#users++;
  }

  /** The last one frees the memory: every view of it has length 0 from then on. */
  release(): void {
    if (--this.#users === 0) (this.#bytes.buffer as ArrayBuffer).transfer(0);
  }
}
