// Puts up, looks at and reads the firewall of the network namespace that this thread is in.
// Touches no table but ours.

import { E, errnoError } from "../libc/errno.ts";
import { NETLINK_NETFILTER, openNetlink } from "../netlink/socket.ts";
import type { Dropped, Firewall } from "./ruleset.ts";
import { getTable, parseCounter, parseTableLabel, rulesetTransaction, takeCounters } from "./ruleset.ts";

/** Puts the firewall up in one transaction, in place of one that is there. Counters begin at zero. */
export function putUpFirewall(firewall: Firewall): void {
  const replace = observedFirewall() !== undefined;
  using socket = openNetlink(NETLINK_NETFILTER);
  const errno = socket.transaction(rulesetTransaction(firewall, replace));
  if (errno !== 0) throw errnoError("nf_tables transaction", errno);
}

/** The label of the firewall that is up, or undefined when there is none of ours. */
export function observedFirewall(): string | undefined {
  using socket = openNetlink(NETLINK_NETFILTER);
  const answer = socket.ask(getTable);
  if (typeof answer !== "number") return parseTableLabel(answer.body) ?? "unlabelled";
  if (answer === E.ENOENT) return undefined;
  throw errnoError("nf_tables table", answer);
}

/** What the firewall dropped since this was last asked; the counters begin anew. */
export function takeDropped(): Dropped {
  using socket = openNetlink(NETLINK_NETFILTER);
  const found = socket.dump(takeCounters).map(({ body }) => parseCounter(body));
  return Object.assign({ outbound_tcp: 0, outbound_other: 0 }, ...found);
}
