// Frames of the collector's door: a 4-byte big-endian length and one MessagePack array.
// Pure bytes; refuses a frame above the bound before holding any of it.

import { DecnetError } from "../../contract/errors.ts";

/** Version that greetings carry. */
export const DOOR_VERSION = 1;
/** Most bytes of one frame's body. */
export const MAX_FRAME_BYTES = 1024 * 1024;
const PREFIX_BYTES = 4;

/** A body with its length before it. */
export function toFrame(body: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + body.length);
  frame.writeUInt32BE(body.length);
  frame.set(body, PREFIX_BYTES);
  return frame;
}

/** Cuts a stream into frames, whatever the chunks. Holds at most one frame. */
export class FrameReader {
  readonly #prefix = Buffer.alloc(PREFIX_BYTES);
  #prefixFilled = 0;
  #body: Buffer | null = null;
  #bodyFilled = 0;

  /** True within a frame: an end of stream now is a broken one. */
  get partial(): boolean {
    return this.#prefixFilled > 0;
  }

  /** Takes the next bytes and returns the bodies completed by them. Throws DecnetError `protocol` on a bad length. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; ) {
      at += this.#body
        ? this.#fillBody(this.#body, chunk.subarray(at))
        : this.#fillPrefix(chunk.subarray(at));
      if (!this.#body || this.#bodyFilled < this.#body.length) continue;
      bodies.push(this.#body);
      this.#body = null;
      this.#prefixFilled = 0;
    }
    return bodies;
  }

  #fillPrefix(bytes: Uint8Array): number {
    const take = Math.min(PREFIX_BYTES - this.#prefixFilled, bytes.length);
    this.#prefix.set(bytes.subarray(0, take), this.#prefixFilled);
    this.#prefixFilled += take;
    if (this.#prefixFilled < PREFIX_BYTES) return take;
    const length = this.#prefix.readUInt32BE();
    if (length === 0 || length > MAX_FRAME_BYTES)
      throw new DecnetError("protocol", "frame length out of bounds");
    this.#body = Buffer.allocUnsafe(length);
    this.#bodyFilled = 0;
    return take;
  }

  #fillBody(body: Buffer, bytes: Uint8Array): number {
    const take = Math.min(body.length - this.#bodyFilled, bytes.length);
    body.set(bytes.subarray(0, take), this.#bodyFilled);
    this.#bodyFilled += take;
    return take;
  }
}
