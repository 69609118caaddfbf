// ARP over Ethernet (RFC 826) on a socket of its own (packet(7)): frames to and fro, and nothing remembered.
// Answers nobody: the kernel does that.

import { addressBytes, addressText, SOCK_RAW } from "./libc/address.ts";
import { bindSocket, closeFd, openSocket } from "./libc/sockets.ts";

/** <linux/if_ether.h>, packet(7). */
const AF_PACKET = 17;
const ETH_P_ARP = 0x0806;
const ETHERNET = 14;
const FRAME = ETHERNET + 28;

/** Who says something. */
export interface ArpSender {
  /** Lower case with colons. */
  readonly mac: string;
  readonly address: string;
}

/** struct sockaddr_ll: family 0, protocol 2 in network order, interface 4; the rest is for sending. */
function linkAddress(index: number): Uint8Array {
  const out = new Uint8Array(20);
  const view = new DataView(out.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ARP);
  view.setInt32(4, index, true);
  return out;
}

/** A socket for the ARP frames of one interface. The caller closes it. */
export function openArp(index: number): number {
  const fd = openSocket(AF_PACKET, SOCK_RAW);
  try {
    bindSocket(fd, linkAddress(index));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** Asks everybody who has `target`. With the address 0.0.0.0 it is a probe, by which nobody's table changes. */
export function arpRequest(sender: ArpSender, target: string): Uint8Array {
  const mac = Uint8Array.from(sender.mac.split(":"), (part) => Number.parseInt(part, 16));
  const out = new Uint8Array(FRAME);
  out.fill(0xff, 0, 6);
  out.set(mac, 6);
  // Type ARP; hardware Ethernet, protocol IPv4, lengths 6 and 4, operation request.
  out.set([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1], 12);
  out.set(mac, ETHERNET + 8);
  out.set(addressBytes(sender.address), ETHERNET + 14);
  out.set(addressBytes(target), ETHERNET + 24);
  return out;
}

/** What the sender of an ARP packet says of itself. */
export function arpSender(frame: Uint8Array): ArpSender | undefined {
  if (frame.length < FRAME || frame[12] !== 0x08 || frame[13] !== 0x06) return undefined;
  const mac = Array.from(frame.slice(ETHERNET + 8, ETHERNET + 14), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return { mac: mac.join(":"), address: addressText(frame.slice(ETHERNET + 14, ETHERNET + 18)) };
}
