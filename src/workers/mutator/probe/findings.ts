// What neighbours found becomes the deckies' state: told when it is another than before, and when all is well again.
// A machine whose process is not there is left to those who tell of that.

import type { EvidenceData, ServiceState } from "../../../contract/evidence.ts";
import type { CompiledDecky } from "../../../fleet/compile.ts";
import { getDecky } from "../../../store/deckies.ts";
import type { Store } from "../../../store/open.ts";
import { namedOf } from "../acts.ts";
import type { Teller } from "../tell.ts";
import type { Found } from "./prober.ts";
import type { Fault } from "./task.ts";
import { wordsOf } from "./task.ts";

type Changed = EvidenceData<"decky.changed">;

/** Longest reason. */
const REASON = 300;
/** Faults that a reason names. */
const NAMED = 3;

/** What is wrong with one machine, in words; empty when nothing is. */
export function reasonFor(faults: readonly Fault[]): string {
  const words = [...new Set(faults.map(wordsOf))];
  const more = words.length > NAMED ? [`and ${words.length - NAMED} more`] : [];
  return [...words.slice(0, NAMED), ...more].join("; ").slice(0, REASON);
}

/** The state that goes with a reason. */
export function stateFor(reason: string, services: readonly ServiceState[]): "running" | "degraded" {
  return reason === "" && services.every(({ state }) => state === "listening") ? "running" : "degraded";
}

/** A machine as it was last described, by itself or by a neighbour. */
type Known = Pick<Changed, "persona" | "services"> & {
  readonly state: Changed["previous"];
  readonly reason: string;
};

function undescribed({ name, spec, sockets }: CompiledDecky, reason: string): Known {
  const services = sockets
    .filter(({ use }) => use === "service")
    .map(({ service, transport, port }) => ({ name: service, transport, port, state: "listening" as const }));
  const persona = { hostname: name, archetype: spec.archetype, os: "" };
  return { state: reason === "" ? "running" : "degraded", persona, services, reason };
}

/** Makes what takes findings. */
export function createFindings({ db }: Store, tell: Pick<Teller, "changed">) {
  /** Of machines that nobody has described in the store. */
  const told = new Map<string, string>();
  const knownOf = async (decky: CompiledDecky): Promise<Known> => {
    const row = await getDecky(db, decky.name);
    return row
      ? { ...row, state: row.state as Changed["previous"] }
      : undescribed(decky, told.get(decky.name) ?? "");
  };
  return async ({ looked, faults }: Found): Promise<void> => {
    for (const decky of looked) {
      const known = await knownOf(decky);
      const reason = reasonFor(faults.get(decky.name) ?? []);
      if (reason === known.reason || known.state === "stopped" || known.state === "starting") continue;
      told.set(decky.name, reason);
      const { state: previous, persona, services } = known;
      tell.changed(namedOf(decky), {
        state: stateFor(reason, services),
        previous,
        reason,
        persona,
        services,
      });
    }
  };
}
