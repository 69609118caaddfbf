// AES in counter mode (RFC 4344) with a MAC beside it: over the clear packet, or over the encrypted one (etm, OpenSSH
// PROTOCOL section 1.5). Refuses to hand out a packet whose MAC does not match.

import { createCipheriv, createDecipheriv, timingSafeEqual } from "node:crypto";
import type { Mac } from "../mac/mac.ts";
import { concat } from "../wire.ts";
import type { Opener, Sealer } from "./cipher.ts";
import { readLength } from "./cipher.ts";

/** Name for node:crypto and key material of one direction. */
export interface CtrKeys {
  readonly algorithm: "aes-128-ctr" | "aes-192-ctr" | "aes-256-ctr";
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly mac: Mac;
}

const BLOCK = 16;

/** Makes the outgoing side. */
export function ctrSealer(keys: CtrKeys): Sealer {
  const stream = createCipheriv(keys.algorithm, keys.key, keys.iv);
  const { mac } = keys;
  return {
    blockSize: BLOCK,
    lengthOutside: mac.etm,
    seal(sequence, packet) {
      if (!mac.etm) return concat(stream.update(packet), mac.compute(sequence, packet));
      const sealed = concat(packet.subarray(0, 4), stream.update(packet.subarray(4)));
      return concat(sealed, mac.compute(sequence, sealed));
    },
  };
}

/** Makes the incoming side. */
export function ctrOpener(keys: CtrKeys): Opener {
  const stream = createDecipheriv(keys.algorithm, keys.key, keys.iv);
  const { mac } = keys;
  return mac.etm ? etmOpener(stream, mac) : plainMacOpener(stream, mac);
}

type Stream = ReturnType<typeof createDecipheriv>;

function etmOpener(stream: Stream, mac: Mac): Opener {
  return {
    blockSize: BLOCK,
    lengthOutside: true,
    headLength: 4,
    tagLength: mac.length,
    length: (_sequence, head) => readLength(head),
    open(sequence, wire) {
      const end = wire.length - mac.length;
      const sealed = wire.subarray(0, end);
      if (!timingSafeEqual(mac.compute(sequence, sealed), wire.subarray(end))) return null;
      return concat(sealed.subarray(0, 4), stream.update(sealed.subarray(4)));
    },
  };
}

function plainMacOpener(stream: Stream, mac: Mac): Opener {
  // The length lies within the first block, so that block is decrypted before the rest has come.
  let first: Uint8Array = new Uint8Array(0);
  return {
    blockSize: BLOCK,
    lengthOutside: false,
    headLength: BLOCK,
    tagLength: mac.length,
    length(_sequence, head) {
      first = stream.update(head);
      return readLength(first);
    },
    open(sequence, wire) {
      const end = wire.length - mac.length;
      const packet = concat(first, stream.update(wire.subarray(BLOCK, end)));
      return timingSafeEqual(mac.compute(sequence, packet), wire.subarray(end)) ? packet : null;
    },
  };
}
