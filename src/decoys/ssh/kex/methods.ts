// The key exchange methods by the names under which they are offered.

import { fixedGroup, groupExchange } from "./diffie-hellman.ts";
import { ecdhNist } from "./ecdh-nist.ts";
import type { KexMethod } from "./method.ts";
import { sntrup761X25519Sha512 } from "./sntrup761-x25519.ts";
import { curve25519Sha256 } from "./x25519.ts";

const METHODS: ReadonlyMap<string, KexMethod> = new Map([
  ["sntrup761x25519-sha512", sntrup761X25519Sha512],
  ["sntrup761x25519-sha512@openssh.com", sntrup761X25519Sha512],
  ["curve25519-sha256", curve25519Sha256],
  ["curve25519-sha256@libssh.org", curve25519Sha256],
  ["ecdh-sha2-nistp256", ecdhNist("prime256v1", "sha256")],
  ["ecdh-sha2-nistp384", ecdhNist("secp384r1", "sha384")],
  ["ecdh-sha2-nistp521", ecdhNist("secp521r1", "sha512")],
  ["diffie-hellman-group-exchange-sha256", groupExchange],
  ["diffie-hellman-group16-sha512", fixedGroup(4096, "sha512")],
  ["diffie-hellman-group18-sha512", fixedGroup(8192, "sha512")],
  ["diffie-hellman-group14-sha256", fixedGroup(2048, "sha256")],
]);

/** The method of a name that was negotiated. */
export function kexMethod(name: string): KexMethod {
  const method = METHODS.get(name);
  if (!method) throw new RangeError(`not a key exchange: ${name}`);
  return method;
}
