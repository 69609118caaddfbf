// A topology with what its machines were given, and the places where addresses must not meet. Data and lookups only.

import type { Lan, Topology, TopologyDecky } from "../topology/model.ts";
import { depths } from "../topology/model.ts";
import type { MachineLife, MachineLink } from "./machine.ts";

/** What a decky of a topology was given and has lived through. */
export interface Machine {
  readonly links: readonly MachineLink[];
  readonly life: MachineLife;
}

/** A topology with its machines by decky. */
export interface Placed {
  readonly id: string;
  readonly topology: Topology;
  readonly machines: ReadonlyMap<string, Machine>;
}

/** The wire that a LAN is on: LANs of one segment share addresses, also those of two topologies. */
export function segmentOf(topologyId: string, lan: Lan): string {
  return lan.interface === undefined ? `lan ${topologyId} ${lan.name}` : `interface ${lan.interface}`;
}

/** A topology's LANs by name, their distance from the edge, and who stands where. */
export interface Layout {
  readonly lans: ReadonlyMap<string, Lan>;
  readonly depths: ReadonlyMap<string, number>;
  /** Deckies by LAN that pass packets on to another LAN. */
  readonly forwarders: ReadonlyMap<string, readonly TopologyDecky[]>;
}

/** Reads a topology once, so that looking things up does not cost its size each time. */
export function layoutOf(topology: Topology): Layout {
  const forwarders = new Map<string, TopologyDecky[]>();
  for (const decky of topology.deckies) {
    if (!decky.forward || decky.edges.length < 2) continue;
    for (const { lan } of decky.edges) forwarders.set(lan, [...(forwarders.get(lan) ?? []), decky]);
  }
  const lans = new Map(topology.lans.map((lan) => [lan.name, lan]));
  return { lans, depths: depths(topology), forwarders };
}

/** How far a LAN is from the edge; one that no way leads to is the farthest. */
export function depthIn(layout: Layout, lan: string): number {
  return layout.depths.get(lan) ?? Number.MAX_SAFE_INTEGER;
}

/** The decky that forwards from this LAN towards the DMZ: the way out of it. */
export function wayOut(layout: Layout, lan: string): TopologyDecky | undefined {
  const here = depthIn(layout, lan);
  return layout.forwarders
    .get(lan)
    ?.find((decky) => decky.edges.some((edge) => depthIn(layout, edge.lan) < here));
}
