// Packets of the transport (RFC 4253 section 6): bytes to payloads and back, with whatever cipher is in force.
// Does no I/O and holds at most one packet and one chunk; what OpenSSH would not take ends the stream.

import type { Random } from "../../contract/random.ts";
import type { Opener, Sealer } from "./cipher/cipher.ts";
import { plainOpener, plainSealer } from "./cipher/cipher.ts";
import { LOCAL_MESSAGES } from "./numbers.ts";

/** Largest packet length that OpenSSH's server takes (PACKET_MAX_SIZE). */
export const MAX_PACKET = 256 * 1024;

/** What comes out of the stream. After `bad` nothing follows; `text` is what OpenSSH says, null when it says nothing. */
export type Incoming =
  | { readonly kind: "packet"; readonly payload: Uint8Array; readonly sequence: number }
  | { readonly kind: "bad"; readonly text: string | null };

const NOTHING = new Uint8Array(0);
const MIN_PADDING = 4;

/** The disconnect text of a payload whose type is outside of what may be sent, or null when it is fine. */
export function badTypeText(payload: Uint8Array): string | null {
  const type = payload[0] ?? 0;
  return type < 1 || type >= LOCAL_MESSAGES ? `Invalid ssh2 packet type: ${type}` : null;
}

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  #opener: Opener = plainOpener;
  #buffer: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  #length: number | undefined;
  #sequence = 0;
  #ended = false;
  /** Cipher blocks since the keys were set. */
  blocks = 0;
  /** Packets since the keys were set. */
  packets = 0;

  /** Puts new keys in force for what follows. */
  setOpener(opener: Opener, options: { readonly resetSequence: boolean }): void {
    this.#opener = opener;
    this.blocks = 0;
    this.packets = 0;
    if (options.resetSequence) this.#sequence = 0;
  }

  /** Bytes held and not yet given out. */
  get held(): number {
    return this.#end - this.#start;
  }

  /** Adds bytes. Call `next` until it gives null before adding more. */
  push(bytes: Uint8Array): void {
    if (this.held === 0) {
      this.#buffer = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      return;
    }
    const needed = this.held + bytes.length;
    const grown = new Uint8Array(Math.max(needed, Math.min(this.held * 2, MAX_PACKET + 1024)));
    grown.set(this.#buffer.subarray(this.#start, this.#end));
    grown.set(bytes, this.held);
    this.#end = needed;
    this.#start = 0;
    this.#buffer = grown;
  }

  /** The next packet, or null when more bytes are needed. */
  next(): Incoming | null {
    if (this.#ended) return null;
    const { headLength, blockSize, tagLength, lengthOutside } = this.#opener;
    if (this.#length === undefined) {
      if (this.held < headLength) return null;
      const head = this.#buffer.subarray(this.#start, this.#start + headLength);
      const length = this.#opener.length(this.#sequence, head);
      const padded = lengthOutside ? length : length + 4;
      if (length < 5 || length > MAX_PACKET || padded % blockSize !== 0) return this.#bad(null);
      this.#length = length;
    }
    const total = 4 + this.#length + tagLength;
    if (this.held < total) return null;
    const wire = this.#buffer.subarray(this.#start, this.#start + total);
    this.#start += total;
    this.#length = undefined;
    return this.#open(wire);
  }

  #open(wire: Uint8Array): Incoming {
    const sequence = this.#sequence;
    const packet = this.#opener.open(sequence, wire);
    if (!packet) return this.#bad(null);
    const padding = packet[4] as number;
    if (padding < MIN_PADDING) return this.#bad(`Corrupted padlen ${padding} on input.`);
    if (packet.length - 5 < padding) return this.#bad(null);
    this.#sequence = (sequence + 1) >>> 0;
    this.packets++;
    this.blocks += Math.ceil(packet.length / this.#opener.blockSize);
    const payload = packet.subarray(5, packet.length - padding);
    return { kind: "packet", payload: payload.slice(), sequence };
  }

  #bad(text: string | null): Incoming {
    this.#ended = true;
    this.#buffer = NOTHING;
    this.#start = 0;
    this.#end = 0;
    return { kind: "bad", text };
  }
}

/** Turns payloads into bytes for the wire. */
export class PacketWriter {
  #sealer: Sealer = plainSealer;
  #sequence = 0;
  #plain = true;
  readonly #random: Random;
  /** Cipher blocks since the keys were set. */
  blocks = 0;
  /** Packets since the keys were set. */
  packets = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Puts new keys in force for what follows. */
  setSealer(sealer: Sealer, options: { readonly resetSequence: boolean }): void {
    this.#sealer = sealer;
    this.#plain = false;
    this.blocks = 0;
    this.packets = 0;
    if (options.resetSequence) this.#sequence = 0;
  }

  /** One packet. */
  seal(payload: Uint8Array): Uint8Array {
    const { blockSize, lengthOutside } = this.#sealer;
    const unpadded = (lengthOutside ? 1 : 5) + payload.length;
    let padding = blockSize - (unpadded % blockSize);
    if (padding < MIN_PADDING) padding += blockSize;
    const packet = new Uint8Array(5 + payload.length + padding);
    new DataView(packet.buffer).setUint32(0, packet.length - 4);
    packet[4] = padding;
    packet.set(payload, 5);
    // As in OpenSSH, padding is zeros where nothing is encrypted.
    if (!this.#plain) packet.set(this.#random.bytes(padding), 5 + payload.length);
    const wire = this.#sealer.seal(this.#sequence, packet);
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.packets++;
    this.blocks += Math.ceil(packet.length / blockSize);
    return wire;
  }
}
