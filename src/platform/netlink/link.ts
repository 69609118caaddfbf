// Links in rtnetlink (rtnetlink(7), <linux/if_link.h>): requests that make, change and remove them, and what a dump says.
// Pure; holds no socket.

import { DecnetError } from "../../contract/errors.ts";
import type { Message } from "./codec.ts";
import * as N from "./codec.ts";

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const IFF_UP = 1;
const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  LINKINFO: 18,
  AF_SPEC: 26,
  GROUP: 27,
  NET_NS_FD: 28,
} as const;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFLA_MACVLAN_MODE = 1;
const MACVLAN_MODE_BRIDGE = 4;
const AF_INET6 = 10;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;

/** Size of struct ifinfomsg: family 0, type 2, index 4, flags 8, change 12. */
const IFINFO = 16;

/** What each end of a new link may ask for. */
export interface LinkEnd {
  readonly name: string;
  /** Wanted interface number, or the kernel's choice. */
  readonly index?: number;
  readonly mac?: string;
  readonly mtu?: number;
  /** Namespace in which it appears: an open descriptor. Absent: the namespace of the socket. */
  readonly namespaceFd?: number;
  readonly up?: boolean;
  /** A number that it bears from its first moment on. */
  readonly group?: number;
}

/** A link to make. */
export type NewLink = LinkEnd &
  (
    | { readonly kind: "bridge" }
    | { readonly kind: "veth"; readonly peer: LinkEnd; readonly master?: number }
    | { readonly kind: "macvlan"; readonly parent: number }
  );

/** A link as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mac: string;
  readonly mtu: number;
  readonly master: number;
  readonly group: number;
  /** Number of the interface below it (of a macvlan) or at its other end (of a veth), in that one's namespace; 0 for others. */
  readonly parent: number;
  readonly kind: string;
}

function ifinfo(index: number, up: boolean | undefined): Uint8Array {
  const out = new Uint8Array(IFINFO);
  const view = new DataView(out.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, up ? IFF_UP : 0, true);
  view.setUint32(12, up === undefined ? 0 : IFF_UP, true);
  return out;
}

function macBytes(mac: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new DecnetError("invalid", "not a MAC address");
  return Uint8Array.from(mac.split(":"), (part) => Number.parseInt(part, 16));
}

/** Bytes as `02:00:5e:10:00:01`. */
function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function ifname(name: string): Uint8Array {
  // IFNAMSIZ is 16 with the NUL; the kernel refuses slashes, colons and white space.
  if (!/^[a-zA-Z0-9_.-]{1,15}$/.test(name) || name === "." || name === "..") {
    throw new DecnetError("invalid", "not a name for a network interface");
  }
  return N.attribute(IFLA.IFNAME, N.text(name));
}

function endAttributes(end: LinkEnd): Uint8Array[] {
  return [
    ifname(end.name),
    ...(end.mac === undefined ? [] : [N.attribute(IFLA.ADDRESS, macBytes(end.mac))]),
    ...(end.mtu === undefined ? [] : [N.attribute(IFLA.MTU, N.u32(end.mtu))]),
    ...(end.group === undefined ? [] : [N.attribute(IFLA.GROUP, N.u32(end.group))]),
    ...(end.namespaceFd === undefined ? [] : [N.attribute(IFLA.NET_NS_FD, N.u32(end.namespaceFd))]),
  ];
}

function infoData(link: NewLink): Uint8Array[] {
  if (link.kind === "bridge") return [];
  if (link.kind === "macvlan") {
    return [N.nested(IFLA_INFO_DATA, [N.attribute(IFLA_MACVLAN_MODE, N.u32(MACVLAN_MODE_BRIDGE))])];
  }
  const peer = [ifinfo(link.peer.index ?? 0, link.peer.up), ...endAttributes(link.peer)];
  return [N.nested(IFLA_INFO_DATA, [N.nested(VETH_INFO_PEER, peer)])];
}

/** Makes a link, for a veth pair both ends; fails with EEXIST where the name is taken. */
export function newLink(link: NewLink): Message {
  const parts = [ifinfo(link.index ?? 0, link.up), ...endAttributes(link)];
  if (link.kind === "macvlan") parts.push(N.attribute(IFLA.LINK, N.u32(link.parent)));
  if (link.kind === "veth" && link.master !== undefined) {
    parts.push(N.attribute(IFLA.MASTER, N.u32(link.master)));
  }
  // The kind goes without its NUL, as iproute2 sends it.
  const kind = N.attribute(IFLA_INFO_KIND, new TextEncoder().encode(link.kind));
  parts.push(N.nested(IFLA.LINKINFO, [kind, ...infoData(link)]));
  const flags = N.NLM_F_REQUEST | N.NLM_F_ACK | N.NLM_F_CREATE | N.NLM_F_EXCL;
  return { type: RTM_NEWLINK, flags, body: N.concat(parts) };
}

/** What may change of a link that is there. */
export interface LinkChange {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: string;
  /** Interface number of the bridge to join; 0 leaves it. */
  readonly master?: number;
  /** A number by which many are removed at once. */
  readonly group?: number;
  /** No IPv6 address appears by itself on this link. */
  readonly quietIpv6?: true;
}

const which = (link: number | string, up?: boolean): Uint8Array[] =>
  typeof link === "number" ? [ifinfo(link, up)] : [ifinfo(0, up), ifname(link)];

/** Changes a link, by its number or its name. */
export function setLink(link: number | string, change: LinkChange): Message {
  const parts = which(link, change.up);
  if (change.mac !== undefined) parts.push(N.attribute(IFLA.ADDRESS, macBytes(change.mac)));
  if (change.mtu !== undefined) parts.push(N.attribute(IFLA.MTU, N.u32(change.mtu)));
  if (change.master !== undefined) parts.push(N.attribute(IFLA.MASTER, N.u32(change.master)));
  if (change.group !== undefined) parts.push(N.attribute(IFLA.GROUP, N.u32(change.group)));
  if (change.quietIpv6) {
    const mode = N.attribute(IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE));
    parts.push(N.nested(IFLA.AF_SPEC, [N.nested(AF_INET6, [mode])]));
  }
  return { type: RTM_NEWLINK, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body: N.concat(parts) };
}

/** Removes a link; the other end of a veth pair goes with it. */
export function deleteLink(link: number | string): Message {
  return { type: RTM_DELLINK, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body: N.concat(which(link)) };
}

/** Removes all links of a group: one wait of the kernel for all of them, in place of one for each. */
export function deleteGroup(group: number): Message {
  const body = N.concat([ifinfo(0, undefined), N.attribute(IFLA.GROUP, N.u32(group))]);
  return { type: RTM_DELLINK, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body };
}

/** Asks for one link by its name. */
export function getLink(name: string): Message {
  return { type: RTM_GETLINK, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body: N.concat(which(name)) };
}

/** Asks for all links. */
export const dumpLinks: Message = Object.freeze({
  type: RTM_GETLINK,
  flags: N.NLM_F_REQUEST | N.NLM_F_DUMP,
  body: ifinfo(0, undefined),
});

/** Reads the body of an RTM_NEWLINK. Throws DecnetError `protocol`. */
export function parseLink(body: Uint8Array): Link {
  if (body.length < IFINFO) throw new DecnetError("protocol", "netlink: a link without its head");
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const found = N.decodeAttributes(body, IFINFO);
  const info = found.get(IFLA.LINKINFO);
  return {
    index: view.getInt32(4, true),
    up: (view.getUint32(8, true) & IFF_UP) !== 0,
    name: N.readText(found.get(IFLA.IFNAME)) ?? "",
    mac: macText(found.get(IFLA.ADDRESS) ?? new Uint8Array(0)),
    mtu: N.readU32(found.get(IFLA.MTU)) ?? 0,
    master: N.readU32(found.get(IFLA.MASTER)) ?? 0,
    group: N.readU32(found.get(IFLA.GROUP)) ?? 0,
    parent: N.readU32(found.get(IFLA.LINK)) ?? 0,
    kind: (info && N.readText(N.decodeAttributes(info).get(IFLA_INFO_KIND))) ?? "",
  };
}
