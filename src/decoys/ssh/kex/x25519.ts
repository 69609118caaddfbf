// X25519 (RFC 7748) on raw bytes, and curve25519-sha256 (RFC 8731) over it.
// Refuses a public value whose shared secret is all zero.

import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { concat, malformed, WireReader } from "../wire.ts";
import type { KexMethod } from "./method.ts";
import { concludeExchange, encodedMpint, encodedString, ROUND } from "./method.ts";

/** DER around a raw key: RFC 8410. */
const PKCS8_HEAD = new Uint8Array(Buffer.from("302e020100300506032b656e04220420", "hex"));
const SPKI_HEAD = new Uint8Array(Buffer.from("302a300506032b656e032100", "hex"));

/** Bytes of a public value. */
export const X25519_BYTES = 32;

/** A fresh pair: the public value, and a function from the peer's public value to the shared secret. */
export function x25519(privateBytes: Uint8Array): {
  readonly publicValue: Uint8Array;
  agree(peer: Uint8Array): Uint8Array;
} {
  const privateKey = createPrivateKey({
    key: Buffer.from(concat(PKCS8_HEAD, privateBytes)),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    publicValue: new Uint8Array(spki.subarray(SPKI_HEAD.length)),
    agree(peer) {
      if (peer.length !== X25519_BYTES) throw malformed("X25519 value of a wrong length");
      const publicKey = createPublicKey({
        key: Buffer.from(concat(SPKI_HEAD, peer)),
        format: "der",
        type: "spki",
      });
      const shared = agreeOrNull(() => diffieHellman({ privateKey, publicKey }));
      if (!shared || shared.every((byte) => byte === 0)) throw malformed("X25519 value of small order");
      return new Uint8Array(shared);
    },
  };
}

/** The library throws for a small-order point; which error class is its own affair. */
function agreeOrNull(run: () => Uint8Array): Uint8Array | null {
  try {
    return run();
  } catch {
    return null;
  }
}

/** curve25519-sha256. */
export const curve25519Sha256: KexMethod = (context) => ({
  expects: ROUND.init,
  receive(payload) {
    const reader = new WireReader(payload);
    reader.u8();
    const theirs = reader.string();
    reader.end();
    const pair = x25519(context.random.bytes(X25519_BYTES));
    const secret = encodedMpint(pair.agree(theirs));
    const ours = encodedString(pair.publicValue);
    return concludeExchange(context, "sha256", {
      replyType: ROUND.reply,
      hashed: concat(encodedString(theirs), ours),
      ours,
      secret,
    });
  },
});
