// What a cipher of the transport does to whole packets, in one direction each.
// A packet is RFC 4253 section 6: length, padding length, payload, padding; the tag follows it.

/** Seals outgoing packets. */
export interface Sealer {
  /** Packets are padded to a multiple of this. */
  readonly blockSize: number;
  /** True where the length field stands outside of what is padded and encrypted (AEAD and etm). */
  readonly lengthOutside: boolean;
  /** Packet as above to bytes on the wire. `sequence` is the packet's number. May reuse `packet`. */
  seal(sequence: number, packet: Uint8Array): Uint8Array;
}

/** Opens incoming packets: first `length` with the head, then `open` with all of it, alternating. */
export interface Opener {
  readonly blockSize: number;
  readonly lengthOutside: boolean;
  /** Bytes needed before the length is known; OpenSSH looks at nothing before it has them. */
  readonly headLength: number;
  readonly tagLength: number;
  length(sequence: number, head: Uint8Array): number;
  /** The packet in clear, its length field included, or null when it is not authentic. */
  open(sequence: number, wire: Uint8Array): Uint8Array | null;
}

/** Key material that one direction needs, in bytes. */
export interface CipherShape {
  readonly keyLength: number;
  readonly ivLength: number;
  readonly blockSize: number;
}

const SHAPES: ReadonlyMap<string, CipherShape> = new Map([
  ["chacha20-poly1305@openssh.com", { keyLength: 64, ivLength: 0, blockSize: 8 }],
  ["aes128-ctr", { keyLength: 16, ivLength: 16, blockSize: 16 }],
  ["aes192-ctr", { keyLength: 24, ivLength: 16, blockSize: 16 }],
  ["aes256-ctr", { keyLength: 32, ivLength: 16, blockSize: 16 }],
  ["aes128-gcm@openssh.com", { keyLength: 16, ivLength: 12, blockSize: 16 }],
  ["aes256-gcm@openssh.com", { keyLength: 32, ivLength: 12, blockSize: 16 }],
]);

/** The shape of a cipher that was negotiated. */
export function cipherShape(name: string): CipherShape {
  const shape = SHAPES.get(name);
  if (!shape) throw new RangeError(`not a cipher: ${name}`);
  return shape;
}

/** The 32-bit big-endian number at the start. */
export function readLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

/** Packets before the first key exchange: nothing is hidden or authenticated. */
export const plainSealer: Sealer = Object.freeze({
  blockSize: 8,
  lengthOutside: false,
  seal: (_sequence: number, packet: Uint8Array) => packet,
});

/** The other side of {@link plainSealer}. */
export const plainOpener: Opener = Object.freeze({
  blockSize: 8,
  lengthOutside: false,
  headLength: 8,
  tagLength: 0,
  length: (_sequence: number, head: Uint8Array) => readLength(head),
  open: (_sequence: number, wire: Uint8Array) => wire,
});
