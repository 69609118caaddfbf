// Frames of the bus, version 1: `VERB[ SP ARGS] LF`, a 4-byte big-endian length, the body.
// Does no I/O and never looks into a body.

import { DecnetError } from "../contract/errors.ts";
import { HeaderMemo, type Verb, wireError } from "./wire-header.ts";

/** Longest header with its LF. */
export const MAX_HEADER = 4096;
/** Longest body. */
export const MAX_BODY = 1_048_576;
/** What HELLO is answered with. */
export const PROTOCOL = "decnet 1";

/**
 * A frame where it lies: bytes `start` to `end` of `buffer`, its body from `body` on.
 * The object is used again for the next frame; `buffer` is not written to again by the parser.
 */
export interface Frame {
  readonly verb: Verb;
  readonly args: string;
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** The bytes of a frame's body, shared with the buffer that it came in. */
export function bodyOf(frame: Frame): Uint8Array {
  return frame.buffer.subarray(frame.body, frame.end);
}

const EMPTY = new Uint8Array(0);

/** A header with its LF. Throws DecnetError `too_large` beyond its limit; `args` must be ASCII without LF. */
export function encodeHeader(verb: Verb, args = ""): Uint8Array {
  const header = args === "" ? `${verb}\n` : `${verb} ${args}\n`;
  if (header.length > MAX_HEADER) throw new DecnetError("too_large", "bus header is too long");
  return Buffer.from(header, "latin1");
}

/** Throws DecnetError `too_large` for a body beyond its limit. */
export function checkBody(body: Uint8Array): void {
  if (body.length > MAX_BODY) throw new DecnetError("too_large", "bus event is too large");
}

/** Puts the four bytes of a body's length at `at`. */
export function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}

/** One frame as bytes. Throws DecnetError `too_large` beyond a limit; `args` must be ASCII without LF. */
export function encodeFrame(verb: Verb, args = "", body: Uint8Array = EMPTY): Uint8Array {
  const header = encodeHeader(verb, args);
  checkBody(body);
  const bytes = Buffer.allocUnsafe(header.length + 4 + body.length);
  bytes.set(header, 0);
  writeLength(bytes, header.length, body.length);
  bytes.set(body, header.length + 4);
  return bytes;
}

/** Length of the frame that begins at `start`. The bytes must hold a whole header and length. */
export function frameLength(bytes: Uint8Array, start: number): number {
  const lf = bytes.indexOf(LF, start);
  return lf + 5 - start + readLength(bytes, lf + 1);
}

const LF = 10;
/** LF in each byte of a word, and what finds the first zero byte of one. */
const LF_WORD = 0x0a0a0a0a;
const LOWEST = 0x01010101;
// A 32-bit integer, as the words are: with a number beyond them the engine would count in doubles.
const HIGHEST = 0x80808080 | 0;
const FIRST_CARRY = 512;

function hasLf(word: number): boolean {
  const zeroAtLf = word ^ LF_WORD;
  return ((zeroAtLf - LOWEST) & ~zeroAtLf & HIGHEST) !== 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Bytes that are looked at in a copy: to ask a small read for its `buffer` costs more than all else done with it. */
const SMALL = 1024;

function readLength(bytes: Uint8Array, at: number): number {
  const low = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return (bytes[at] ?? 0) * 0x1000000 + low;
}

/**
 * Takes bytes however they are cut and calls `onFrame` for each whole frame, in order.
 * Throws what {@link wireError} makes; after that it must not be fed again. Holds at most one unfinished frame.
 */
export class FrameParser {
  readonly #onFrame: (frame: Frame) => void;
  readonly #headers = new HeaderMemo();
  readonly #frame = { verb: "BYE" as Verb, args: "", buffer: EMPTY as Uint8Array, start: 0, body: 0, end: 0 };
  #carry: Buffer = Buffer.alloc(0);
  #small: Buffer = Buffer.alloc(0);
  #smallView = viewOf(this.#small);
  #held = 0;
  /** Whole length of the frame in the carry; 0 while its length is not known. */
  #need = 0;
  /** Where the header that {@link #frameEnd} found ends, and a hash of it. */
  #lf = 0;
  #hash = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of an unfinished frame that it holds. */
  get held(): number {
    return this.#held;
  }

  /** Memory taken for an unfinished frame, in bytes. */
  get capacity(): number {
    return this.#carry.length;
  }

  /** Takes the next bytes. They belong to the parser's frames from now on. */
  feed(chunk: Uint8Array): void {
    // As it is where it can be: the frames' buffer is then the chunk, and a small chunk stays a cheap one.
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#held > 0 ? this.#completeHeld(bytes) : 0;
    const view = this.#viewOf(bytes);
    while (at < bytes.length) {
      const end = this.#frameEnd(view, at, bytes.length);
      if (end === 0 || end > bytes.length) break;
      this.#emit(bytes, view, at, end);
      at = end;
    }
    if (at < bytes.length) this.#hold(bytes, at, bytes.length);
  }

  /** To be called at the end of the stream. Throws `truncated` within a frame. */
  end(): void {
    if (this.#held > 0) throw wireError("truncated", "stream ended within a frame");
  }

  /** Feeds the held frame until it is whole; returns how much of `bytes` that took. */
  #completeHeld(bytes: Buffer): number {
    let at = 0;
    if (this.#need === 0) {
      at = this.#holdHeader(bytes);
      this.#need = this.#frameEnd(viewOf(this.#carry), 0, this.#held);
      if (this.#need === 0) return at;
    }
    const take = Math.min(this.#need - this.#held, bytes.length - at);
    this.#hold(bytes, at, at + take);
    if (this.#held < this.#need) return at + take;
    const whole = this.#carry;
    const end = this.#need;
    this.#carry = Buffer.alloc(0);
    this.#held = 0;
    this.#need = 0;
    const view = viewOf(whole);
    this.#frameEnd(view, 0, end);
    this.#emit(whole, view, 0, end);
    return at + take;
  }

  /** Holds as much of `bytes` as a header and its length can still take, no byte of what follows. */
  #holdHeader(bytes: Buffer): number {
    const known = this.#carry.subarray(0, this.#held).indexOf(LF);
    let end = Math.min(bytes.length, MAX_HEADER - this.#held);
    if (known >= 0) end = Math.min(bytes.length, Math.max(0, known + 5 - this.#held));
    else {
      const lf = bytes.indexOf(LF);
      if (lf >= 0 && lf < end) end = Math.min(bytes.length, lf + 5);
    }
    this.#hold(bytes, 0, end);
    return end;
  }

  /** Where the frame at `start` ends, or 0 while its header or length is not whole. Throws beyond a limit. */
  #frameEnd(view: DataView, start: number, limit: number): number {
    const last = Math.min(limit, start + MAX_HEADER);
    let lf = start;
    let hash = 0;
    // A word at a time up to the one with the LF, then its bytes.
    for (; lf + 4 <= last; lf += 4) {
      const word = view.getInt32(lf);
      if (hasLf(word)) break;
      hash = (Math.imul(hash, 31) + word) | 0;
    }
    for (; lf < last; lf++) {
      const byte = view.getUint8(lf);
      if (byte === LF) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (lf === last) {
      if (limit - start >= MAX_HEADER) throw wireError("header_too_long", "header is too long");
      return 0;
    }
    this.#lf = lf;
    this.#hash = hash;
    if (lf + 5 > limit) return 0;
    const length = view.getUint32(lf + 1);
    if (length > MAX_BODY) throw wireError("body_too_long", "body is too long");
    return lf + 5 + length;
  }

  /** What to look at `bytes` with until the next call. */
  #viewOf(bytes: Buffer): DataView {
    if (bytes.length > SMALL) return viewOf(bytes);
    if (this.#small.length === 0) {
      this.#small = Buffer.allocUnsafeSlow(SMALL);
      this.#smallView = viewOf(this.#small);
    }
    bytes.copy(this.#small);
    return this.#smallView;
  }

  /** Hands over the frame that {@link #frameEnd} has just looked at. */
  #emit(buffer: Buffer, view: DataView, start: number, end: number): void {
    const lf = this.#lf;
    const header = this.#headers.of(view, start, lf, this.#hash);
    const frame = this.#frame;
    frame.verb = header.verb;
    frame.args = header.args;
    frame.buffer = buffer;
    frame.start = start;
    frame.body = lf + 5;
    frame.end = end;
    this.#onFrame(frame);
  }

  /** Copies bytes into the carry, which grows with what has come, not with what was announced. */
  #hold(bytes: Buffer, start: number, end: number): void {
    const held = this.#held + end - start;
    if (held > this.#carry.length) {
      const limit = this.#need > 0 ? this.#need : MAX_HEADER + 4;
      const size = Math.max(held, Math.min(limit, Math.max(FIRST_CARRY, this.#carry.length * 2)));
      const grown = Buffer.allocUnsafeSlow(size);
      grown.set(this.#carry.subarray(0, this.#held));
      this.#carry = grown;
    }
    this.#carry.set(bytes.subarray(start, end), this.#held);
    this.#held = held;
  }
}
