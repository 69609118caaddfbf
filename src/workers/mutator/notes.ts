// What the deckies' firewalls stopped: told as evidence and counted. The kernel's counters begin anew at each look, so
// that a restart neither tells anything twice nor keeps back what happened before it.

import type { Metrics } from "../../kit/metrics.ts";
import type { Stage } from "./acts.ts";
import { isUp } from "./core.ts";
import type { Report } from "./task.ts";

type Counts = NonNullable<Report["dropped"]>;

/** Takes what was counted since the last look. */
export interface Notes {
  take(counts: Counts): void;
}

/** Makes the notes. */
export function createNotes(
  { fleet, world, tell }: Pick<Stage, "fleet" | "world" | "tell">,
  metrics: Metrics,
): Notes {
  const total = metrics.counter("outbound_dropped_total");
  const tellOne = (name: string, tcp: number, other: number): void => {
    const placed = world.entries.find(
      ({ row, placed }) => isUp(row.status) && placed.machines.has(name),
    )?.placed;
    const link = placed?.machines.get(name)?.links[0];
    const decky = placed?.topology.deckies.find((one) => one.name === name);
    if (!link || !decky || !fleet.catalogue.archetypes.has(decky.archetype)) return;
    const address = link.address.split("/")[0] ?? "";
    tell.dropped({ decky: name, address, mac: link.mac, archetype: decky.archetype }, { tcp, other });
  };
  return {
    take(counts) {
      for (const [name, [tcp, other]] of Object.entries(counts)) {
        if (tcp + other === 0) continue;
        total.add(tcp + other);
        tellOne(name, tcp, other);
      }
    },
  };
}
