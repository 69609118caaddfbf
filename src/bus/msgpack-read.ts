// Reads a MessagePack map in one pass and believes no claim: what a container or a text says it holds must be there.
// Extensions are rare on the bus and left to the library. Format: the MessagePack specification
// (github.com/msgpack/msgpack/blob/master/spec.md).

import { Decoder } from "@msgpack/msgpack";
import { TextMemo } from "./text-memo.ts";

/** Deepest nesting of maps and arrays. */
export const MAX_DEPTH = 32;

/** What is no value: the bytes are malformed, end too early, or nest too deep. */
const BAD = Symbol("malformed");

/** Bytes that hold the length after the heads of a kind (binary, extension, text), in the heads' order. */
const SIZES = [1, 2, 4] as const;

/**
 * A reader that is used again for each body. It allocates in proportion to the bytes and not to their claims: a container
 * of more values than bytes are left is refused at its head.
 */
export class MapReader {
  readonly #texts = new TextMemo();
  readonly #library = new Decoder();
  readonly #wide = new DataView(new ArrayBuffer(8));
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #hasExtension = false;

  /**
   * The map that `body` is, from its first byte to its last; undefined for anything else. Texts, numbers, lists and maps
   * are made anew and hold nothing of `body`. Keys are text or numbers and not `__proto__`; a 64-bit integer is a number.
   */
  read(body: Uint8Array): Record<string, unknown> | undefined {
    this.#bytes = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#at = 0;
    this.#end = body.length;
    this.#hasExtension = false;
    if (!isMapHead(body[0] ?? 0)) return undefined;
    const map = this.#value(1);
    if (map === BAD || this.#at !== this.#end) return undefined;
    return this.#hasExtension ? this.#byLibrary(body) : (map as Record<string, unknown>);
  }

  #byLibrary(body: Uint8Array): Record<string, unknown> | undefined {
    try {
      // A copy: the library's values may be views of what it was given.
      return this.#library.decode(new Uint8Array(body)) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  /** The value at the cursor, which moves past it. */
  #value(depth: number): unknown {
    if (this.#at >= this.#end) return BAD;
    const head = this.#bytes[this.#at++] as number;
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#list(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    return this.#sized(head, depth);
  }

  /** Heads 0xc0 to 0xdf. */
  #sized(head: number, depth: number): unknown {
    if (head === 0xc0) return null;
    if (head === 0xc2) return false;
    if (head === 0xc3) return true;
    if (head < 0xc4) return BAD;
    if (head < 0xc7) return this.#binary(this.#unsigned(SIZES[head - 0xc4] as number));
    if (head < 0xca) return this.#extension(this.#unsigned(SIZES[head - 0xc7] as number));
    if (head < 0xcc) return this.#float(head === 0xca ? 4 : 8);
    if (head < 0xd0) return this.#integer(this.#unsigned(1 << (head - 0xcc)));
    if (head < 0xd4) return this.#signed(1 << (head - 0xd0));
    if (head < 0xd9) return this.#extension(1 << (head - 0xd4));
    if (head < 0xdc) return this.#text(this.#unsigned(SIZES[head - 0xd9] as number));
    if (head < 0xde) return this.#list(this.#unsigned(head === 0xdc ? 2 : 4), depth);
    return this.#map(this.#unsigned(head === 0xde ? 2 : 4), depth);
  }

  #map(entries: number, depth: number): unknown {
    if (!this.#holds(entries * 2, depth)) return BAD;
    const map: Record<string, unknown> = {};
    for (let i = 0; i < entries; i++) {
      const key = this.#value(depth + 1);
      if ((typeof key !== "string" && typeof key !== "number") || key === "__proto__") return BAD;
      const value = this.#value(depth + 1);
      if (value === BAD) return BAD;
      map[key] = value;
    }
    return map;
  }

  #list(count: number, depth: number): unknown {
    if (!this.#holds(count, depth)) return BAD;
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const value = this.#value(depth + 1);
      if (value === BAD) return BAD;
      list.push(value);
    }
    return list;
  }

  /** Whether a container at `depth` may hold `values`: each takes a byte at least. An empty one may lie anywhere. */
  #holds(values: number, depth: number): boolean {
    return values === 0 || (values <= this.#end - this.#at && depth < MAX_DEPTH);
  }

  #text(length: number): unknown {
    const start = this.#at;
    if (!this.#skip(length)) return BAD;
    return this.#texts.of(this.#bytes, start, start + length);
  }

  #binary(length: number): unknown {
    const start = this.#at;
    if (!this.#skip(length)) return BAD;
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  #extension(length: number): unknown {
    this.#hasExtension = true;
    return this.#skip(1 + length) ? null : BAD;
  }

  /** Moves past `length` bytes; false when fewer are left, NaN for a length that was cut included. */
  #skip(length: number): boolean {
    if (!(length <= this.#end - this.#at)) return false;
    this.#at += length;
    return true;
  }

  /** A big-endian number of `width` bytes; NaN when they are not there. */
  #unsigned(width: number): number {
    const start = this.#at;
    if (!this.#skip(width)) return Number.NaN;
    let value = 0;
    for (let i = start; i < this.#at; i++) value = value * 256 + (this.#bytes[i] as number);
    return value;
  }

  #integer(value: number): unknown {
    return Number.isNaN(value) ? BAD : value;
  }

  #signed(width: number): unknown {
    return this.#integer(
      width === 8 ? this.#twosComplement(4) * 2 ** 32 + this.#unsigned(4) : this.#twosComplement(width),
    );
  }

  #twosComplement(width: number): number {
    const value = this.#unsigned(width);
    return value < 2 ** (8 * width - 1) ? value : value - 2 ** (8 * width);
  }

  #float(width: 4 | 8): unknown {
    const start = this.#at;
    if (!this.#skip(width)) return BAD;
    for (let i = 0; i < width; i++) this.#wide.setUint8(i, this.#bytes[start + i] as number);
    return width === 4 ? this.#wide.getFloat32(0) : this.#wide.getFloat64(0);
  }
}

function isMapHead(head: number): boolean {
  return (head & 0xf0) === 0x80 || head === 0xde || head === 0xdf;
}
