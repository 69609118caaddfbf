// Which sources are drills, from the list of drills and from every row that says so: evidence itself carries no mark.
// Only for drawing the mark; what is counted is the server's affair.

import type { Attacker } from "../../api/types.ts";
import { createStore } from "./external-store.ts";
import { useStore } from "./use-store.ts";

/** Most sources that are remembered; a drill uses at most 4,096. */
const LIMIT = 8192;

const drillSources = createStore<ReadonlySet<string>>(new Set());

/** Learns from attackers' rows. */
export function learnDrills(rows: readonly Pick<Attacker, "ip" | "drill">[]): void {
  const known = drillSources.get();
  const fresh = rows.filter(({ ip, drill }) => drill !== known.has(ip));
  if (fresh.length === 0) return;
  const next = new Set(known);
  for (const { ip, drill } of fresh) {
    if (!drill) next.delete(ip);
    else if (next.size < LIMIT) next.add(ip);
  }
  drillSources.set(next);
}

/** Learns from the list of drills, which names them but not what is none. */
export function learnDrillList(rows: readonly { readonly ip: string }[]): void {
  learnDrills(rows.map(({ ip }) => ({ ip, drill: true })));
}

/** True for the source of a drill. */
export function useIsDrill(ip: string): boolean {
  return useStore(drillSources).has(ip);
}
