// AES in Galois/counter mode as SSH uses it: RFC 5647, with the names and the clear length of OpenSSH PROTOCOL section 1.6.
// Refuses to hand out a packet whose tag does not match.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { concat } from "../wire.ts";
import type { Opener, Sealer } from "./cipher.ts";
import { readLength } from "./cipher.ts";

/** Name for node:crypto and key material of one direction. */
export interface GcmKeys {
  readonly algorithm: "aes-128-gcm" | "aes-256-gcm";
  readonly key: Uint8Array;
  /** 4 fixed bytes and a counter of 8. */
  readonly iv: Uint8Array;
}

const TAG = 16;

/** Hands out the nonce of each packet in turn. */
function nonces(iv: Uint8Array): () => Uint8Array {
  const nonce = new Uint8Array(iv);
  const counter = new DataView(nonce.buffer, 4, 8);
  let started = false;
  return () => {
    if (started) counter.setBigUint64(0, counter.getBigUint64(0) + 1n);
    started = true;
    return nonce;
  };
}

/** Makes the outgoing side. */
export function gcmSealer({ algorithm, key, iv }: GcmKeys): Sealer {
  const next = nonces(iv);
  return {
    blockSize: 16,
    lengthOutside: true,
    seal(_sequence, packet) {
      const cipher = createCipheriv(algorithm, key, next());
      const head = packet.subarray(0, 4);
      cipher.setAAD(head);
      const body = cipher.update(packet.subarray(4));
      cipher.final();
      return concat(head, body, cipher.getAuthTag());
    },
  };
}

/** Makes the incoming side. */
export function gcmOpener({ algorithm, key, iv }: GcmKeys): Opener {
  const next = nonces(iv);
  return {
    blockSize: 16,
    lengthOutside: true,
    headLength: 4,
    tagLength: TAG,
    length: (_sequence, head) => readLength(head),
    open(_sequence, wire) {
      const end = wire.length - TAG;
      const cipher = createDecipheriv(algorithm, key, next());
      const head = wire.subarray(0, 4);
      cipher.setAAD(head);
      cipher.setAuthTag(wire.subarray(end));
      const body = cipher.update(wire.subarray(4, end));
      try {
        cipher.final();
      } catch {
        return null;
      }
      return concat(head, body);
    },
  };
}
