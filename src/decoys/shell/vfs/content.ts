// What is in a file of the machine: fixed text or text made when read; and how bytes that are held are counted.
// Bounded: one read hands over 256 KiB at most.

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

/** Text made anew whenever it is looked at, with its size: a file that another hand keeps up to date. */
export function currentContent(make: () => ByteString): Content {
  return {
    get size() {
      return make().length;
    },
    slice: (offset, length) => make().slice(offset, offset + length),
  };
}

/** Reads like /dev/zero, /dev/urandom: never ends. */
export function endlessContent(make: (length: number) => ByteString): Content {
  return { size: 0, slice: (_offset, length) => make(Math.min(length, READ_BYTES)) };
}

/** Who holds bytes of a budget. */
export interface Holder {
  /** Bytes held. */
  readonly kept: number;
  /** Lets go of what is held beyond `length`. */
  shrink(length: number): void;
}

/** Kept bytes that several files share a bound of. */
export interface ByteBudget {
  /** Takes up to `wanted` and tells how much it got. */
  take(wanted: number, holder?: Holder): number;
  give(bytes: number, holder?: Holder): void;
}

/** Makes a budget of `total` bytes, itself within `parent`. */
export function createByteBudget(total: number, parent?: ByteBudget): ByteBudget {
  let left = total;
  return {
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
