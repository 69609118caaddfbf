// Addresses and routes in rtnetlink (rtnetlink(7)). Pure; knows the main routing table only.

import { DecnetError } from "../../contract/errors.ts";
import { AF_INET, AF_INET6, addressBytes, addressText } from "../libc/address.ts";
import type { Message } from "./codec.ts";
import * as N from "./codec.ts";

const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const IFA_F_NODAD = 0x02;
const RT_SCOPE_LINK = 253;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;

/** An address with its prefix length on a link. */
export interface LinkAddress {
  readonly index: number;
  readonly address: string;
  readonly prefix: number;
}

/** A route of the main table. */
export interface Route {
  readonly index: number;
  readonly gateway?: string;
  /** Absent for the default route. */
  readonly destination?: string;
  readonly prefix: number;
  /** Who made it: 2 is the kernel itself (a connected network), 3 and 4 are people and programs. */
  readonly protocol: number;
}

/** The last address of an IPv4 network. */
function broadcast(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefix - 8 * i))));
}

function addressHead(at: LinkAddress, bytes: Uint8Array): Uint8Array {
  if (at.prefix < 0 || at.prefix > bytes.length * 8) throw new DecnetError("invalid", "not a prefix length");
  const v4 = bytes.length === 4;
  // struct ifaddrmsg: family 0, prefix length 1, flags 2, scope 3, index 4
  return N.concat([
    Uint8Array.of(v4 ? AF_INET : AF_INET6, at.prefix, v4 ? 0 : IFA_F_NODAD, 0),
    N.u32(at.index),
  ]);
}

/** Gives a link an address; with IPv6 it serves at once, without asking whether another host has it. */
export function newAddress(at: LinkAddress): Message {
  const bytes = addressBytes(at.address);
  const parts = [addressHead(at, bytes), N.attribute(IFA_LOCAL, bytes), N.attribute(IFA_ADDRESS, bytes)];
  if (bytes.length === 4 && at.prefix < 31) {
    parts.push(N.attribute(IFA_BROADCAST, broadcast(bytes, at.prefix)));
  }
  const flags = N.NLM_F_REQUEST | N.NLM_F_ACK | N.NLM_F_CREATE | N.NLM_F_EXCL;
  return { type: RTM_NEWADDR, flags, body: N.concat(parts) };
}

/** Takes an address away. */
export function deleteAddress(at: LinkAddress): Message {
  const bytes = addressBytes(at.address);
  const body = N.concat([addressHead(at, bytes), N.attribute(IFA_LOCAL, bytes)]);
  return { type: RTM_DELADDR, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body };
}

/** A route: over which router, and by which link where its address does not tell. */
export interface NewRoute {
  readonly index?: number;
  readonly gateway: string;
  /** With prefix length; absent for the default route. */
  readonly destination?: string;
}

function routeBody(to: NewRoute): Uint8Array {
  const gateway = addressBytes(to.gateway);
  const family = gateway.length === 4 ? AF_INET : AF_INET6;
  const [network, bits] = to.destination?.split("/") ?? [];
  // struct rtmsg: family, dst length, src length, tos, table, protocol, scope (0 is universe), type, flags (4 bytes)
  const head = Uint8Array.of(
    ...[family, Number(bits ?? 0), 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, 0, RTN_UNICAST, 0, 0, 0, 0],
  );
  const where = network === undefined ? [] : [N.attribute(RTA_DST, addressBytes(network))];
  const by = to.index === undefined ? [] : [N.attribute(RTA_OIF, N.u32(to.index))];
  return N.concat([head, ...where, N.attribute(RTA_GATEWAY, gateway), ...by]);
}

/** Makes a route; fails with EEXIST where there is one to the same place, unless it shall `replace` it. */
export function newRoute(to: NewRoute, how: "add" | "replace" = "add"): Message {
  const mode = how === "add" ? N.NLM_F_EXCL : N.NLM_F_REPLACE;
  const flags = N.NLM_F_REQUEST | N.NLM_F_ACK | N.NLM_F_CREATE | mode;
  return { type: RTM_NEWROUTE, flags, body: routeBody(to) };
}

/** Removes a route. */
export function deleteRoute(to: NewRoute): Message {
  return { type: RTM_DELROUTE, flags: N.NLM_F_REQUEST | N.NLM_F_ACK, body: routeBody(to) };
}

const dump = (type: number, size: number): Message =>
  Object.freeze({ type, flags: N.NLM_F_REQUEST | N.NLM_F_DUMP, body: new Uint8Array(size) });

/** Ask for all addresses, and all routes, of both families. */
export const dumpAddresses: Message = dump(RTM_GETADDR, 8);
export const dumpRoutes: Message = dump(RTM_GETROUTE, 12);

function head(body: Uint8Array, size: number): DataView {
  if (body.length < size) throw new DecnetError("protocol", "netlink: a body without its head");
  return new DataView(body.buffer, body.byteOffset, body.byteLength);
}

function addressIn(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return undefined;
  if (bytes.length === 4 || bytes.length === 16) return addressText(bytes);
  throw new DecnetError("protocol", "netlink: an address of odd length");
}

/** Reads the body of an RTM_NEWADDR. */
export function parseAddress(body: Uint8Array): LinkAddress & { readonly linkLocal: boolean } {
  const view = head(body, 8);
  const found = N.decodeAttributes(body, 8);
  return {
    index: view.getUint32(4, true),
    prefix: view.getUint8(1),
    address: addressIn(found.get(IFA_LOCAL) ?? found.get(IFA_ADDRESS)) ?? "",
    linkLocal: view.getUint8(3) === RT_SCOPE_LINK,
  };
}

/** Reads the body of an RTM_NEWROUTE; undefined for one that is not of the main table or leads to no link. */
export function parseRoute(body: Uint8Array): Route | undefined {
  const view = head(body, 12);
  const found = N.decodeAttributes(body, 12);
  const index = N.readU32(found.get(RTA_OIF));
  if (view.getUint8(4) !== RT_TABLE_MAIN || index === undefined) return undefined;
  const gateway = addressIn(found.get(RTA_GATEWAY));
  const destination = addressIn(found.get(RTA_DST));
  return {
    index,
    prefix: view.getUint8(1),
    protocol: view.getUint8(5),
    ...(gateway === undefined ? {} : { gateway }),
    ...(destination === undefined ? {} : { destination }),
  };
}
