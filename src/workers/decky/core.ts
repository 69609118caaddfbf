// Where decoys listen, what a decky's services add up to, what was refused: pure.

import type { ServiceState } from "../../contract/evidence.ts";

/** Added to every usual port by who may not listen on the real ones. */
const SHIFT = 20_000;

/** What is added to every decoy's usual port: what was asked for, or, with `auto`, nothing where the real ones may be had. */
export function offsetOf(asked: number | "auto", mayBind: boolean): number {
  if (asked !== "auto") return asked;
  return mayBind ? 0 : SHIFT;
}

/** State of a decky as its services make it. */
export type DeckyPhase = "starting" | "running" | "degraded" | "stopped";

/** Running when all its services listen, degraded when some do, stopped when none does. */
export function phaseOf(services: readonly ServiceState[]): DeckyPhase {
  const listening = services.filter((service) => service.state === "listening").length;
  if (listening === 0) return "stopped";
  return listening === services.length ? "running" : "degraded";
}

/** What has been refused since it was last told, by source, port and bound: bounded, so that a flood costs one record a spell. */
export interface RefusalTally {
  note(key: RefusalKey): void;
  /** Takes what there is and begins anew. */
  drain(): readonly (RefusalKey & { readonly count: number })[];
}

/** One line of the tally. */
export interface RefusalKey {
  readonly source: string;
  readonly decky: string;
  readonly service: string;
  readonly port: number;
  readonly bound: "source" | "total";
}

const TALLY_ROWS = 1024;

/** Makes an empty tally; what exceeds its 1,024 rows is left out. */
export function createRefusalTally(): RefusalTally {
  let rows = new Map<string, RefusalKey & { count: number }>();
  return {
    note(key) {
      const id = `${key.source} ${key.decky} ${key.port} ${key.bound}`;
      const row = rows.get(id);
      if (row) row.count++;
      else if (rows.size < TALLY_ROWS) rows.set(id, { ...key, count: 1 });
    },
    drain() {
      const taken = [...rows.values()];
      rows = new Map();
      return taken;
    },
  };
}
