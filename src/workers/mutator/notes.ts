// What the deckies' firewalls stopped since they were last looked at: told as evidence and counted.
// The first look at a firewall tells nothing: what it stopped before was told, or is not known to be new.

import type { Metrics } from "../../kit/metrics.ts";
import type { Stage } from "./acts.ts";
import { isUp } from "./core.ts";
import type { Report } from "./task.ts";

type Counts = NonNullable<Report["dropped"]>;

/** Compares counters. */
export interface Notes {
  compare(now: Counts): void;
}

/** What a counter has grown by; one that is smaller than before began anew. */
function growth(before: number, now: number): number {
  return now < before ? now : now - before;
}

/** Makes the notes. */
export function createNotes(
  { fleet, world, tell }: Pick<Stage, "fleet" | "world" | "tell">,
  metrics: Metrics,
): Notes {
  const total = metrics.counter("outbound_dropped_total");
  let last: Counts = {};
  const tellOne = (name: string, tcp: number, other: number): void => {
    const placed = world.entries.find(
      ({ row, placed }) => isUp(row.status) && placed.machines.has(name),
    )?.placed;
    const link = placed?.machines.get(name)?.links[0];
    const decky = placed?.topology.deckies.find((one) => one.name === name);
    total.add(tcp + other);
    if (!link || !decky || !fleet.catalogue.archetypes.has(decky.archetype)) return;
    const address = link.address.split("/")[0] ?? "";
    tell.dropped({ decky: name, address, mac: link.mac, archetype: decky.archetype }, { tcp, other });
  };
  return {
    compare(now) {
      for (const [name, [tcp, other]] of Object.entries(now)) {
        const before = last[name];
        if (!before) continue;
        const more = [growth(before[0], tcp), growth(before[1], other)] as const;
        if (more[0] + more[1] > 0) tellOne(name, ...more);
      }
      last = now;
    },
  };
}
