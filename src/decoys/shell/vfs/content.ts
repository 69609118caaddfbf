// What is in a file: fixed text, text made when read, a generated program, or what an intruder wrote.
// Never holds more of an intruder's bytes than its budget allows: the rest is counted and reads as zeros.

import type { ByteString } from "../shell.ts";

/** Bytes of a file. */
export interface Content {
  /** As stat tells. */
  readonly size: number;
  /** At most `length` bytes from `offset`. */
  slice(offset: number, length: number): ByteString;
}

/** Most bytes that one read hands over. */
export const READ_BYTES = 256 * 1024;

/** Fixed bytes. */
export function textContent(text: ByteString): Content {
  return { size: text.length, slice: (offset, length) => text.slice(offset, offset + length) };
}

/** Text made anew at each read, with the size 0 that files of /proc show. */
export function liveContent(make: () => ByteString): Content {
  return { size: 0, slice: (offset, length) => make().slice(offset, offset + length) };
}

/** Reads like /dev/zero, /dev/urandom: never ends. */
export function endlessContent(make: (length: number) => ByteString): Content {
  return { size: 0, slice: (_offset, length) => make(Math.min(length, READ_BYTES)) };
}

/** Kept bytes that several files share a bound of. */
export interface ByteBudget {
  /** Takes up to `wanted` and tells how much it got. */
  take(wanted: number): number;
  give(bytes: number): void;
}

/** Makes a budget of `total` bytes, itself within `parent`. */
export function createByteBudget(total: number, parent?: ByteBudget): ByteBudget & { readonly left: number } {
  let left = total;
  return {
    get left() {
      return left;
    },
    take(wanted) {
      const mine = Math.min(wanted, left);
      const got = parent ? parent.take(mine) : mine;
      left -= got;
      return got;
    },
    give(bytes) {
      left += bytes;
      parent?.give(bytes);
    },
  };
}

/** Content that can be written. `kept` bytes are held; `size` may be larger. */
export class WrittenContent implements Content {
  #text: ByteString;
  #size: number;
  readonly #budget: ByteBudget;

  constructor(budget: ByteBudget, initial: ByteString = "", size = initial.length) {
    this.#budget = budget;
    this.#text = initial.slice(0, budget.take(initial.length));
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** How many bytes are really held. */
  get kept(): number {
    return this.#text.length;
  }

  slice(offset: number, length: number): ByteString {
    const wanted = Math.max(0, Math.min(length, this.#size - offset));
    const held = this.#text.slice(offset, offset + wanted);
    return held.length === wanted ? held : held + "\0".repeat(wanted - held.length);
  }

  /** Writes at `offset`; a gap before it is zeros. */
  write(offset: number, bytes: ByteString): void {
    const end = offset + bytes.length;
    const grows = Math.max(0, end - this.#text.length);
    // Bytes that can't be held are cut from the end: what comes first of a file tells most.
    const room = this.#text.length + this.#budget.take(grows);
    if (offset < room) {
      const gap = offset > this.#text.length ? "\0".repeat(offset - this.#text.length) : "";
      const before = gap === "" ? this.#text.slice(0, offset) : this.#text + gap;
      this.#text = before + bytes.slice(0, room - offset) + this.#text.slice(end);
    }
    const unused = room - this.#text.length;
    if (unused > 0) this.#budget.give(unused);
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    if (size < this.#text.length) {
      this.#budget.give(this.#text.length - size);
      this.#text = this.#text.slice(0, size);
    }
    this.#size = size;
  }
}
