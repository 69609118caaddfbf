// Where the packets of a decky go: the default route out of its LANs, and the routes to what lies behind them. Pure.

import type { TopologyDecky } from "../topology/model.ts";
import type { DesiredRoute } from "./model.ts";
import type { Layout, Machine, Placed } from "./placed.ts";
import { depthIn, wayOut } from "./placed.ts";

/** The address of a decky in a LAN, without prefix length. */
function addressIn(machine: Machine | undefined, lan: string): string | undefined {
  return machine?.links.find((link) => link.lan === lan)?.address.split("/")[0];
}

/** The default route: over the LAN nearest to the edge that has a router, its own or the decky that leads outward. */
export function gatewayFor(placed: Placed, layout: Layout, decky: TopologyDecky): string | undefined {
  const nearest = decky.edges.toSorted((a, b) => depthIn(layout, a.lan) - depthIn(layout, b.lan));
  for (const { lan } of nearest) {
    const fixed = layout.lans.get(lan)?.gateway;
    if (fixed !== undefined) return fixed;
    const out = wayOut(layout, lan);
    if (out === undefined || out.name === decky.name) continue;
    const address = addressIn(placed.machines.get(out.name), lan);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** The LANs that packets reach from this one going inward only, itself among them. */
function inward(layout: Layout, lan: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(lan)) return known;
  known.add(lan);
  for (const decky of layout.forwarders.get(lan) ?? []) {
    for (const edge of decky.edges) {
      if (depthIn(layout, edge.lan) > depthIn(layout, lan)) inward(layout, edge.lan, known);
    }
  }
  return known;
}

/** Routes to the LANs behind those in which a decky stands, each over the decky that forwards there. */
export function routesFor(placed: Placed, layout: Layout, decky: TopologyDecky): readonly DesiredRoute[] {
  const own = new Set(decky.edges.map(({ lan }) => lan));
  const found = new Map<string, DesiredRoute>();
  for (const { lan } of decky.edges) {
    for (const next of layout.forwarders.get(lan) ?? []) {
      const gateway = addressIn(placed.machines.get(next.name), lan);
      if (next.name === decky.name || gateway === undefined) continue;
      const deeper = next.edges.filter((edge) => depthIn(layout, edge.lan) > depthIn(layout, lan));
      for (const name of deeper.flatMap((edge) => [...inward(layout, edge.lan)])) {
        const destination = layout.lans.get(name)?.subnet;
        if (own.has(name) || found.has(name) || destination === undefined) continue;
        found.set(name, { destination, gateway });
      }
    }
  }
  return [...found.values()];
}
