// A place on a network beside the machines there: a network namespace without a name, with one link into it.
// It belongs to this process alone: when the process ends, however it ends, the kernel removes namespace and link.

import { closeSync, openSync, readFileSync } from "node:fs";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { hostMac } from "../fleet/names.ts";
import { probeAddresses } from "./arp-probe.ts";
import { indexesOf } from "./fleet-observe.ts";
import { CLONE_NEWNET, unshare } from "./libc/namespaces.ts";
import { newAddress } from "./netlink/address.ts";
import { newLink, setLink } from "./netlink/link.ts";
import { openNetlink } from "./netlink/socket.ts";
import { writeSysctl } from "./netns/sysctl.ts";
import { OWN_NAMESPACE } from "./netns/thread.ts";

/** Where the place shall be. */
export interface PlaceOptions {
  /** The bridge, or the interface whose network a macvlan is in. */
  readonly interface: string;
  readonly driver: "bridge" | "macvlan";
  /** Name of the host's end of a bridge's link. */
  readonly host: string;
  readonly mac: string;
  /** Addresses to try in turn, with prefix length. */
  readonly addresses: readonly string[];
  /** Ports from which connections are made. */
  readonly ports: readonly [from: number, to: number];
}

/** The place. */
export interface Place {
  readonly link: string;
  readonly index: number;
  /** Without prefix length. */
  readonly address: string;
}

const LINK = "eth0";
const plain = (address: string): string => address.split("/")[0] ?? "";

/** A bridge with a spanning tree lets nothing of a new port through for half a minute (IEEE 802.1D). */
function refuseSpanningTree(bridge: string): void {
  try {
    const state = readFileSync(`/sys/class/net/${bridge}/bridge/stp_state`, "utf8").trim();
    if (state !== "0")
      throw new DecnetError("unavailable", `${bridge} has a spanning tree: a new port waits`);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

function moveIn(options: PlaceOptions): void {
  // Of the namespace that is left: links are made from there.
  using outside = openNetlink();
  const below = indexesOf(outside, [options.interface]).get(options.interface) ?? 0;
  unshare(CLONE_NEWNET);
  const namespaceFd = openSync(OWN_NAMESPACE, "r");
  const inner = { name: LINK, mac: options.mac, namespaceFd };
  try {
    if (options.driver === "macvlan") {
      outside.all([newLink({ kind: "macvlan", parent: below, ...inner })]);
      return;
    }
    const outer = { name: options.host, mac: hostMac(options.host), up: true, master: below };
    outside.all([newLink({ kind: "veth", ...outer, peer: inner })]);
    outside.all([setLink(options.host, { quietIpv6: true })]);
  } finally {
    closeSync(namespaceFd);
  }
}

/**
 * Leaves this thread's namespace for good, for a new one beside those machines, with the first of the addresses that
 * nobody answers for. Throws DecnetError `conflict` when all of them are taken.
 */
export function enterNeighbourPlace(options: PlaceOptions): Place {
  if (options.driver === "bridge") refuseSpanningTree(options.interface);
  moveIn(options);
  using socket = openNetlink();
  socket.all([setLink(LINK, { quietIpv6: true, up: true }), setLink("lo", { up: true })]);
  const taken = new Set(
    probeAddresses(
      LINK,
      options.addresses.map((address) => ({ address: plain(address) })),
    ),
  );
  const free = options.addresses.find((address) => !taken.has(plain(address)));
  if (free === undefined) throw new DecnetError("conflict", "no address of the network is free");
  const [address = "", prefix] = free.split("/");
  const index = indexesOf(socket, [LINK]).get(LINK) ?? 0;
  socket.all([newAddress({ index, address, prefix: Number(prefix) })]);
  writeSysctl("net.ipv4.ip_local_port_range", options.ports.join(" "));
  return { link: LINK, index, address };
}
