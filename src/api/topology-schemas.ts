// What the API takes and gives of topologies, as schemas. Their parts are those of the model, made known to OpenAPI.
// Holds no logic.

import { z } from "@hono/zod-openapi";
import { machineLifeSchema, machineLinkSchema } from "../fleet/machine.ts";
import { deckySchema, edgeSchema, LIMITS, lanSchema, nameSchema, topologySchema } from "../topology/model.ts";
import { deckyChangesSchema, lanChangesSchema, mutationSchema } from "../topology/mutation.ts";
import type { TopologyStatus } from "../topology/status.ts";
import { topologyStatuses } from "../topology/status.ts";
import { whole } from "./router.ts";
import { ulidParam } from "./schemas.ts";

const ms = z.int().nonnegative().openapi({ description: "Unix time in milliseconds" });
const count = z.int().nonnegative();
const version = z.int().positive();

const edge = z.strictObject(edgeSchema.shape).openapi("Edge");
const lan = z.strictObject(lanSchema.shape).openapi("Lan");
const decky = z
  .strictObject({ ...deckySchema.shape, edges: z.array(edge).max(LIMITS.edges).default([]) })
  .openapi("TopologyDecky");
export const topologyBodySchema = z
  .strictObject({
    ...topologySchema.shape,
    lans: z.array(lan).max(LIMITS.lans).default([]),
    deckies: z.array(decky).max(LIMITS.deckies).default([]),
  })
  .openapi("Topology", {
    description: "docs/topologies.md says what each field means; the TOML file has the same.",
  });

const expected = version.openapi({
  description: "the version that this was decided on; another one is a 409",
});
/** What every body may carry in place of the query. */
const seen = { expected_version: expected.optional() };
const expectedQuery = whole(1, Number.MAX_SAFE_INTEGER).optional();
export const versionQuery = z.object({
  expected_version: expectedQuery.openapi({ description: "as in the body; one of them is needed" }),
});

export const topologyReplaceSchema = z
  .strictObject({ expected_version: expected, ...topologyBodySchema.shape })
  .openapi("TopologyReplacement");
export const newLanSchema = z.strictObject({ ...seen, ...lan.shape }).openapi("NewLan");
export const newDeckySchema = z.strictObject({ ...seen, ...decky.shape }).openapi("NewDecky");
export const newEdgeSchema = z.strictObject({ ...seen, ...edge.shape }).openapi("NewEdge");
export const lanPatchSchema = z.strictObject({ ...seen, ...lanChangesSchema.shape }).openapi("LanChanges");
export const deckyPatchSchema = z
  .strictObject({ ...seen, ...deckyChangesSchema.shape })
  .openapi("DeckyChanges");

const options = mutationSchema.options.map((option) =>
  z.strictObject({ expected_version: expected, ...option.shape }),
);
type Option = (typeof options)[number];
/** A change with the version that it was decided on. */
export const newMutationSchema = z
  .discriminatedUnion("op", options as unknown as [Option, ...Option[]])
  .openapi("NewMutation");

const status = z
  .enum(topologyStatuses as readonly [TopologyStatus, ...TopologyStatus[]])
  .openapi("TopologyStatus");
export const topologySummarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    status,
    reason: z.string().openapi({ description: "why it is degraded or failed; empty otherwise" }),
    version: version.openapi({ description: "grows by one with each change that is accepted" }),
    created_at: ms,
    changed_at: ms,
    counts: z.object({
      lans: count,
      deckies: count,
      machines: count.openapi({ description: "deckies that were given addresses" }),
      serving: count.openapi({ description: "of these, those that serve" }),
      waiting: count.openapi({ description: "changes that wait or are under way" }),
    }),
  })
  .openapi("TopologySummary");
export const topologiesSchema = z.object({ data: z.array(topologySummarySchema) }).openapi("Topologies");

const link = z.strictObject(machineLinkSchema.shape).openapi("MachineLink");
const machine = z
  .object({
    decky: z.string(),
    links: z.array(link),
    life: z.strictObject(machineLifeSchema.shape).nullable(),
    changed_at: ms,
  })
  .openapi("Machine", { description: "What a decky was given: it keeps its addresses and MACs." });
export const topologyDetailSchema = topologySummarySchema
  .extend({ definition: topologyBodySchema, machines: z.array(machine) })
  .openapi("TopologyDetail");

export const mutationViewSchema = z
  .object({
    id: z.string(),
    status: z.enum(["pending", "applying", "applied", "failed"]),
    reason: z.string().openapi({ description: "why it failed, or what an applied one means" }),
    op: z.string(),
    mutation: z.record(z.string(), z.unknown()).openapi({ description: "the change as it was asked for" }),
    cause: z.string().openapi({ description: "`request` or `schedule`" }),
    requested_by: z.string(),
    expected_version: z.int(),
    enqueued_at: ms,
    claimed_at: ms.nullable(),
    ended_at: ms.nullable(),
  })
  .openapi("Mutation");

export const lansSchema = z.object({ data: z.array(lan), version });
export const lanViewSchema = lan;
const deckyView = decky
  .extend({ links: z.array(link).openapi({ description: "what it was given; empty until it is deployed" }) })
  .openapi("DeckyInTopology");
export const deckiesInSchema = z.object({ data: z.array(deckyView), version });
export const deckyViewSchema = deckyView;
export const edgesSchema = z.object({ data: z.array(edge), version });

export const topologySnapshotSchema = z
  .object({
    topology: topologySummarySchema.extend({ definition: topologyBodySchema }),
    machines: z.array(machine),
    mutations: z.array(mutationViewSchema).openapi({ description: "the newest, at most 50" }),
    bus_connected: z.boolean(),
  })
  .openapi("TopologySnapshot");
export const mutationEventSchema = z
  .object({
    mutation_id: z.string(),
    op: z.string(),
    reason: z.string().optional(),
    mutation: mutationViewSchema.nullable().openapi({ description: "its row as it now is" }),
  })
  .openapi("MutationEvent");
export const statusEventSchema = z
  .object({ status: z.string(), previous: z.string().nullable(), reason: z.string() })
  .openapi("TopologyStatusEvent");
export const deckyStateEventSchema = z
  .object({
    decky: z.string(),
    state: z.string(),
    previous: z.string(),
    address: z.string(),
    services: z.array(z.unknown()),
  })
  .openapi("DeckyStateEvent");
export const touchEventSchema = z
  .object({
    event: z.enum(["observed", "session.started", "session.ended"]),
    attacker_ip: z.string(),
    decky: z.string(),
    service: z.string(),
    session_id: z.string().optional(),
    drill: z.boolean().optional(),
  })
  .openapi("TouchEvent");

/** Path parameters. */
export const topologyParams = z.object({
  id: z.string().min(1).max(64).openapi({ description: "id or name" }),
});
export const partParams = topologyParams.extend({ name: nameSchema });
export const edgeParams = partParams.extend({ lan: nameSchema });
export const mutationParams = topologyParams.extend({ mid: ulidParam });
