// Who may connect, and what a decky's services add up to: pure.

import type { ServiceState } from "../../contract/evidence.ts";

/** Added to a usual port that can't be had. */
const SHIFT = 20_000;

/** The ports that a decoy tries in turn. An offset that was asked for holds for every port; `auto` shifts where it must. */
export function portsToTry(
  usual: number,
  offset: number | "auto",
  mayBind: (port: number) => boolean,
): readonly number[] {
  if (offset !== "auto") return [usual + offset];
  return mayBind(usual) ? [usual, usual + SHIFT] : [usual + SHIFT];
}

/** State of a decky as its services make it. */
export type DeckyPhase = "starting" | "running" | "degraded" | "stopped";

/** Running when all its services listen, degraded when some do, stopped when none does. */
export function phaseOf(services: readonly ServiceState[]): DeckyPhase {
  const listening = services.filter((service) => service.state === "listening").length;
  if (listening === 0) return "stopped";
  return listening === services.length ? "running" : "degraded";
}

/** Answer of {@link Admission.enter}. */
export type Entry =
  | { readonly ok: true; readonly leave: () => void }
  | { readonly ok: false; readonly bound: "source" | "total" };

/** Bounds on conversations at once, over all decoys of this process. */
export interface Admission {
  enter(source: string): Entry;
  readonly total: number;
}

/** Makes the door: at most `total` conversations, at most `perSource` of one address. */
export function createAdmission(limits: { readonly total: number; readonly perSource: number }): Admission {
  const bySource = new Map<string, number>();
  let total = 0;
  return {
    enter(source) {
      const mine = bySource.get(source) ?? 0;
      if (mine >= limits.perSource) return { ok: false, bound: "source" };
      if (total >= limits.total) return { ok: false, bound: "total" };
      bySource.set(source, mine + 1);
      total++;
      let inside = true;
      const leave = (): void => {
        if (!inside) return;
        inside = false;
        total--;
        const left = (bySource.get(source) ?? 1) - 1;
        if (left === 0) bySource.delete(source);
        else bySource.set(source, left);
      };
      return { ok: true, leave };
    },
    get total() {
      return total;
    },
  };
}

/** What has been refused since it was last told, by source and bound: bounded, so that a flood costs one record a spell. */
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
      const id = `${key.source} ${key.decky} ${key.service} ${key.bound}`;
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
