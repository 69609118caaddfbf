// From a negotiated direction and its keys to the sealer or opener: the only place that knows which name is which cipher.

import type { DirectionChoice } from "../kexinit.ts";
import { createMac } from "../mac/mac.ts";
import { chachaOpener, chachaSealer } from "./chacha20-poly1305.ts";
import type { Opener, Sealer } from "./cipher.ts";
import type { CtrKeys } from "./ctr.ts";
import { ctrOpener, ctrSealer } from "./ctr.ts";
import type { GcmKeys } from "./gcm.ts";
import { gcmOpener, gcmSealer } from "./gcm.ts";

/** Keys of one direction, cut to the lengths that its algorithms need. */
export interface DirectionKeys {
  readonly iv: Uint8Array;
  readonly key: Uint8Array;
  readonly macKey: Uint8Array;
}

type Suite =
  | { readonly kind: "chacha"; readonly key: Uint8Array }
  | { readonly kind: "gcm"; readonly keys: GcmKeys }
  | { readonly kind: "ctr"; readonly keys: CtrKeys };

function suiteOf(choice: DirectionChoice, { iv, key, macKey }: DirectionKeys): Suite {
  const ctr = (algorithm: CtrKeys["algorithm"]): Suite => {
    if (choice.mac === null) throw new RangeError("a counter mode cipher without a MAC");
    return { kind: "ctr", keys: { algorithm, key, iv, mac: createMac(choice.mac, macKey) } };
  };
  switch (choice.cipher) {
    case "chacha20-poly1305@openssh.com":
      return { kind: "chacha", key };
    case "aes128-gcm@openssh.com":
      return { kind: "gcm", keys: { algorithm: "aes-128-gcm", key, iv } };
    case "aes256-gcm@openssh.com":
      return { kind: "gcm", keys: { algorithm: "aes-256-gcm", key, iv } };
    case "aes128-ctr":
      return ctr("aes-128-ctr");
    case "aes192-ctr":
      return ctr("aes-192-ctr");
    case "aes256-ctr":
      return ctr("aes-256-ctr");
    default:
      throw new RangeError(`not a cipher: ${choice.cipher}`);
  }
}

/** The outgoing side of one direction. */
export function createSealer(choice: DirectionChoice, keys: DirectionKeys): Sealer {
  const suite = suiteOf(choice, keys);
  if (suite.kind === "chacha") return chachaSealer(suite.key);
  return suite.kind === "gcm" ? gcmSealer(suite.keys) : ctrSealer(suite.keys);
}

/** The incoming side of one direction. */
export function createOpener(choice: DirectionChoice, keys: DirectionKeys): Opener {
  const suite = suiteOf(choice, keys);
  if (suite.kind === "chacha") return chachaOpener(suite.key);
  return suite.kind === "gcm" ? gcmOpener(suite.keys) : ctrOpener(suite.keys);
}
