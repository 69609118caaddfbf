// What deckies stand on: bridges that are joined and interfaces of macvlans, which are the operator's and are left alone.
// Tells who can't be reached because of one, and the remedy. Pure.

import type { DesiredFleet, DesiredLink } from "./model.ts";

/** An interface as it is. */
export interface Ground {
  readonly name: string;
  /** As the kernel calls it; empty for hardware. */
  readonly kind: string;
  readonly up: boolean;
}

/** The names of what a fleet stands on. */
export function groundOf({ joined, deckies }: DesiredFleet): ReadonlySet<string> {
  const below = deckies.flatMap(({ links }) => links.filter(({ driver }) => driver !== undefined));
  return new Set([...joined, ...below.map(({ bridge }) => bridge)]);
}

/** Why an interface can't be joined as a bridge. */
export function noBridge(name: string): string {
  return `${name} is an interface and no bridge: name a bridge, or join its network with --driver macvlan`;
}

function faultOf({ driver }: DesiredLink, { name, kind, up }: Ground): string | undefined {
  if (driver === undefined && kind !== "bridge") return noBridge(name);
  return up ? undefined : `${name} is down: sudo ip link set ${name} up`;
}

/** Why deckies are not reached, by namespace; the fault of a decky's first link that has one. */
export function groundFaults(fleet: DesiredFleet, found: readonly Ground[]): ReadonlyMap<string, string> {
  const grounds = new Map(found.map((ground) => [ground.name, ground]));
  return new Map(
    fleet.deckies.flatMap(({ namespace, links }): [string, string][] => {
      const faults = links.flatMap((link) => {
        const ground = grounds.get(link.bridge);
        return (ground && faultOf(link, ground)) ?? [];
      });
      return faults[0] === undefined ? [] : [[namespace, faults[0]]];
    }),
  );
}
