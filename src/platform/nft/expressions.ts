// The few nf_tables expressions that our rules are made of, as netlink attributes (<linux/netfilter/nf_tables.h>).
// Pure. One register is enough for all of them.

import * as N from "../netlink/codec.ts";

/** One step of a rule: a name and its attributes. */
export type Expression = Uint8Array;

const VERDICT_REGISTER = N.be32(0);
const REGISTER = N.be32(1);

/** What `meta` can load. */
export const META = { oifname: 7, l4proto: 16 } as const;
/** How `compare` compares. */
export const CMP = { eq: 0, neq: 1, lte: 3, gte: 5 } as const;
/** Bits of `ct state`. */
export const CT = { established: 2, related: 4 } as const;

function expression(name: string, parts: readonly Uint8Array[]): Expression {
  return N.nested(1, [N.attribute(1, N.text(name)), N.nested(2, parts, true)], true);
}

/** NFTA_DATA_VALUE within another attribute. */
const value = (type: number, bytes: Uint8Array): Uint8Array => N.nested(type, [N.attribute(1, bytes)], true);

/** Loads a property of the packet. */
export function meta(key: (typeof META)[keyof typeof META]): Expression {
  return expression("meta", [N.attribute(2, N.be32(key)), N.attribute(1, REGISTER)]);
}

/** Ends the rule unless what was loaded compares so. */
export function compare(how: keyof typeof CMP, bytes: Uint8Array): Expression {
  return expression("cmp", [N.attribute(1, REGISTER), N.attribute(2, N.be32(CMP[how])), value(3, bytes)]);
}

/** Loads bytes of the transport header. */
export function transport(offset: number, length: number): Expression {
  const TRANSPORT_HEADER = 2;
  const place = [TRANSPORT_HEADER, offset, length].map((part, i) => N.attribute(2 + i, N.be32(part)));
  return expression("payload", [N.attribute(1, REGISTER), ...place]);
}

/** Keeps these bits of what was loaded. */
export function mask(bits: Uint8Array): Expression {
  const head = [N.attribute(1, REGISTER), N.attribute(2, REGISTER), N.attribute(3, N.be32(bits.length))];
  return expression("bitwise", [...head, value(4, bits), value(5, new Uint8Array(bits.length))]);
}

/** Loads the state of the packet's connection. */
export const connectionState: Expression = expression("ct", [
  N.attribute(2, N.be32(0)),
  N.attribute(1, REGISTER),
]);

/** The packet is not entered in the table of connections. */
export const untracked: Expression = expression("notrack", []);

/** Counts the packet in a counter with a name. */
export function count(counter: string): Expression {
  return expression("objref", [N.attribute(1, N.be32(1)), N.attribute(2, N.text(counter))]);
}

/** Decides about the packet: NF_DROP is 0, NF_ACCEPT 1. */
export function verdict(kind: "accept" | "drop"): Expression {
  const code = N.attribute(1, N.be32(kind === "drop" ? 0 : 1));
  const data = N.nested(2, [N.nested(2, [code], true)], true);
  return expression("immediate", [N.attribute(1, VERDICT_REGISTER), data]);
}
