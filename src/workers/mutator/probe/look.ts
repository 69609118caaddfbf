// What a neighbour sees of machines: who answers for their addresses, with which TTL, and what their services say.
// Runs without rights; who seemed unwell is looked at once more, with more patience.

import { arpRequest, arpSender } from "../../../platform/arp.ts";
import { socketAddress } from "../../../platform/libc/address.ts";
import { sendAll, sendTo } from "../../../platform/libc/messages.ts";
import { echoReply, echoRequest } from "../../../platform/ping.ts";
import { askAll } from "./exchange.ts";
import type { Luggage } from "./place.ts";
import type { Fault, Target } from "./task.ts";
import { inTurns, knock } from "./visit.ts";

/** When who has not answered is asked again, the end last; and how long one visit may take. */
const PATIENCE = [
  { at: [0, 300, 900], visitMs: 2_000 },
  { at: [0, 400, 900, 1_500], visitMs: 4_000 },
] as const;

type Patience = (typeof PATIENCE)[number];

const addressesOf = (targets: readonly Target[]): readonly string[] => targets.map(({ address }) => address);

/** Who answers, and who answers as somebody else. */
function lookAtLinks({ arp, mac, address }: Luggage, targets: readonly Target[], { at }: Patience): Fault[] {
  const answers = askAll({
    fd: arp,
    addresses: addressesOf(targets),
    at,
    ask: (target) => sendAll(arp, arpRequest({ mac, address }, target)),
    read(frame) {
      const sender = arpSender(frame);
      return sender && { address: sender.address, said: sender.mac };
    },
  });
  return targets.flatMap((target): Fault[] => {
    const { decky, address } = target;
    const macs = answers.get(address) ?? new Set();
    if (macs.size === 0) return [{ decky, address, check: "arp" }];
    return macs.size > 1 || !macs.has(target.mac) ? [{ decky, address, check: "mac" }] : [];
  });
}

function lookAtEchoes({ ping }: Luggage, targets: readonly Target[], { at }: Patience): Fault[] {
  const id = process.pid & 0xffff;
  const answers = askAll({
    fd: ping,
    addresses: addressesOf(targets),
    at,
    // What can't be sent is not answered either.
    ask: (target, round) => void sendTo(ping, echoRequest(id, round + 1), socketAddress(target, 0)),
    read(packet) {
      const reply = echoReply(packet, id);
      return reply && { address: reply.address, said: reply.ttl };
    },
  });
  return targets.flatMap(({ decky, address, ttl }): Fault[] => {
    const seen = [...(answers.get(address) ?? [])];
    if (ttl === null) return seen.length > 0 ? [{ decky, address, check: "loud" }] : [];
    if (seen.length === 0) return [{ decky, address, check: "echo" }];
    const wrong = seen.find((one) => one !== ttl);
    return wrong === undefined ? [] : [{ decky, address, check: "ttl", seen: wrong }];
  });
}

async function lookAtPorts(targets: readonly Target[], { visitMs: ms }: Patience): Promise<Fault[]> {
  const faults: Fault[] = [];
  const all = targets.flatMap((target) => [
    ...target.visits.map((visit) => ({ target, visit })),
    ...(target.closed === null ? [] : [{ target, visit: { port: target.closed, ask: "", says: [] } }]),
  ]);
  await inTurns(all, async ({ target: { decky, address }, visit }) => {
    const outcome = await knock({ ...visit, address, ms });
    if ("service" in visit) {
      if (outcome !== "well") faults.push({ decky, address, service: visit.service, check: outcome });
    } else if (outcome !== "refused") {
      faults.push({ decky, address, check: outcome === "silent" ? "dropped" : "open" });
    }
  });
  return faults;
}

async function lookOnce(luggage: Luggage, targets: readonly Target[], patience: Patience): Promise<Fault[]> {
  const links = lookAtLinks(luggage, targets, patience);
  // Where nobody is, nothing else can be well either: one reason is enough.
  const gone = new Set(links.filter(({ check }) => check === "arp").map(({ address }) => address));
  const there = targets.filter(({ address }) => !gone.has(address));
  return [...links, ...lookAtEchoes(luggage, there, patience), ...(await lookAtPorts(there, patience))];
}

/** All that is wrong. */
export async function lookAround(luggage: Luggage): Promise<Fault[]> {
  const [first, second] = PATIENCE;
  const suspects = new Set((await lookOnce(luggage, luggage.targets, first)).map(({ address }) => address));
  if (suspects.size === 0) return [];
  const again = luggage.targets.filter(({ address }) => suspects.has(address));
  return await lookOnce(luggage, again, second);
}
