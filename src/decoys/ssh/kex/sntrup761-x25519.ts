// sntrup761x25519-sha512: Streamlined NTRU Prime 761 and X25519 together (draft-ietf-sshm-ntruprime-ssh).
// Refuses values of a wrong length.

import { createHash } from "node:crypto";
import { concat, malformed, WireReader } from "../wire.ts";
import type { KexMethod } from "./method.ts";
import { concludeExchange, encodedString, ROUND } from "./method.ts";
import { encapsulate, SNTRUP761 } from "./sntrup761.ts";
import { X25519_BYTES, x25519 } from "./x25519.ts";

/** The hybrid method; K is the SHA-512 of both secrets, as a string. */
export const sntrup761X25519Sha512: KexMethod = (context) => ({
  expects: ROUND.init,
  receive(payload) {
    const reader = new WireReader(payload);
    reader.u8();
    const theirs = reader.string();
    reader.end();
    if (theirs.length !== SNTRUP761.publicKey + X25519_BYTES)
      throw malformed("hybrid value of a wrong length");
    const pair = x25519(context.random.bytes(X25519_BYTES));
    const shared = pair.agree(theirs.subarray(SNTRUP761.publicKey));
    const { ciphertext, secret } = encapsulate(theirs.subarray(0, SNTRUP761.publicKey), context.random);
    const ours = encodedString(concat(ciphertext, pair.publicValue));
    return concludeExchange(context, "sha512", {
      replyType: ROUND.reply,
      hashed: concat(encodedString(theirs), ours),
      ours,
      secret: encodedString(createHash("sha512").update(secret).update(shared).digest()),
    });
  },
});
