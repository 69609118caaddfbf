// Request bodies off the wire, by length or in chunks, as nginx 1.22 delimits them. Pure and incremental.
// Keeps nothing: decoded bytes go to the caller's sink.

import { hexValue } from "./characters.ts";

/** How the body is delimited. */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" };

/** Where a body stands. */
export type BodyState = "more" | "done" | "bad";

type ChunkState =
  | "start"
  | "size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailer-start"
  | "trailer"
  | "end-lf";

/** Largest chunk size accepted, bytes. */
const MAX_CHUNK = 2 ** 50;

/** Decodes one body. */
export class BodyDecoder {
  #state: BodyState;
  readonly #chunked: boolean;
  #left: number;
  #chunk: ChunkState = "start";

  constructor(framing: BodyFraming) {
    this.#chunked = framing.kind === "chunked";
    this.#left = framing.kind === "length" ? framing.length : 0;
    this.#state = framing.kind === "none" ? "done" : "more";
  }

  get state(): BodyState {
    return this.#state;
  }

  /** Feeds bytes; returns how many belonged to the body's framing. Decoded bytes go to `sink`. */
  feed(bytes: Uint8Array, sink: (part: Uint8Array) => void): number {
    if (!this.#chunked) return this.#feedLength(bytes, sink);
    let at = 0;
    while (at < bytes.length && this.#state === "more") {
      if (this.#chunk !== "data") {
        this.#chunkByte(bytes[at] as number);
        at++;
        continue;
      }
      const part = bytes.subarray(at, at + this.#left);
      sink(part);
      at += part.length;
      this.#left -= part.length;
      if (this.#left === 0) this.#chunk = "data-cr";
    }
    return at;
  }

  #feedLength(bytes: Uint8Array, sink: (part: Uint8Array) => void): number {
    if (this.#state !== "more") return 0;
    const part = bytes.subarray(0, this.#left);
    if (part.length > 0) sink(part);
    this.#left -= part.length;
    if (this.#left === 0) this.#state = "done";
    return part.length;
  }

  #chunkByte(byte: number): void {
    const next = this.#nextChunkState(byte);
    if (next === "done" || next === "bad") this.#state = next;
    else this.#chunk = next;
  }

  #nextChunkState(byte: number): ChunkState | "done" | "bad" {
    const lf = byte === 10;
    switch (this.#chunk) {
      case "start":
      case "size":
        return this.#sizeByte(byte);
      case "extension":
        if (lf) return this.#afterSize();
        return byte === 13 ? "size-lf" : "extension";
      case "size-lf":
        return lf ? this.#afterSize() : "bad";
      case "data-cr":
        if (lf) return "start";
        return byte === 13 ? "data-lf" : "bad";
      case "data-lf":
        return lf ? "start" : "bad";
      case "trailer-start":
        if (lf) return "done";
        return byte === 13 ? "end-lf" : "trailer";
      case "trailer":
        return lf ? "trailer-start" : "trailer";
      case "end-lf":
        return lf ? "done" : "bad";
      case "data":
        return "bad";
    }
  }

  #sizeByte(byte: number): ChunkState | "bad" {
    const digit = hexValue(byte);
    if (digit >= 0) {
      if (this.#left > MAX_CHUNK) return "bad";
      this.#left = this.#left * 16 + digit;
      return "size";
    }
    if (this.#chunk === "start") return "bad";
    if (byte === 13) return "size-lf";
    if (byte === 10) return this.#afterSize();
    return byte === 59 || byte === 32 || byte === 9 ? "extension" : "bad";
  }

  #afterSize(): ChunkState {
    return this.#left === 0 ? "trailer-start" : "data";
  }
}
