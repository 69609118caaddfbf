// Topologies put together from the store's queries, as routes and streams show them.

import type { Kysely } from "kysely";
import { DecnetError } from "../contract/errors.ts";
import type { Database } from "../store/schema.ts";
import type { TopologyRow } from "../store/topologies.ts";
import { findTopology, listMachines, listMutations } from "../store/topologies.ts";
import type { SummaryFilter } from "../store/topology-reads.ts";
import { listSummaries } from "../store/topology-reads.ts";
import { definitionOf, toMachine, toMutation, toSummary } from "./topology-rows.ts";
import type { TopologyDetail, TopologySnapshot, TopologySummary } from "./types.ts";

/** Changes that a snapshot tells. */
const RECENT = 50;

/** A topology by id or name; throws DecnetError `not_found`. */
export async function requireTopology(db: Kysely<Database>, idOrName: string): Promise<TopologyRow> {
  const row = await findTopology(db, idOrName);
  if (!row) throw new DecnetError("not_found", "there is no such topology");
  return row;
}

/** All by name, or those that fit. */
export async function readSummaries(
  db: Kysely<Database>,
  filter: SummaryFilter = {},
): Promise<TopologySummary[]> {
  return (await listSummaries(db, filter)).map(toSummary);
}

/** One in figures; throws DecnetError `not_found`. */
export async function readSummary(db: Kysely<Database>, id: string): Promise<TopologySummary> {
  const [summary] = await readSummaries(db, { id });
  if (!summary) throw new DecnetError("not_found", "there is no such topology");
  return summary;
}

/** One as a whole; throws DecnetError `not_found`. */
export async function readDetail(db: Kysely<Database>, idOrName: string): Promise<TopologyDetail> {
  const row = await requireTopology(db, idOrName);
  const machines = (await listMachines(db, row.id)).map(toMachine);
  return { ...(await readSummary(db, row.id)), definition: definitionOf(row), machines };
}

/** What a stream of its events begins with. */
export async function readSnapshot(
  db: Kysely<Database>,
  id: string,
  bus_connected: boolean,
): Promise<TopologySnapshot> {
  const { machines, ...topology } = await readDetail(db, id);
  const { rows } = await listMutations(db, topology.id, { limit: RECENT });
  return { topology, machines, mutations: rows.map(toMutation), bus_connected };
}
