// The MACs of the transport by name: HMAC (RFC 2104, RFC 6668) and UMAC (RFC 4418), each also over the encrypted packet.

import { createHmac } from "node:crypto";
import { createUmac } from "./umac.ts";

/** A keyed MAC over a packet and its number. */
export interface Mac {
  /** Bytes of a tag. */
  readonly length: number;
  /** Encrypt then MAC: the tag is over the encrypted packet. */
  readonly etm: boolean;
  compute(sequence: number, packet: Uint8Array): Uint8Array;
}

type MacAlgorithm = "sha1" | "sha256" | "sha512" | "umac";
type MacShape = { readonly algorithm: MacAlgorithm; readonly keyLength: number; readonly length: number };

const SHAPES: ReadonlyMap<string, MacShape> = new Map([
  ["umac-64", { algorithm: "umac", keyLength: 16, length: 8 }],
  ["umac-128", { algorithm: "umac", keyLength: 16, length: 16 }],
  ["hmac-sha2-256", { algorithm: "sha256", keyLength: 32, length: 32 }],
  ["hmac-sha2-512", { algorithm: "sha512", keyLength: 64, length: 64 }],
  ["hmac-sha1", { algorithm: "sha1", keyLength: 20, length: 20 }],
]);

/** `umac-64-etm@openssh.com` to `umac-64`. */
function shapeOf(name: string): MacShape {
  const shape = SHAPES.get(name.replace(/(-etm)?@openssh\.com$/, ""));
  if (!shape) throw new RangeError(`not a MAC: ${name}`);
  return shape;
}

/** Bytes of key that a MAC takes. */
export function macKeyLength(name: string): number {
  return shapeOf(name).keyLength;
}

/** Makes a MAC of the negotiated name from its key. */
export function createMac(name: string, key: Uint8Array): Mac {
  const { algorithm, length } = shapeOf(name);
  const etm = name.includes("-etm@");
  const number = new Uint8Array(algorithm === "umac" ? 8 : 4);
  const view = new DataView(number.buffer);
  if (algorithm === "umac") {
    const umac = createUmac(key, length === 8 ? 8 : 16);
    return {
      length,
      etm,
      compute(sequence, packet) {
        view.setUint32(4, sequence);
        return umac(packet, number);
      },
    };
  }
  return {
    length,
    etm,
    compute(sequence, packet) {
      view.setUint32(0, sequence);
      return createHmac(algorithm, key).update(number).update(packet).digest();
    },
  };
}
