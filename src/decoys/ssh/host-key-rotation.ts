// Host key rotation (OpenSSH PROTOCOL section 2.5): tells the client all keys and proves that they are ours.

import type { HostKeys } from "./host-keys.ts";
import { msg } from "./numbers.ts";
import type { Transport } from "./transport.ts";
import { message, type WireReader, WireWriter } from "./wire.ts";

/** The `hostkeys-00@openssh.com` request that sshd sends after a login. */
export function announceHostKeys(hostKeys: HostKeys): Uint8Array {
  const writer = message(msg.globalRequest, 1024).string("hostkeys-00@openssh.com").boolean(false);
  for (const key of hostKeys.all) writer.string(key.blob);
  return writer.finish();
}

/** Signatures for the keys that a client asks about; null when one of them is not ours. */
export function proveHostKeys(
  hostKeys: HostKeys,
  transport: Transport,
  request: WireReader,
): Uint8Array | null {
  const answers = new WireWriter(1024);
  for (let asked = 0; request.left > 0; asked++) {
    const blob = request.string();
    const key = hostKeys.all.find((one) => Buffer.compare(one.blob, blob) === 0);
    if (!key || asked >= hostKeys.all.length) return null;
    const signed = new WireWriter(1024)
      .string("hostkeys-prove-00@openssh.com")
      .string(transport.sessionId)
      .string(blob)
      .finish();
    answers.string(key.sign(algorithmFor(key.type, transport.hostKeyAlgorithm), signed));
  }
  return answers.finish();
}

/** RSA signs as it did in the key exchange where that was RSA, else with SHA-512. */
function algorithmFor(type: string, negotiated: string): string {
  if (type !== "ssh-rsa") return type;
  return negotiated.startsWith("rsa-sha2-") ? negotiated : "rsa-sha2-512";
}
