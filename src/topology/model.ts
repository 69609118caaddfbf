// What a topology is: LANs, deckies, and the edges by which a decky stands in one LAN or several.
// Shapes alone; whether they make sense together is validate.ts.

import { z } from "zod";
import type { Offerable } from "../contract/offer.ts";
import { MAX_OFFERS } from "../contract/offer.ts";

/** Bounds of one topology. */
export const LIMITS = { lans: 64, deckies: 2000, edges: 16, services: MAX_OFFERS } as const;

/** Names become host names and parts of interface names: letters, digits and inner hyphens (RFC 1123 section 2.1). */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, "1 to 32 of a-z, 0-9 and inner hyphens");

/** A segment of the network. */
export const lanSchema = z.strictObject({
  name: nameSchema,
  /** IPv4 network, such as `10.20.0.0/24`. */
  subnet: z.string().max(18),
  /** The one LAN at the edge, where intruders come in. */
  dmz: z.boolean().default(false),
  /** `bridge`, which is the default: a bridge of this host; `macvlan`: the network that one of its interfaces is in. */
  driver: z.enum(["bridge", "macvlan"]).optional(),
  /**
   * For `bridge` the bridge to join, made when it is not there and left alone when it was; one of its own when absent.
   * For `macvlan` the interface whose network the deckies join.
   */
  interface: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,14}$/,
      "an interface's name: 1 to 15 letters, digits, dots or hyphens",
    )
    .optional(),
  /** Router of this LAN that is not one of ours; without it the deckies that forward towards the DMZ are the way out. */
  gateway: z.string().max(15).optional(),
});

/** A decky's place in a LAN. */
export const edgeSchema = z.strictObject({
  lan: nameSchema,
  /** Static address; allocated from the LAN's subnet when absent. */
  address: z.string().max(15).optional(),
});

/** What may come over a machine: `patch` (versions move forward, with a reboot), `reboot`, `service` (one more or one fewer). */
export const planSchema = z.enum(["patch", "reboot", "service"]);

/** How a machine changes by itself over time. */
const scheduleSchema = z.strictObject({
  /** Mean time between two changes: a number with `m`, `h` or `d`. */
  every: z.string().regex(/^[1-9]\d{0,3}[mhd]$/, "such as 30m, 6h or 7d"),
  /** Each wait is drawn from this share around `every`: 0.2 is 80 % to 120 %. */
  jitter: z.number().min(0).max(0.9).default(0.2),
  /** What may happen, one at a time. */
  plans: z.array(planSchema).min(1),
});

/** A machine. With edges in several LANs it is a bridge between them. */
export const deckySchema = z.strictObject({
  name: nameSchema,
  archetype: z.string().min(1).max(32),
  /** What it offers, each as `name` or `name:port`; all decoys of its archetype when absent. */
  services: z
    .array(z.string().min(1).max(32))
    .max(LIMITS.services)
    .describe("Each as `name`, or as `name:port` for another port than the usual one.")
    .optional(),
  /** Whether it forwards packets between its LANs. */
  forward: z.boolean().default(false),
  edges: z.array(edgeSchema).max(LIMITS.edges).default([]),
  schedule: scheduleSchema.optional(),
});

/** A whole topology. */
export const topologySchema = z.strictObject({
  name: nameSchema,
  lans: z.array(lanSchema).max(LIMITS.lans).default([]),
  deckies: z.array(deckySchema).max(LIMITS.deckies).default([]),
});

/** A segment of the network. */
export type Lan = z.infer<typeof lanSchema>;
/** A decky's place in a LAN. */
export type Edge = z.infer<typeof edgeSchema>;
/** What may come over a machine. */
export type Plan = z.infer<typeof planSchema>;
/** How a machine changes over time. */
export type Schedule = z.infer<typeof scheduleSchema>;
/** A machine. */
export type TopologyDecky = z.infer<typeof deckySchema>;
/** A whole topology. */
export type Topology = z.infer<typeof topologySchema>;

/** What machines there can be: archetype to the names of decoys that it may offer, and every decoy that decnet has. */
export interface Catalogue {
  readonly archetypes: ReadonlyMap<string, readonly string[]>;
  readonly services: readonly Offerable[];
}

/** The deckies that stand in a LAN, each with the edge by which it does. */
export function membersOf(
  topology: Topology,
  lan: string,
): readonly { readonly decky: TopologyDecky; readonly edge: Edge }[] {
  return topology.deckies.flatMap((decky) => {
    const edge = decky.edges.find((candidate) => candidate.lan === lan);
    return edge ? [{ decky, edge }] : [];
  });
}

/** LANs by their distance from the edge: the DMZ's name to 0, those one decky further to 1, and so on. */
export function depths(topology: Topology): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const queue = topology.lans.filter((lan) => lan.dmz).map((lan) => lan.name);
  for (const name of queue) found.set(name, 0);
  for (let lan = queue.shift(); lan !== undefined; lan = queue.shift()) {
    const next = (found.get(lan) ?? 0) + 1;
    const beyond = membersOf(topology, lan).flatMap(({ decky }) => decky.edges.map((edge) => edge.lan));
    for (const name of beyond) {
      if (found.has(name)) continue;
      found.set(name, next);
      queue.push(name);
    }
  }
  return found;
}
