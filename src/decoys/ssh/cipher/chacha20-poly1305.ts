// chacha20-poly1305@openssh.com: OpenSSH PROTOCOL.chacha20poly1305. Two keys: one hides the length, one the rest.
// Refuses to hand out a packet whose tag does not match.

import { timingSafeEqual } from "node:crypto";
import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { chacha20orig } from "@noble/ciphers/chacha.js";
import { concat } from "../wire.ts";
import type { Opener, Sealer } from "./cipher.ts";
import { readLength } from "./cipher.ts";

const TAG = 16;
const ZERO_BLOCK = new Uint8Array(32);

/** The packet number as the 8 bytes of nonce. */
function nonceOf(sequence: number): Uint8Array {
  const nonce = new Uint8Array(8);
  new DataView(nonce.buffer).setUint32(4, sequence);
  return nonce;
}

/** The one-time key of the tag: the first half of the body key's block 0. */
function tagOf(bodyKey: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  return poly1305(sealed, chacha20orig(bodyKey, nonce, ZERO_BLOCK));
}

/** Makes the outgoing side from 64 bytes of key. */
export function chachaSealer(key: Uint8Array): Sealer {
  const bodyKey = key.slice(0, 32);
  const headKey = key.slice(32, 64);
  return {
    blockSize: 8,
    lengthOutside: true,
    seal(sequence, packet) {
      const nonce = nonceOf(sequence);
      const head = chacha20orig(headKey, nonce, packet.subarray(0, 4));
      const sealed = concat(head, chacha20orig(bodyKey, nonce, packet.subarray(4), undefined, 1));
      return concat(sealed, tagOf(bodyKey, nonce, sealed));
    },
  };
}

/** Makes the incoming side from 64 bytes of key. */
export function chachaOpener(key: Uint8Array): Opener {
  const bodyKey = key.slice(0, 32);
  const headKey = key.slice(32, 64);
  const clearHead = (sequence: number, head: Uint8Array): Uint8Array =>
    chacha20orig(headKey, nonceOf(sequence), head.subarray(0, 4));
  return {
    blockSize: 8,
    lengthOutside: true,
    headLength: 4,
    tagLength: TAG,
    length: (sequence, head) => readLength(clearHead(sequence, head)),
    open(sequence, wire) {
      const end = wire.length - TAG;
      const nonce = nonceOf(sequence);
      const sealed = wire.subarray(0, end);
      if (!timingSafeEqual(tagOf(bodyKey, nonce, sealed), wire.subarray(end))) return null;
      const body = chacha20orig(bodyKey, nonce, sealed.subarray(4), undefined, 1);
      return concat(clearHead(sequence, sealed), body);
    },
  };
}
