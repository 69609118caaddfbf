// ecdh-sha2-nistp256, -384 and -521: RFC 5656 section 4.
// Refuses points that are not on the curve, and compressed ones (as OpenSSH does).

import { createECDH } from "node:crypto";
import { concat, malformed, WireReader } from "../wire.ts";
import type { KexHash, KexMethod } from "./method.ts";
import { concludeExchange, encodedMpint, encodedString, ROUND } from "./method.ts";

const UNCOMPRESSED = 4;

function agree(
  curve: string,
  theirs: Uint8Array,
): { readonly ours: Uint8Array; readonly shared: Uint8Array } {
  const pair = createECDH(curve);
  const ours = new Uint8Array(pair.generateKeys());
  try {
    return { ours, shared: new Uint8Array(pair.computeSecret(theirs)) };
  } catch (cause) {
    throw malformed(`point not on the curve (${String((cause as { code?: unknown }).code)})`);
  }
}

/** Makes the method of one curve, named as node:crypto does. */
export function ecdhNist(curve: "prime256v1" | "secp384r1" | "secp521r1", hash: KexHash): KexMethod {
  return (context) => ({
    expects: ROUND.init,
    receive(payload) {
      const reader = new WireReader(payload);
      reader.u8();
      const theirs = reader.string();
      reader.end();
      if (theirs[0] !== UNCOMPRESSED || theirs.length > 133) throw malformed("not an uncompressed point");
      const { ours, shared } = agree(curve, theirs);
      return concludeExchange(context, hash, {
        replyType: ROUND.reply,
        hashed: concat(encodedString(theirs), encodedString(ours)),
        ours: encodedString(ours),
        secret: encodedMpint(shared),
      });
    },
  });
}
