// What is refused of that which is asked of topologies, with the reason and what would be allowed. Writes nothing.

import type { Kysely } from "kysely";
import { DecnetError, isDecnetError } from "../contract/errors.ts";
import { machineCatalogue } from "../decoys/personas/catalogue.ts";
import { parseJson } from "../store/json.ts";
import type { Database } from "../store/schema.ts";
import type { MutationRow, TopologyRow } from "../store/topologies.ts";
import { findNameOwners } from "../store/topology-reads.ts";
import type { Topology } from "../topology/model.ts";
import type { Mutation } from "../topology/mutation.ts";
import { changeTopology, mutationSchema } from "../topology/mutation.ts";
import { planOf } from "../topology/plan.ts";
import type { TopologyStatus } from "../topology/status.ts";
import { restingStatuses } from "../topology/status.ts";
import { validateTopology } from "../topology/validate.ts";
import { statusOf } from "./topology-rows.ts";

/** Statuses in which a plan finds its machine, now or once it is made. */
const mannedStatuses: readonly TopologyStatus[] = ["deploying", "active", "degraded"];
const MAX_FAULTS = 1000;
const catalogue = machineCatalogue();

export function refuseFaults(topology: Topology): void {
  const faults = validateTopology(topology, catalogue);
  if (faults.length === 0) return;
  const [first] = faults;
  const more = faults.length === 1 ? "" : ` (and ${faults.length - 1} more)`;
  throw new DecnetError("invalid", `the topology can't stand: ${first?.where}: ${first?.message}${more}`, {
    details: { faults: faults.slice(0, MAX_FAULTS) },
  });
}

export async function refuseTakenNames(
  db: Kysely<Database>,
  names: readonly string[],
  except?: string,
): Promise<void> {
  const owners = await findNameOwners(db, names, except);
  const [first] = owners;
  if (!first) return;
  const more = owners.length === 1 ? "" : ` (and ${owners.length - 1} more names are taken)`;
  const where = first.topology === null ? "on this host's addresses" : `in the topology "${first.topology}"`;
  throw new DecnetError("conflict", `there is a decky "${first.decky}" ${where} already${more}`, {
    details: { taken: owners },
  });
}

export function nameTaken(name: string): DecnetError {
  return new DecnetError("conflict", `there is a topology "${name}" already`, { details: { name } });
}

/** The topology once all that waits has been applied. What can't be applied will not be, or is in force already. */
export function ahead(definition: Topology, waiting: readonly MutationRow[]): Topology {
  return waiting.reduce((topology, row) => {
    const parsed = mutationSchema.safeParse(parseJson(row.mutation));
    if (!parsed.success) return topology;
    try {
      return changeTopology(topology, parsed.data);
    } catch (error) {
      if (isDecnetError(error)) return topology;
      throw error;
    }
  }, definition);
}

/** Refuses a plan for machines that do not stand. */
export function refuseUnmanned(row: TopologyRow, mutation: Mutation): void {
  const status = statusOf(row);
  if (planOf(mutation) === undefined || mannedStatuses.includes(status)) return;
  throw new DecnetError("conflict", `the topology is ${status.replace("_", " ")}: no machine of it stands`, {
    details: { status, allowed: mannedStatuses },
  });
}

export function drift(expected: number, version: number): DecnetError {
  const details = { expected_version: expected, version };
  return new DecnetError("conflict", `the topology is at version ${version} by now`, { details });
}

/** Refuses what stands. */
export function refuseStanding(row: TopologyRow, what: string): void {
  const status = statusOf(row);
  const resting: readonly TopologyStatus[] = restingStatuses;
  if (resting.includes(status)) return;
  throw new DecnetError("conflict", `a topology that is ${status} can't be ${what}; tear it down first`, {
    details: { status, allowed: resting },
  });
}
