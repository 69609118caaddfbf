// The neighbour as long as it has rights: it moves in, opens its raw sockets, has itself announced to the decoys, and
// becomes a process without rights that looks around. Reads nothing but who answers for the addresses that it may take.

import { openArp } from "../../../platform/arp.ts";
import { depart } from "../../../platform/fence/stage.ts";
import { decoyIds } from "../../../platform/identity.ts";
import type { Place } from "../../../platform/neighbour-place.ts";
import { enterNeighbourPlace } from "../../../platform/neighbour-place.ts";
import { openPing } from "../../../platform/ping.ts";
import { connectOrders } from "../orders.ts";
import type { ProbeTask, Target } from "./task.ts";

/** How long its visits are no evidence: longer than it may take. */
const EXPECTED_MS = 45_000;

/** What it takes along. */
export interface Luggage {
  readonly arp: number;
  readonly ping: number;
  readonly mac: string;
  readonly address: string;
  readonly targets: readonly Target[];
}

/** Tells the decoys' process who comes, before anybody does. */
function announce({ socket, ports }: ProbeTask, { address }: Place): void {
  using orders = connectOrders(socket);
  const refused = (reason: string): never => {
    throw new Error(`the decoys' process expects no guest: ${reason}`);
  };
  orders.give({ order: "expect", address, ports, ms: EXPECTED_MS }, [], refused);
  orders.settle();
}

/** Moves in; returns only by throwing. */
export function moveIn(task: ProbeTask): never {
  const place = enterNeighbourPlace(task);
  announce(task, place);
  const [arp, ping] = [openArp(place.index), openPing()];
  const luggage: Luggage = { arp, ping, mac: task.mac, address: place.address, targets: task.targets };
  return depart({
    luggage,
    keep: [arp, ping],
    user: decoyIds(),
    // Without a home the runtime would look for one in the list of users.
    env: { HOME: "/" },
    openings: {
      // Under a script runner the code is read while it runs, from wherever it lies.
      read: Bun.isStandaloneExecutable ? [] : ["/"],
      run: [],
      write: [],
      connect: true,
    },
    internet: true,
  });
}
