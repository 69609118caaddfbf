// Enqueues the changes that schedules bring, each with the time of the next one in the same transaction.
// Makes no change itself: they pass through the queue as those that are asked for do.

import { isDecnetError } from "../../contract/errors.ts";
import type { Machine } from "../../fleet/placed.ts";
import { enqueueMutation, putMachines } from "../../store/topologies.ts";
import type { TopologyDecky } from "../../topology/model.ts";
import type { Stage } from "./acts.ts";
import { isUp } from "./core.ts";
import type { Entry } from "./io.ts";
import { machineRow } from "./io.ts";
import { dueChange, nextAfter } from "./schedule.ts";

/** Watches the clock for every machine. */
export interface Schedules {
  turn(): Promise<void>;
}

/** A machine with its schedule. */
interface Timed {
  readonly entry: Entry;
  readonly decky: TopologyDecky;
  readonly machine: Machine;
}

/** The machines of topologies that are up, whose time is to be set, has come, or is to be forgotten. */
function* timed(stage: Stage, now: number): Iterable<Timed> {
  for (const entry of stage.world.entries) {
    if (!isUp(entry.row.status)) continue;
    for (const decky of entry.placed.topology.deckies) {
      const machine = entry.placed.machines.get(decky.name);
      if (!machine) continue;
      const { nextAt } = machine.life;
      if (decky.schedule ? nextAt === null || nextAt <= now : nextAt !== null)
        yield { entry, decky, machine };
    }
  }
}

/** Makes them. */
export function createSchedules(stage: Stage, newId: () => string): Schedules {
  const { clock, fleet, store, tell, world } = stage;
  const withNext = ({ entry, decky, machine }: Timed, from: number) => {
    const random = fleet.draw("schedule-time", decky.name, String(from));
    const nextAt = decky.schedule ? nextAfter(decky.schedule, from, random) : null;
    const life = { ...machine.life, nextAt };
    return machineRow(entry.row.id, decky.name, { ...machine, life }, clock.now());
  };
  const enqueue = async (one: Timed, now: number): Promise<void> => {
    const { entry, decky, machine } = one;
    const random = fleet.draw("schedule-plan", decky.name, String(machine.life.nextAt));
    const mutation = dueChange(decky, fleet.catalogue, random);
    const row = {
      id: newId(),
      topology_id: entry.row.id,
      status: "pending",
      reason: "",
      mutation: JSON.stringify(mutation),
      cause: "schedule",
      requested_by: "schedule",
      expected_version: entry.row.version,
      enqueued_at: now,
      claimed_at: null,
      ended_at: null,
    };
    await enqueueMutation(store.db, row, withNext(one, now));
    tell.mutation("Enqueued", row, { op: mutation.op });
  };
  return {
    async turn() {
      const now = clock.now();
      for (const one of [...timed(stage, now)]) {
        world.forget();
        const due = one.decky.schedule !== undefined && one.machine.life.nextAt !== null;
        if (!due) {
          await putMachines(store.db, [withNext(one, now)]);
          continue;
        }
        try {
          await enqueue(one, now);
        } catch (error) {
          // Somebody else's change came first, or too many wait: the next turn sees the topology as it is by then.
          if (!isDecnetError(error, "conflict") && !isDecnetError(error, "too_large")) throw error;
        }
        // One change for each version that was seen.
        await world.refresh();
        return;
      }
    },
  };
}
