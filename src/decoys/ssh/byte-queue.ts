// Bytes waiting to be read, in blocks: many small pieces take no more memory than their bytes.

const BLOCK = 4096;

/** A first-in first-out queue of bytes. */
export class ByteQueue {
  readonly #blocks: Uint8Array[] = [];
  #tail = new Uint8Array(0);
  #used = 0;

  get empty(): boolean {
    return this.#blocks.length === 0 && this.#used === 0;
  }

  /** Adds bytes; small ones are copied into a shared block. */
  push(bytes: Uint8Array): void {
    if (bytes.length >= BLOCK) {
      this.#seal();
      this.#blocks.push(bytes);
      return;
    }
    if (this.#used + bytes.length > this.#tail.length) this.#grow(bytes.length);
    this.#tail.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Room for more: twice as much as before, or a new block once this one is full. */
  #grow(more: number): void {
    if (this.#used + more > BLOCK) this.#seal();
    const grown = new Uint8Array(Math.min(BLOCK, Math.max(64, 2 * (this.#used + more))));
    grown.set(this.#tail.subarray(0, this.#used));
    this.#tail = grown;
  }

  #seal(): void {
    if (this.#used > 0) this.#blocks.push(this.#tail.subarray(0, this.#used));
    this.#tail = new Uint8Array(0);
    this.#used = 0;
  }

  /** The oldest bytes, or undefined when there are none. */
  shift(): Uint8Array | undefined {
    if (this.#blocks.length === 0) this.#seal();
    return this.#blocks.shift();
  }

  clear(): void {
    this.#blocks.length = 0;
    this.#tail = new Uint8Array(0);
    this.#used = 0;
  }
}
