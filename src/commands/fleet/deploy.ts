// decnet deploy and decnet topology deploy: a topology put on the network by the running install.
// Replaces one of the same name of which nothing stands; leaves alone what stands.

import type { Deckies, Topologies, TopologyDetail, TopologySummary } from "../../api/types.ts";
import { DecnetError } from "../../contract/errors.ts";
import type { Topology } from "../../topology/model.ts";
import type { ApiClient } from "../api-client.ts";
import { refusalOf } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { printJson } from "../options.ts";
import { paint } from "../style.ts";
import { isTopologyName, readTopologyFile } from "../topology-source.ts";
import { neighbourBound } from "./host-bounds.ts";
import { fleetApi } from "./install.ts";
import type { FleetWish } from "./options.ts";
import { readWish, refuseFaulty } from "./options.ts";
import { deckyLines, planned, plannedLines, summaryLine } from "./print.ts";
import { findSummary, INTERRUPTED, waitForStatus } from "./wait.ts";

/** Others may take names while these are drawn. */
const DRAWS = 5;
const RESTING = ["pending", "failed", "torn_down"];

function standing({ name, status }: TopologySummary): DecnetError {
  return new DecnetError(
    "conflict",
    `there is a topology "${name}" already, and it is ${status.replace("_", " ")}: decnet teardown --id ${name}, or choose another --name`,
  );
}

/** Has the install know the topology; resolves to its id. */
async function enter(api: ApiClient, topology: Topology): Promise<string> {
  const namesake = await findSummary(api, topology.name);
  if (!namesake) return (await api.send<TopologyDetail>("POST", "/topologies", topology)).id;
  if (!RESTING.includes(namesake.status)) throw standing(namesake);
  const body = { expected_version: namesake.version, ...topology };
  return (await api.send<TopologyDetail>("PUT", `/topologies/${namesake.id}`, body)).id;
}

/** Every name that a fleet can't have: those of other topologies, standing or not, and of this host's own machines. */
async function takenNames(api: ApiClient, besides: string): Promise<string[]> {
  const { data: topologies } = await api.get<Topologies>("/topologies");
  const { data: deckies } = await api.get<Deckies>("/deckies");
  const names = deckies.filter(({ mac }) => mac === null).map(({ name }) => name);
  for (const { id, name } of topologies) {
    if (name === besides) continue;
    const { definition } = await api.get<TopologyDetail>(`/topologies/${id}`);
    names.push(...definition.deckies.map((decky) => decky.name));
  }
  return names;
}

/** As {@link enter}; names that others have are drawn anew. */
async function enterWish(api: ApiClient, { topology, redraw }: FleetWish): Promise<string> {
  const taken: string[] = [];
  for (let left = DRAWS, wanted = topology; ; left--) {
    try {
      return await enter(api, wanted);
    } catch (error) {
      const owners = refusalOf(error)?.details["taken"] as readonly { decky: string }[] | undefined;
      if (!owners || !redraw || left <= 1) throw error;
      if (left === DRAWS) taken.push(...(await takenNames(api, topology.name)));
      taken.push(...owners.map(({ decky }) => decky));
      wanted = redraw(taken);
    }
  }
}

/** Words for what the API did not take. */
function explained(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (!refusal) return error;
  const { code, message, details } = refusal;
  const faults = (details["faults"] ?? []) as readonly { code: string; where: string; message: string }[];
  const lines = faults.map((fault) => `\n  ${fault.code}  ${fault.where}: ${fault.message}`);
  const remedy = details["taken"] ? "; rename it, or decnet teardown --forget that topology" : "";
  if (code === "conflict" || code === "invalid" || code === "not_found")
    return new DecnetError(code, `${message}${remedy}${lines.join("")}`);
  return error;
}

function printDone(call: CommandCall, detail: TopologyDetail): void {
  const { good, bad } = paint(call.terminal.colours);
  const mark = detail.status === "active" ? good : bad;
  if (call.options["json"]) printJson(call, detail);
  else call.terminal.out(`${mark(summaryLine(detail))}\n${deckyLines(detail)}`);
}

function warn(call: CommandCall, deckies: number): void {
  const warning = neighbourBound(deckies);
  if (warning !== undefined) call.terminal.err(`decnet: warning: ${warning}\n`);
}

/** Says once what this host would not bear, all fleets of the install together. */
async function warnOfBounds(call: CommandCall, api: ApiClient): Promise<void> {
  const { data } = await api.get<Topologies>("/topologies");
  const standing = data.filter(({ status }) => !RESTING.includes(status));
  warn(
    call,
    standing.reduce((sum, { counts }) => sum + counts.deckies, 0),
  );
}

/** Gives the order and waits for what comes of it. */
async function order(call: CommandCall, api: ApiClient, id: string): Promise<number> {
  const ordered = await api.send<TopologySummary>("POST", `/topologies/${id}/deploy`);
  const { name } = ordered;
  await warnOfBounds(call, api);
  // Commander: --no-wait makes `wait` false.
  if (call.options["wait"] === false) {
    if (call.options["json"]) printJson(call, ordered);
    else call.terminal.out(`${name} is being deployed; see decnet topology show ${name}\n`);
    return 0;
  }
  const seen = await waitForStatus(call, api, ordered);
  if (!seen) {
    call.terminal.err(`decnet: ${name} goes on being deployed; see decnet topology show ${name}\n`);
    return INTERRUPTED;
  }
  printDone(call, await api.get<TopologyDetail>(`/topologies/${ordered.id}`));
  return seen.status === "active" ? 0 : 1;
}

/** Enters a topology, or takes one by name, and has it deployed. */
async function putUp(call: CommandCall, source: FleetWish | string): Promise<number> {
  const api = fleetApi(call);
  try {
    return await order(call, api, typeof source === "string" ? source : await enterWish(api, source));
  } catch (error) {
    throw explained(error);
  }
}

function printPlan(call: CommandCall, wish: FleetWish): number {
  const { seed } = wish;
  const topology = planned(wish.topology);
  warn(call, topology.deckies.length);
  if (call.options["json"]) {
    printJson(call, { ...topology, seed });
    return 0;
  }
  const [lan] = topology.lans;
  const { driver = "bridge", interface: joined } = lan ?? {};
  const where = `${driver}${joined === undefined ? "" : ` on ${joined}`}, ${topology.lans.map(({ subnet }) => subnet).join(", ")}`;
  const again = seed === null ? "" : `, --seed ${seed}`;
  call.terminal.out(
    `would make "${topology.name}": ${topology.deckies.length} deckies, ${where}${again}\n${plannedLines(topology)}`,
  );
  return 0;
}

/** `decnet deploy`. */
export async function runDeploy(call: CommandCall): Promise<number> {
  const wish = readWish(call);
  if (call.options["dryRun"]) return printPlan(call, wish);
  return putUp(call, wish);
}

/** `decnet topology deploy`: a file, or a topology that the install knows. */
export async function runTopologyDeploy(call: CommandCall): Promise<number> {
  const [argument] = call.args;
  if (argument === undefined) throw new DecnetError("usage", "name a topology's file, or one of the install");
  if (isTopologyName(argument)) return putUp(call, argument);
  const topology = readTopologyFile(argument);
  refuseFaulty(topology, argument);
  return putUp(call, { topology, seed: null });
}
