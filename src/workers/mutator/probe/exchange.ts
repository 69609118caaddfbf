// Asks many at once over one raw socket and takes what comes, for a bounded time. Blocks.
// Knows neither ARP nor ICMP.

import { errnoOf } from "../../../platform/libc/errno.ts";
import { receiveInto } from "../../../platform/libc/messages.ts";
import { setReceiveTimeout } from "../../../platform/libc/sockets.ts";

/** Once everybody has answered: so long others may answer as well. */
const GRACE_MS = 120;
/** Longest packet that is looked at. */
const PACKET = 2048;

/** One round of questions. */
export interface Questions<T> {
  readonly fd: number;
  readonly addresses: readonly string[];
  /** When those who have not answered are asked, and last of all when nobody is waited for any more. */
  readonly at: readonly number[];
  readonly ask: (address: string, round: number) => void;
  /** Who answers in a packet, and what. */
  readonly read: (packet: Uint8Array) => { readonly address: string; readonly said: T } | undefined;
}

function receive(fd: number, buffer: Uint8Array): Uint8Array | undefined {
  try {
    return buffer.subarray(0, receiveInto(fd, buffer));
  } catch (error) {
    // Nothing yet, or a packet longer than any that matters.
    const code = errnoOf(error);
    if (code === undefined || code === "EAGAIN") return undefined;
    throw error;
  }
}

/** Different answers by address. */
export function askAll<T>(questions: Questions<T>): Map<string, Set<T>> {
  const { fd, addresses, at, ask, read } = questions;
  const buffer = new Uint8Array(PACKET);
  const open = new Set(addresses);
  const answers = new Map(addresses.map((address) => [address, new Set<T>()]));
  const start = performance.now();
  let end = start + (at.at(-1) ?? 0);
  for (const [round, from] of at.entries()) {
    if (round === at.length - 1) break;
    for (const address of open) ask(address, round);
    const until = Math.min(end, start + (at[round + 1] ?? from));
    for (let left = until - performance.now(); left > 0; left = Math.min(end, until) - performance.now()) {
      setReceiveTimeout(fd, Math.max(1, Math.ceil(left)));
      const packet = receive(fd, buffer);
      const answer = packet && read(packet);
      const known = answer && answers.get(answer.address);
      if (!answer || !known) continue;
      known.add(answer.said);
      if (open.delete(answer.address) && open.size === 0) end = Math.min(end, performance.now() + GRACE_MS);
    }
  }
  return answers;
}
