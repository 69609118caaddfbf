// MySQL packets as bytes: the incremental packet reader, and readers and writers of the protocol's number and text forms.
// Knows no command; keeps no more than its bound; a reader that runs out of bytes throws DecnetError `protocol`.
// Source: MySQL internals manual, "MySQL Packets" and "Basic Data Types".

import { DecnetError } from "../../contract/errors.ts";

/** What the packet reader found. */
export type Incoming =
  | { readonly kind: "packet"; readonly payload: Buffer; readonly sequence: number }
  /** The sequence number was not the one that had to come (ER_NET_PACKETS_OUT_OF_ORDER). */
  | { readonly kind: "out-of-order" }
  /** The packet is larger than the bound (ER_NET_PACKET_TOO_LARGE). */
  | { readonly kind: "too-large" };

/** Largest payload of one wire packet; a longer one goes on in the next. */
const SPLIT = 0xff_ffff;
const HEADER = 4;

/** Pulls packets out of a byte stream: `push` what came, then call `next` until it gives null. */
export class PacketReader {
  /** The sequence number that the next packet must bear. */
  expected = 0;
  /** Most bytes of one packet, its continuations included. */
  maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #broken = false;
  /** Bytes without which looking again is pointless. */
  #need = HEADER;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes held. */
  get held(): number {
    return this.#length + this.#partBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && Buffer.isBuffer(first)) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #fail(kind: "out-of-order" | "too-large"): Incoming {
    this.#broken = true;
    this.#chunks = [];
    this.#parts = [];
    this.#length = 0;
    this.#partBytes = 0;
    return { kind };
  }

  /** The next packet or failure, or null when more bytes are needed. After a failure there is nothing more. */
  next(): Incoming | null {
    while (!this.#broken && this.#length >= this.#need) {
      const data = this.#joined();
      const size = data.readUIntLE(0, 3);
      if (data[3] !== this.expected) return this.#fail("out-of-order");
      if (this.#partBytes + size > this.maxBytes) return this.#fail("too-large");
      this.#need = HEADER + size;
      if (data.length < this.#need) return null;
      this.#need = HEADER;
      const rest = data.subarray(HEADER + size);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
      const sequence = this.expected;
      this.expected = (sequence + 1) & 0xff;
      this.#parts.push(data.subarray(HEADER, HEADER + size));
      this.#partBytes += size;
      if (size === SPLIT) continue;
      const payload =
        this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
      this.#parts = [];
      this.#partBytes = 0;
      return { kind: "packet", payload, sequence };
    }
    return null;
  }
}

/** One payload as wire packets, starting with `sequence`. */
export function encodePacket(payload: Uint8Array, sequence: number): Buffer {
  const parts: Uint8Array[] = [];
  let at = 0;
  let number = sequence;
  for (;;) {
    const piece = payload.subarray(at, at + SPLIT);
    const header = Buffer.alloc(HEADER);
    header.writeUIntLE(piece.length, 0, 3);
    header[3] = number & 0xff;
    parts.push(header, piece);
    at += piece.length;
    number++;
    if (piece.length < SPLIT) return Buffer.concat(parts);
  }
}

/** Reads a payload from front to back. */
export class PayloadReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#data = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  get left(): number {
    return this.#data.length - this.#at;
  }

  bytes(count: number): Buffer {
    if (count < 0 || count > this.left) throw new DecnetError("protocol", "payload ends too early");
    this.#at += count;
    return this.#data.subarray(this.#at - count, this.#at);
  }

  /** An unsigned little-endian integer of 1 to 6 bytes. */
  int(size: 1 | 2 | 3 | 4 | 6): number {
    return this.bytes(size).readUIntLE(0, size);
  }

  /** A length-encoded integer; beyond 2^53 it is no length of ours and throws. */
  lenenc(): number {
    const first = this.int(1);
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.int(2);
    if (first === 0xfd) return this.int(3);
    if (first === 0xfe) {
      const value = this.bytes(8).readBigUInt64LE(0);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecnetError("protocol", "length out of range");
      return Number(value);
    }
    throw new DecnetError("protocol", "not a length");
  }

  lenencBytes(): Buffer {
    return this.bytes(this.lenenc());
  }

  /** Bytes up to a NUL, which is taken too; up to the end where there is none. */
  nulBytes(): Buffer {
    const end = this.#data.indexOf(0, this.#at);
    if (end < 0) return this.rest();
    const found = this.#data.subarray(this.#at, end);
    this.#at = end + 1;
    return found;
  }

  rest(): Buffer {
    return this.bytes(this.left);
  }
}

/** A length-encoded integer. */
export function lenenc(value: number): Buffer {
  if (value < 0xfb) return Buffer.of(value);
  const size = value < 0x1_0000 ? 2 : value < 0x100_0000 ? 3 : 8;
  const out = Buffer.alloc(size + 1);
  out[0] = size === 2 ? 0xfc : size === 3 ? 0xfd : 0xfe;
  if (size === 8) out.writeBigUInt64LE(BigInt(value), 1);
  else out.writeUIntLE(value, 1, size);
  return out;
}

/** Bytes with their length before them; text is UTF-8. */
export function lenencText(text: string | Uint8Array): Buffer {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return Buffer.concat([lenenc(bytes.length), bytes]);
}

/** An unsigned little-endian integer. */
export function int(value: number, size: 1 | 2 | 3 | 4): Buffer {
  const out = Buffer.alloc(size);
  out.writeUIntLE(value, 0, size);
  return out;
}
