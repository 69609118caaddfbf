// Asks a LAN who has these addresses (ARP probes, RFC 5227 section 2.1.1), all at once and for a bounded time.
// Announces nothing: a probe names no sender, so nobody's table changes.

import { arpRequest, arpSender, openArp } from "./arp.ts";
import { findLinks } from "./fleet-observe.ts";
import { errnoOf } from "./libc/errno.ts";
import { receiveInto, sendAll } from "./libc/messages.ts";
import { closeFd, setReceiveTimeout } from "./libc/sockets.ts";
import { dumpAddresses, parseAddress } from "./netlink/address.ts";
import { openNetlink } from "./netlink/socket.ts";

/** When each round of questions is sent, and when the last answer is taken. */
const ROUNDS_MS = [0, 350] as const;
const END_MS = 900;

/** An address, and the MAC whose answer does not count: that of who is to have it. */
export interface Question {
  readonly address: string;
  readonly mac?: string;
}

/** Takes what comes until `end`; `wanted` has the MAC that does not count for each address. */
function listen(
  fd: number,
  end: number,
  wanted: ReadonlyMap<string, string | undefined>,
  found: Set<string>,
): void {
  const buffer = new Uint8Array(2048);
  for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
    setReceiveTimeout(fd, Math.max(1, Math.ceil(left)));
    try {
      const sender = arpSender(buffer.subarray(0, receiveInto(fd, buffer)));
      if (!sender || !wanted.has(sender.address)) continue;
      if (sender.mac !== wanted.get(sender.address)) found.add(sender.address);
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") throw error;
    }
  }
}

/** Those of these addresses that this host has itself: it does not answer its own questions. */
function ownAddresses(wanted: ReadonlyMap<string, unknown>): readonly string[] {
  using socket = openNetlink();
  const all = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body).address);
  return all.filter((address) => wanted.has(address));
}

/** The addresses that somebody has on the network of this interface; none where there is no such interface. */
export function probeAddresses(name: string, questions: readonly Question[]): readonly string[] {
  using socket = openNetlink();
  const [link] = findLinks(socket, [name]);
  const wanted = new Map(questions.map(({ address, mac }) => [address, mac]));
  const found = new Set(ownAddresses(wanted));
  if (!link?.up) return [...found];
  const fd = openArp(link.index);
  try {
    const start = performance.now();
    for (const [i] of ROUNDS_MS.entries()) {
      for (const { address } of questions)
        if (!found.has(address)) sendAll(fd, arpRequest({ mac: link.mac, address: "0.0.0.0" }, address));
      listen(fd, start + (ROUNDS_MS[i + 1] ?? END_MS), wanted, found);
    }
    return [...found];
  } finally {
    closeFd(fd);
  }
}
