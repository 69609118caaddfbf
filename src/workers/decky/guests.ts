// Visitors of this install's own, who look whether the machines are well: what they do is no evidence.
// Takes nobody for a guest who was not announced: address, ports, time and number of visits must fit.

import type { Clock } from "../../contract/clock.ts";
import type { Order } from "../../fleet/handover.ts";
import type { ConversationHost } from "./conversation.ts";

/** Visits to one port: the second is for who had no luck the first time. */
const VISITS = 2;
/** Expectations at once; an older one gives way. */
const MAX_EXPECTED = 64;
/** A guest says a line and listens for a moment. */
const BOUNDS = { sessionBytes: 1024, sessionMs: 15_000, idleMs: 15_000, fileBytes: 0, files: 0, records: 0 };

/** Who comes. */
export interface Visit {
  readonly address: string;
  readonly port: number;
  readonly decky: string;
  /** The port that was reached. */
  readonly own: number;
}

/** The guests. */
export interface Guests {
  expect(order: Omit<Extract<Order, { order: "expect" }>, "order">): void;
  /** Whether this is a guest; counts the visit. */
  takes(visit: Visit): boolean;
}

interface Expected {
  readonly address: string;
  readonly ports: readonly [number, number];
  readonly until: number;
  readonly visits: Map<string, number>;
}

/** An empty list of guests. */
export function createGuests(clock: Pick<Clock, "monotonic">): Guests {
  let expected: Expected[] = [];
  return {
    expect({ address, ports, ms }) {
      const now = clock.monotonic();
      const others = expected.filter(({ until }) => until > now).slice(1 - MAX_EXPECTED);
      expected = [...others, { address, ports, until: now + ms, visits: new Map() }];
    },
    takes({ address, port, decky, own }) {
      // Almost always nobody is expected.
      if (expected.length === 0) return false;
      const now = clock.monotonic();
      const key = `${decky} ${own}`;
      // Those of an earlier one at the same address may still count: any of them will do.
      for (const one of expected) {
        const visits = one.visits.get(key) ?? 0;
        const announced =
          one.address === address && one.until > now && port >= one.ports[0] && port <= one.ports[1];
        if (!announced || visits >= VISITS) continue;
        one.visits.set(key, visits + 1);
        return true;
      }
      return false;
    },
  };
}

/** The same decoy for a guest: nothing is told and nothing kept. */
export function hostOfGuest(host: ConversationHost): ConversationHost {
  return {
    ...host,
    limits: BOUNDS,
    emit: () => undefined,
    openDataPort: () => Promise.resolve(null),
  };
}
