// Which ports are listened on in this thread's network namespace, as the kernel says (sock_diag(7)).
// Asks for listening sockets alone, so the number of connections makes no difference.

import { AF_INET, AF_INET6 } from "../libc/address.ts";
import { errnoOf } from "../libc/errno.ts";
import type { Message } from "./codec.ts";
import * as N from "./codec.ts";
import { NETLINK_SOCK_DIAG, openNetlink } from "./socket.ts";

const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO = { tcp: 6, udp: 17 } as const;
/** TCP_LISTEN for TCP; TCP_CLOSE is what a UDP socket without a peer is in. */
const STATES = { tcp: 1 << 10, udp: 1 << 7 } as const;

/** A transport that sockets listen with. */
export type Transport = keyof typeof IPPROTO;

/** struct inet_diag_req_v2: family 0, protocol 1, extensions 2, states 4, then 48 bytes of a socket's name. */
function request(family: number, transport: Transport): Message {
  const body = new Uint8Array(56);
  body.set([family, IPPROTO[transport]]);
  new DataView(body.buffer).setUint32(4, STATES[transport], true);
  return { type: SOCK_DIAG_BY_FAMILY, flags: N.NLM_F_REQUEST | N.NLM_F_DUMP, body };
}

/** `tcp 22` and the like for each port; undefined where this kernel can't tell. */
export function listeningPorts(transports: Iterable<Transport>): ReadonlySet<string> | undefined {
  using socket = openNetlink(NETLINK_SOCK_DIAG);
  const found = new Set<string>();
  try {
    for (const transport of transports) {
      for (const family of [AF_INET, AF_INET6]) {
        for (const { body } of socket.dump(request(family, transport))) {
          // struct inet_diag_msg: the port in network order at 4.
          if (body.length >= 6) found.add(`${transport} ${((body[4] ?? 0) << 8) | (body[5] ?? 0)}`);
        }
      }
    }
    return found;
  } catch (error) {
    // A kernel without the module for it.
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
