// Asks a LAN who has these addresses (ARP probes, RFC 5227 section 2.1.1), all at once and for a bounded time.
// Announces nothing: a probe names no sender, so nobody's table changes.

import { findLinks } from "./fleet-observe.ts";
import { addressBytes, addressText, SOCK_RAW } from "./libc/address.ts";
import { errnoOf } from "./libc/errno.ts";
import { receiveInto, sendAll } from "./libc/messages.ts";
import { bindSocket, closeFd, openSocket, setReceiveTimeout } from "./libc/sockets.ts";
import { dumpAddresses, parseAddress } from "./netlink/address.ts";
import { openNetlink } from "./netlink/socket.ts";

/** <linux/if_ether.h>, packet(7). */
const AF_PACKET = 17;
const ETH_P_ARP = 0x0806;
const ETHERNET = 14;
const FRAME = ETHERNET + 28;

/** When each round of questions is sent, and when the last answer is taken. */
const ROUNDS_MS = [0, 350] as const;
const END_MS = 900;

/** struct sockaddr_ll: family 0, protocol 2 in network order, interface 4; the rest is for sending. */
function linkAddress(index: number): Uint8Array {
  const out = new Uint8Array(20);
  const view = new DataView(out.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ARP);
  view.setInt32(4, index, true);
  return out;
}

function probeFrame(mac: Uint8Array, target: string): Uint8Array {
  const out = new Uint8Array(FRAME);
  out.fill(0xff, 0, 6);
  out.set(mac, 6);
  // Type ARP; hardware Ethernet, protocol IPv4, lengths 6 and 4, operation request.
  out.set([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1], 12);
  out.set(mac, ETHERNET + 8);
  out.set(addressBytes(target), ETHERNET + 24);
  return out;
}

/** The address that the sender of an ARP packet says it has. */
function senderOf(frame: Uint8Array): string | undefined {
  const isArp = frame.length >= FRAME && frame[12] === 0x08 && frame[13] === 0x06;
  return isArp ? addressText(frame.slice(ETHERNET + 14, ETHERNET + 18)) : undefined;
}

/** Takes what comes until `end`. */
function listen(fd: number, end: number, wanted: ReadonlySet<string>, found: Set<string>): void {
  const buffer = new Uint8Array(2048);
  for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
    setReceiveTimeout(fd, Math.max(1, Math.ceil(left)));
    try {
      const sender = senderOf(buffer.subarray(0, receiveInto(fd, buffer)));
      if (sender !== undefined && wanted.has(sender)) found.add(sender);
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") throw error;
    }
  }
}

/** Those of these addresses that this host has itself: it does not answer its own questions. */
function ownAddresses(wanted: ReadonlySet<string>): readonly string[] {
  using socket = openNetlink();
  const all = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body).address);
  return all.filter((address) => wanted.has(address));
}

/** Those of `addresses` that somebody has on the network of this interface; none where there is no such interface. */
export function probeAddresses(name: string, addresses: readonly string[]): readonly string[] {
  using socket = openNetlink();
  const [link] = findLinks(socket, [name]);
  const wanted = new Set(addresses);
  const found = new Set(ownAddresses(wanted));
  if (!link?.up) return [...found];
  const mac = Uint8Array.from(link.mac.split(":"), (part) => Number.parseInt(part, 16));
  const fd = openSocket(AF_PACKET, SOCK_RAW);
  try {
    bindSocket(fd, linkAddress(link.index));
    const start = performance.now();
    for (const [i] of ROUNDS_MS.entries()) {
      for (const address of addresses) if (!found.has(address)) sendAll(fd, probeFrame(mac, address));
      listen(fd, start + (ROUNDS_MS[i + 1] ?? END_MS), wanted, found);
    }
    return [...found];
  } finally {
    closeFd(fd);
  }
}
