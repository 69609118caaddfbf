// The firewall of a decky as one nf_tables transaction: nothing in it begins a connection outward. Pure.
// TCP is judged by its flags alone, so that a flood of SYNs fills no table of connections.

import type { Message } from "../netlink/codec.ts";
import * as N from "../netlink/codec.ts";
import type { Expression } from "./expressions.ts";
import {
  CT,
  compare,
  connectionState,
  count,
  META,
  mask,
  meta,
  transport,
  untracked,
  verdict,
} from "./expressions.ts";

/** The table's name in every decky's namespace. */
const TABLE = "decnet";
/** Raised when the rules change, so that a table made by an older program is replaced. */
const VERSION = 1;

/** Counters of what was dropped: attempts to open TCP connections, and all else that nobody asked for. */
const COUNTERS = ["outbound_tcp", "outbound_other"] as const;

/** Dropped packets by counter. */
export type Dropped = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** What may differ between deckies. */
export interface Firewall {
  /** Whether packets of others are passed on between the decky's links. */
  readonly forward: boolean;
}

// <linux/netfilter/nfnetlink.h>, <linux/netfilter/nf_tables.h>, <linux/netfilter.h>
const SUBSYSTEM = 10 << 8;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const NEWTABLE = SUBSYSTEM | 0;
const GETTABLE = SUBSYSTEM | 1;
const DELTABLE = SUBSYSTEM | 2;
const NEWCHAIN = SUBSYSTEM | 3;
const NEWRULE = SUBSYSTEM | 6;
const NEWOBJ = SUBSYSTEM | 18;
const GETOBJ_RESET = SUBSYSTEM | 21;
const NFPROTO_INET = 1;
const HOOK = { prerouting: 0, forward: 2, output: 3 } as const;
const PRIORITY = { raw: -300, filter: 0 } as const;
const OBJECT_COUNTER = 1;
const TABLE_USERDATA = 6;

const TCP = Uint8Array.of(6);
const ICMPV6 = Uint8Array.of(58);
/** Flags of TCP (RFC 9293), in byte 13 of its header. */
const SYN = 0x02;
const ACK = 0x10;

/** nfgenmsg: family, version, resource id in network order. */
const head = (family: number, resource = 0): Uint8Array => Uint8Array.of(family, 0, resource >> 8, resource);
const named = (type: number, name: string): Uint8Array => N.attribute(type, N.text(name));
const border = (type: number): Message => ({ type, flags: N.NLM_F_REQUEST, body: head(0, 10) });

function request(type: number, parts: readonly Uint8Array[], flags = N.NLM_F_CREATE): Message {
  const body = N.concat([head(NFPROTO_INET), ...parts]);
  return { type, flags: N.NLM_F_REQUEST | N.NLM_F_ACK | flags, body };
}

/** What the table's comment says: the whole ruleset follows from it. */
export function firewallLabel(firewall: Firewall): string {
  return `v${VERSION} forward=${firewall.forward ? "yes" : "no"}`;
}

/** A comment as libnftnl stores it: type 0, length, text with its NUL. */
function comment(label: string): Uint8Array {
  const bytes = N.text(label);
  return N.attribute(TABLE_USERDATA, Uint8Array.of(0, bytes.length, ...bytes));
}

interface Chain {
  readonly name: string;
  readonly hook: keyof typeof HOOK;
  readonly priority: keyof typeof PRIORITY;
  readonly policy: "accept" | "drop";
  readonly rules: readonly (readonly Expression[])[];
}

function chainMessages(chain: Chain): Message[] {
  const at = [N.attribute(1, N.be32(HOOK[chain.hook])), N.attribute(2, N.be32(PRIORITY[chain.priority]))];
  const policy = N.attribute(5, N.be32(chain.policy === "drop" ? 0 : 1));
  const parts = [named(1, TABLE), named(3, chain.name), N.nested(4, at, true), policy, named(7, "filter")];
  const append = N.NLM_F_CREATE | N.NLM_F_APPEND;
  const rules = chain.rules.map((steps) =>
    request(NEWRULE, [named(1, TABLE), named(2, chain.name), N.nested(4, steps, true)], append),
  );
  return [request(NEWCHAIN, parts), ...rules];
}

const isTcp = [meta(META.l4proto), compare("eq", TCP)];
const isIcmpV6 = [meta(META.l4proto), compare("eq", ICMPV6), transport(0, 1)];
const isSyn = [transport(13, 1), mask(Uint8Array.of(SYN | ACK)), compare("eq", Uint8Array.of(SYN))];

const outputRules: Chain["rules"] = [
  [meta(META.oifname), compare("eq", N.text("lo")), verdict("accept")],
  // Without its SYN no connection begins; all other TCP answers someone.
  [...isTcp, ...isSyn, count("outbound_tcp"), verdict("drop")],
  [...isTcp, verdict("accept")],
  [connectionState, mask(N.u32(CT.established | CT.related)), compare("neq", N.u32(0)), verdict("accept")],
  // Neighbour discovery (RFC 4861: 133, 135, 136) and membership reports (RFC 3810: 143) are the kernel's own, on the link.
  [...isIcmpV6, compare("eq", Uint8Array.of(133)), verdict("accept")],
  [...isIcmpV6, compare("gte", Uint8Array.of(135)), compare("lte", Uint8Array.of(136)), verdict("accept")],
  [...isIcmpV6, compare("eq", Uint8Array.of(143)), verdict("accept")],
  [count("outbound_other"), verdict("drop")],
];

function chains({ forward }: Firewall): Chain[] {
  const notrack = [[...isTcp, untracked]];
  return [
    { name: "untracked_in", hook: "prerouting", priority: "raw", policy: "accept", rules: notrack },
    { name: "untracked_out", hook: "output", priority: "raw", policy: "accept", rules: notrack },
    { name: "output", hook: "output", priority: "filter", policy: "drop", rules: outputRules },
    { name: "forward", hook: "forward", priority: "filter", policy: forward ? "accept" : "drop", rules: [] },
  ];
}

/**
 * The transaction that puts the firewall up; all of it takes effect at once, or nothing. `replace` removes the table
 * that is there: the kernel then waits for every reader of the old one, which a fresh namespace need not pay for.
 */
export function rulesetTransaction(firewall: Firewall, replace: boolean): Message[] {
  const counters = COUNTERS.map((name) => {
    const kind = N.attribute(3, N.be32(OBJECT_COUNTER));
    return request(NEWOBJ, [named(1, TABLE), named(2, name), kind, N.nested(4, [], true)]);
  });
  return [
    border(BATCH_BEGIN),
    ...(replace ? [request(DELTABLE, [named(1, TABLE)], 0)] : []),
    request(NEWTABLE, [named(1, TABLE), comment(firewallLabel(firewall))]),
    ...counters,
    ...chains(firewall).flatMap(chainMessages),
    border(BATCH_END),
  ];
}

/** Asks for the table. */
export const getTable: Message = Object.freeze(request(GETTABLE, [named(1, TABLE)], 0));

/** Asks for the table's counters, and sets them to zero. */
export const takeCounters: Message = Object.freeze({
  type: GETOBJ_RESET,
  flags: N.NLM_F_REQUEST | N.NLM_F_DUMP,
  body: N.concat([head(NFPROTO_INET), named(1, TABLE), N.attribute(3, N.be32(OBJECT_COUNTER))]),
});

/** The comment of the table in an answer to {@link getTable}. */
export function parseTableLabel(body: Uint8Array): string | undefined {
  const userdata = N.decodeAttributes(body, 4).get(TABLE_USERDATA);
  return userdata?.[0] === 0 ? N.readText(userdata.subarray(2)) : undefined;
}

/** Packets that one of our counters saw, in an answer to {@link takeCounters}. */
export function parseCounter(body: Uint8Array): Partial<Dropped> {
  const found = N.decodeAttributes(body, 4);
  const [table, name, data] = [N.readText(found.get(1)), N.readText(found.get(2)), found.get(4)];
  const packets = data && N.decodeAttributes(data).get(2);
  const ours = COUNTERS.find((counter) => counter === name);
  if (table !== TABLE || ours === undefined || packets?.length !== 8) return {};
  return { [ours]: Number(new DataView(packets.buffer, packets.byteOffset, 8).getBigUint64(0)) };
}
