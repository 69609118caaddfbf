// Rows of topologies as the API shows them. Pure; a row that is damaged is shown empty.

import type { MachineLife } from "../fleet/machine.ts";
import { machineLifeSchema, machineLinkSchema } from "../fleet/machine.ts";
import { parseJson } from "../store/json.ts";
import type { MachineRow, MutationRow, TopologyRow } from "../store/topologies.ts";
import type { TopologySummary as SummaryRow } from "../store/topology-reads.ts";
import type { Topology } from "../topology/model.ts";
import { topologySchema } from "../topology/model.ts";
import type { TopologyStatus } from "../topology/status.ts";
import { isTopologyStatus } from "../topology/status.ts";
import type { Machine, Mutation, TopologySummary } from "./types.ts";

/** A row's status. What is none of ours can only have failed. */
export function statusOf({ status }: { readonly status: string }): TopologyStatus {
  return isTopologyStatus(status) ? status : "failed";
}

/** The definition that a row holds. */
export function definitionOf(row: Pick<TopologyRow, "name" | "definition">): Topology {
  const parsed = topologySchema.safeParse(parseJson(row.definition));
  return parsed.success ? parsed.data : { name: row.name, lans: [], deckies: [] };
}

export function toSummary(row: SummaryRow): TopologySummary {
  const { lans, deckies, machines, serving, waiting, ...rest } = row;
  return { ...rest, status: statusOf(row), counts: { lans, deckies, machines, serving, waiting } };
}

export function toMachine({ decky, links, life, changed_at }: MachineRow): Machine {
  const places = machineLinkSchema.array().safeParse(parseJson(links));
  const lived = machineLifeSchema.safeParse(parseJson(life));
  return {
    decky,
    links: places.success ? places.data : [],
    life: lived.success ? (lived.data as MachineLife) : null,
    changed_at,
  };
}

const states = ["pending", "applying", "applied", "failed"] as const;

export function toMutation(row: MutationRow): Mutation {
  const { mutation, status, topology_id: _topology, ...rest } = row;
  const value = parseJson(mutation);
  const asked = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return {
    ...rest,
    status: states.find((state) => state === status) ?? "failed",
    op: String(asked["op"] ?? ""),
    mutation: asked,
  };
}
