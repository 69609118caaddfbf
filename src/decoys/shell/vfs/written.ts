// Content that an intruder wrote: what is held of it, and what is only counted. Zeros at its end are not held.
// Never holds more than its budget allows: beyond the place where that ended, it reads as zeros.

import type { ByteString } from "../shell.ts";
import type { ByteBudget, Content, Holder } from "./content.ts";

/** Zeros at the end of a file that are still worth to be captured with it. */
const TELLING_ZEROS = 1 << 20;

/** The bytes without the zeros at their end. */
function solid(bytes: ByteString): ByteString {
  let end = bytes.length;
  while (end > 0 && bytes.charCodeAt(end - 1) === 0) end--;
  return bytes.slice(0, end);
}

/** The same bytes in memory of their own: a slice would hold on to the whole. */
const detached = (bytes: ByteString): ByteString => Buffer.from(bytes, "latin1").toString("latin1");

/** Content that can be written. `kept` bytes are held; `size` may be larger. */
export class WrittenContent implements Content, Holder {
  #text: ByteString;
  #size: number;
  /** True once bytes were let go: what is held is a beginning, and grows no more. */
  #cut: boolean;
  readonly #budget: ByteBudget;

  constructor(budget: ByteBudget, initial: ByteString = "", size = initial.length) {
    this.#budget = budget;
    this.#size = size;
    this.#text = "";
    this.#text = initial.slice(0, budget.take(initial.length, this));
    this.#cut = this.#text.length < initial.length;
  }

  get size(): number {
    return this.#size;
  }

  get kept(): number {
    return this.#text.length;
  }

  /** How many bytes from its beginning are worth to be captured. */
  get telling(): number {
    return this.#cut ? this.kept : Math.min(this.#size, this.kept + TELLING_ZEROS);
  }

  slice(offset: number, length: number): ByteString {
    const wanted = Math.max(0, Math.min(length, this.#size - offset));
    const held = this.#text.slice(offset, offset + wanted);
    return held.length === wanted ? held : held + "\0".repeat(wanted - held.length);
  }

  /** Writes at `offset`; a gap before it is zeros. */
  write(offset: number, bytes: ByteString): void {
    const end = offset + bytes.length;
    this.#size = Math.max(this.#size, end);
    if (end < this.#text.length) this.#hold(offset, bytes);
    else if (this.#text.length > offset) {
      const rest = solid(bytes);
      this.#release(offset + rest.length);
      this.#hold(offset, rest);
    } else this.#hold(offset, solid(bytes));
  }

  /** Holds bytes at `offset`, as many as there is room for. */
  #hold(offset: number, bytes: ByteString): void {
    if (bytes === "") return;
    const end = offset + bytes.length;
    const before = this.#text.length;
    const grows = this.#cut ? 0 : Math.max(0, end - before);
    const got = grows > 0 ? this.#budget.take(grows, this) : 0;
    if (got < grows) this.#cut = true;
    const room = before + got;
    if (offset < room) {
      const gap = "\0".repeat(Math.max(0, offset - before));
      this.#text = this.#text.slice(0, offset) + gap + bytes.slice(0, room - offset) + this.#text.slice(end);
    }
    const unused = room - this.#text.length;
    if (unused > 0) this.#budget.give(unused, this);
  }

  /** Lets go of what is held beyond `length`, which then reads as zeros. */
  #release(length: number): void {
    const freed = this.#text.length - length;
    if (freed <= 0) return;
    this.#text = detached(this.#text.slice(0, length));
    this.#budget.give(freed, this);
  }

  shrink(length: number): void {
    if (length < this.#text.length) this.#cut = true;
    this.#release(length);
  }

  truncate(size: number): void {
    this.#release(size);
    if (size <= this.#text.length) this.#cut = false;
    this.#size = size;
  }
}
