// Both ends of a client's connection, also of one that the client has already reset.
// Never makes an address up: what can't be known is undefined, and no evidence.

import type { Socket } from "node:net";
import { isIP } from "node:net";
import type { Endpoint } from "../../contract/evidence.ts";
import { synEndsOf } from "../../platform/libc/saved-syn.ts";

/** Where a client came from, and what it reached. */
export interface Ends {
  readonly remote: Endpoint;
  readonly local: Endpoint;
}

/** A textual address without the IPv4-mapped prefix and zone. */
function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, "");
  const mapped = bare.toLowerCase().startsWith("::ffff:") ? bare.slice(7) : bare;
  return isIP(mapped) === 4 ? mapped : bare;
}

/** The descriptor behind a socket, which the runtime keeps under the name that Node.js gave it. */
function descriptorOf(socket: Socket): number {
  const { _handle } = socket as { _handle?: { fd?: unknown } | null };
  return typeof _handle?.fd === "number" ? _handle.fd : -1;
}

/** Both ends of a socket that was just accepted. */
export function endsOf(socket: Socket): Ends | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress && remotePort && localAddress && localPort)
    return {
      remote: { ip: plainAddress(remoteAddress), port: remotePort },
      local: { ip: plainAddress(localAddress), port: localPort },
    };
  const syn = synEndsOf(descriptorOf(socket));
  return syn && { remote: syn.source, local: syn.destination };
}
