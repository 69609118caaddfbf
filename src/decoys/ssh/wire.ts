// The data types of SSH: RFC 4251 section 5, read from and written to bytes.
// Refuses to read past an end or to hand out more than the message holds; it knows no message.

import { DecnetError } from "../../contract/errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The error that every malformed message ends in. */
export function malformed(what: string): DecnetError {
  return new DecnetError("protocol", `ssh: ${what}`);
}

/** Text as the bytes that go on the wire. */
export function toBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes as text; what is not UTF-8 becomes U+FFFD. Never used where the bytes themselves are evidence. */
export function toText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** An unsigned number of any size from big-endian bytes. */
export function toBigInt(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`);
}

/** A number as exactly `length` big-endian bytes; it must fit. */
export function fromBigInt(value: bigint, length: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex"));
}

/** Reads one message from its start. Every method throws DecnetError `protocol` when the bytes run out. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next `length` bytes as a view. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw malformed("message ends early");
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }

  u8(): number {
    return this.raw(1)[0] as number;
  }

  boolean(): boolean {
    return this.u8() !== 0;
  }

  u32(): number {
    const b = this.raw(4);
    return new DataView(b.buffer, b.byteOffset, 4).getUint32(0);
  }

  u64(): bigint {
    const b = this.raw(8);
    return new DataView(b.buffer, b.byteOffset, 8).getBigUint64(0);
  }

  /** A `string`, as a view of the message. */
  string(): Uint8Array {
    return this.raw(this.u32());
  }

  /** A `string` that is text to us. */
  text(): string {
    return toText(this.string());
  }

  /** A `string` that OpenSSH reads as a C string: one with a NUL before its last byte is malformed. */
  cstring(): Uint8Array {
    const bytes = this.string();
    const nul = bytes.indexOf(0);
    if (nul >= 0 && nul < bytes.length - 1) throw malformed("NUL within a string");
    return nul < 0 ? bytes : bytes.subarray(0, nul);
  }

  /** A `name-list`: names without commas, in order. */
  nameList(): string[] {
    const text = toText(this.cstring());
    return text === "" ? [] : text.split(",");
  }

  /** A non-negative `mpint` of at most `maxBits` bits; a negative one is malformed (as in OpenSSH). */
  mpint(maxBits = 16_384): bigint {
    const bytes = this.string();
    if (bytes.length > maxBits / 8 + 1) throw malformed("number too large");
    if (((bytes[0] ?? 0) & 0x80) !== 0) throw malformed("negative number");
    return toBigInt(bytes);
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.raw(this.left);
  }

  /** Throws when anything is left. */
  end(): void {
    if (this.left > 0) throw malformed("trailing bytes");
  }
}

/** Builds one message. */
export class WireWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(expected = 128) {
    this.#bytes = new Uint8Array(expected);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  u8(value: number): this {
    this.#room(1);
    this.#bytes[this.#at++] = value;
    return this;
  }

  boolean(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    this.#room(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  u64(value: bigint): this {
    this.#room(8);
    this.#view.setBigUint64(this.#at, value);
    this.#at += 8;
    return this;
  }

  string(value: Uint8Array | string): this {
    const bytes = typeof value === "string" ? toBytes(value) : value;
    return this.u32(bytes.length).raw(bytes);
  }

  nameList(names: readonly string[]): this {
    return this.string(names.join(","));
  }

  /** A non-negative `mpint` from big-endian bytes: leading zeros dropped, one added where the top bit is set. */
  mpint(magnitude: Uint8Array): this {
    let start = 0;
    while (start < magnitude.length && magnitude[start] === 0) start++;
    const bytes = magnitude.subarray(start);
    const padded = ((bytes[0] ?? 0) & 0x80) !== 0;
    this.u32(bytes.length + (padded ? 1 : 0));
    if (padded) this.u8(0);
    return this.raw(bytes);
  }

  /** The message so far: a view that later writes may change. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }
}

/** Starts a message of one type. */
export function message(type: number, expected?: number): WireWriter {
  return new WireWriter(expected).u8(type);
}
