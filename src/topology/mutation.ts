// Changes to a topology: the closed list of operations, each a pure function of topology and arguments.
// Refuses one that leaves a topology with faults; touches no row and no kernel.

import { z } from "zod";
import { DecnetError } from "../contract/errors.ts";
import type { Catalogue, Topology, TopologyDecky } from "./model.ts";
import { deckySchema, edgeSchema, lanSchema, membersOf, nameSchema, planSchema } from "./model.ts";
import type { Fault } from "./validate.ts";
import { validateTopology } from "./validate.ts";

/** What a decky may change without becoming another machine. Nothing here has a default: what is absent stays. */
export const deckyChangesSchema = z.strictObject({
  services: deckySchema.shape.services,
  forward: z.boolean().optional(),
  /** Null takes it away. */
  schedule: deckySchema.shape.schedule.nullable(),
});
/** What a LAN may change. */
export const lanChangesSchema = z.strictObject({
  subnet: lanSchema.shape.subnet.optional(),
  dmz: z.boolean().optional(),
  /** Null takes it away. */
  gateway: lanSchema.shape.gateway.nullable(),
});

/** Every operation with its arguments. */
export const mutationSchema = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("add_lan"), lan: lanSchema }),
  z.strictObject({ op: z.literal("remove_lan"), name: nameSchema }),
  z.strictObject({ op: z.literal("update_lan"), name: nameSchema, changes: lanChangesSchema }),
  z.strictObject({ op: z.literal("add_decky"), decky: deckySchema }),
  z.strictObject({ op: z.literal("remove_decky"), name: nameSchema }),
  z.strictObject({
    op: z.literal("update_decky"),
    name: nameSchema,
    changes: deckyChangesSchema.default({}),
    /** What shall come over the machine besides; which service `service` brings is drawn when it is done. */
    plan: planSchema.optional(),
  }),
  z.strictObject({ op: z.literal("attach_decky"), name: nameSchema, edge: edgeSchema }),
  z.strictObject({ op: z.literal("detach_decky"), name: nameSchema, lan: nameSchema }),
]);

/** One change. */
export type Mutation = z.infer<typeof mutationSchema>;
/** The name of a change. */
export type MutationOp = Mutation["op"];

/** What there is of a change by name. */
type Args<O extends MutationOp> = Extract<Mutation, { op: O }>;

/** `base` with the changes that are given; what is null goes. */
function changed<T extends object>(
  base: T,
  changes: { readonly [K in keyof T]?: T[K] | null | undefined },
): T {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...base, ...Object.fromEntries(given) });
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as T;
}

/**
 * Faults that a change may not leave. A LAN in which nothing stands yet is cut off and does no harm: it is how a new
 * one begins, before the decky that leads to it.
 */
function faultsAfter(topology: Topology, catalogue: Catalogue): readonly Fault[] {
  const empty = topology.lans.filter(({ name }) => membersOf(topology, name).length === 0);
  const harmless = new Set(empty.map(({ name }) => `lans.${name}`));
  return validateTopology(topology, catalogue).filter(
    ({ code, where }) => code !== "unreachable_lan" || !harmless.has(where),
  );
}

function mustHave(present: boolean, kind: string, name: string): void {
  if (!present) throw new DecnetError("not_found", `there is no ${kind} "${name}"`);
}

function mustLack(present: boolean, kind: string, name: string): void {
  if (present) throw new DecnetError("conflict", `there is a ${kind} "${name}" already`);
}

function withDecky(
  topology: Topology,
  name: string,
  change: (decky: TopologyDecky) => TopologyDecky,
): Topology {
  mustHave(
    topology.deckies.some((decky) => decky.name === name),
    "decky",
    name,
  );
  return {
    ...topology,
    deckies: topology.deckies.map((decky) => (decky.name === name ? change(decky) : decky)),
  };
}

const appliers: { readonly [O in MutationOp]: (topology: Topology, args: Args<O>) => Topology } = {
  add_lan: (topology, { lan }) => {
    mustLack(
      topology.lans.some(({ name }) => name === lan.name),
      "LAN",
      lan.name,
    );
    return { ...topology, lans: [...topology.lans, lan] };
  },
  remove_lan: (topology, { name }) => {
    mustHave(
      topology.lans.some((lan) => lan.name === name),
      "LAN",
      name,
    );
    const deckies = topology.deckies.map((decky) => ({
      ...decky,
      edges: decky.edges.filter((edge) => edge.lan !== name),
    }));
    return { ...topology, lans: topology.lans.filter((lan) => lan.name !== name), deckies };
  },
  update_lan: (topology, { name, changes }) => {
    mustHave(
      topology.lans.some((lan) => lan.name === name),
      "LAN",
      name,
    );
    return {
      ...topology,
      lans: topology.lans.map((lan) => (lan.name === name ? changed(lan, changes) : lan)),
    };
  },
  add_decky: (topology, { decky }) => {
    mustLack(
      topology.deckies.some(({ name }) => name === decky.name),
      "decky",
      decky.name,
    );
    return { ...topology, deckies: [...topology.deckies, decky] };
  },
  remove_decky: (topology, { name }) => {
    mustHave(
      topology.deckies.some((decky) => decky.name === name),
      "decky",
      name,
    );
    return { ...topology, deckies: topology.deckies.filter((decky) => decky.name !== name) };
  },
  update_decky: (topology, { name, changes }) =>
    withDecky(topology, name, (decky) => changed(decky, changes)),
  attach_decky: (topology, { name, edge }) =>
    withDecky(topology, name, (decky) => ({ ...decky, edges: [...decky.edges, edge] })),
  detach_decky: (topology, { name, lan }) =>
    withDecky(topology, name, (decky) => {
      mustHave(
        decky.edges.some((edge) => edge.lan === lan),
        `edge of ${name} to`,
        lan,
      );
      return { ...decky, edges: decky.edges.filter((edge) => edge.lan !== lan) };
    }),
};

/** Every operation's name. */
export const mutationOps = Object.keys(appliers) as readonly MutationOp[];

/** The topology after the change, whatever faults it leaves. Throws DecnetError `not_found` or `conflict` as {@link applyMutation}. */
export function changeTopology(topology: Topology, mutation: Mutation): Topology {
  const change = appliers[mutation.op] as (topology: Topology, args: Mutation) => Topology;
  return change(topology, mutation);
}

/**
 * The topology after the change. Throws DecnetError `not_found` or `conflict` where it has nothing to act on, and
 * `invalid` with the faults in `details` where it would leave a topology that can't stand.
 */
export function applyMutation(topology: Topology, mutation: Mutation, catalogue: Catalogue): Topology {
  const after = changeTopology(topology, mutation);
  const faults = faultsAfter(after, catalogue);
  if (faults.length === 0) return after;
  const [first] = faults;
  throw new DecnetError("invalid", `${mutation.op}: ${first?.where}: ${first?.message}`, {
    details: { faults },
  });
}
