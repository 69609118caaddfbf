// decnet teardown and decnet topology teardown: topologies, or one decky, taken off the network by the running install.

import type { Mutation, Topologies, TopologySummary } from "../../api/types.ts";
import { printable } from "../../contract/captured.ts";
import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import type { ApiClient } from "../api-client.ts";
import { refusalOf } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { printJson, textOption } from "../options.ts";
import { isTopologyName, readTopologyFile } from "../topology-source.ts";
import { fleetApi } from "./install.ts";
import { summaryLine } from "./print.ts";
import { findSummary, INTERRUPTED, waitForStatus, waitUntil } from "./wait.ts";

/** What came of one topology or decky. */
interface Outcome {
  readonly name: string;
  readonly outcome: "torn_down" | "removed" | "under_way" | "failed";
  readonly reason: string;
}

const RESTING = ["pending", "torn_down"];
const REMOVAL_MS = 120_000;
const DRIFT_TRIES = 5;

const all = async (api: ApiClient): Promise<readonly TopologySummary[]> =>
  (await api.get<Topologies>("/topologies")).data;

/** Takes one down; undefined when Ctrl-C ended the waiting. */
async function takeDown(
  call: CommandCall,
  api: ApiClient,
  topology: TopologySummary,
): Promise<Outcome | undefined> {
  const { id, name } = topology;
  const gone = async (): Promise<Outcome> => {
    if (call.options["forget"]) await api.send("DELETE", `/topologies/${id}`);
    return { name, outcome: "torn_down", reason: "" };
  };
  if (RESTING.includes(topology.status)) return gone();
  const ordered =
    topology.status === "tearing_down"
      ? topology
      : await api.send<TopologySummary>("POST", `/topologies/${id}/teardown`);
  if (call.options["wait"] === false) return { name, outcome: "under_way", reason: "" };
  const seen = await waitForStatus(call, api, ordered);
  if (!seen) return undefined;
  return seen.status === "torn_down" ? gone() : { name, outcome: "failed", reason: seen.reason };
}

/** Puts the removal into the queue of the topology as it is when it is asked for. */
async function enqueueRemoval(api: ApiClient, topology: string, decky: string): Promise<Mutation> {
  for (let left = DRIFT_TRIES; ; left--) {
    const now = await findSummary(api, topology);
    if (!now) throw new DecnetError("not_found", "the topology is gone");
    const body = { expected_version: now.version, op: "remove_decky", name: decky };
    try {
      return await api.send<Mutation>("POST", `/topologies/${topology}/mutations`, body);
    } catch (error) {
      if (left <= 1 || refusalOf(error)?.details["version"] === undefined) throw error;
    }
  }
}

/** Removes one decky; undefined when Ctrl-C ended the waiting. */
async function removeDecky(
  call: CommandCall,
  api: ApiClient,
  { id }: TopologySummary,
  decky: string,
): Promise<Outcome | undefined> {
  const asked = await enqueueRemoval(api, id, decky);
  if (call.options["wait"] === false) return { name: decky, outcome: "under_way", reason: "" };
  const ended = await waitUntil(call, api, {
    withinMs: REMOVAL_MS,
    async look() {
      const now = await api.get<Mutation>(`/topologies/${id}/mutations/${asked.id}`);
      const isOver = now.status === "applied" || now.status === "failed";
      return isOver ? { done: now } : { progress: `${decky}: ${now.status}` };
    },
  });
  if (!ended) return undefined;
  const { status, reason } = ended;
  return status === "applied"
    ? { name: decky, outcome: "removed", reason: "" }
    : { name: decky, outcome: "failed", reason };
}

const words: Readonly<Record<Outcome["outcome"], string>> = {
  torn_down: "is torn down",
  removed: "is removed",
  under_way: "goes down",
  failed: "could not be taken down",
};

function report(call: CommandCall, outcomes: readonly Outcome[]): number {
  if (call.options["json"]) printJson(call, { data: outcomes });
  else if (outcomes.length === 0) call.terminal.out("nothing stands\n");
  else
    for (const { name, outcome, reason } of outcomes)
      call.terminal.out(`${name} ${words[outcome]}${reason === "" ? "" : `: ${printable(reason, 300)}`}\n`);
  return outcomes.some(({ outcome }) => outcome === "failed") ? 1 : 0;
}

function interrupted(call: CommandCall): number {
  call.terminal.err("decnet: it goes on; see decnet status\n");
  return INTERRUPTED;
}

async function takeDownEach(
  call: CommandCall,
  api: ApiClient,
  topologies: readonly TopologySummary[],
): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const topology of topologies) {
    const outcome = await takeDown(call, api, topology);
    if (!outcome) return interrupted(call);
    outcomes.push(outcome);
  }
  return report(call, outcomes);
}

/** A topology by its name, else a decky by its own. */
async function takeDownNamed(call: CommandCall, api: ApiClient, name: string): Promise<number> {
  const topology = await findSummary(api, name);
  if (topology) return takeDownEach(call, api, [topology]);
  const { data } = await api.get<Topologies>(`/topologies?decky=${encodeURIComponent(name)}`);
  const [home] = data;
  if (!home) {
    const names = (await all(api)).map((one) => one.name);
    const known = names.length === 0 ? " None is known." : ` Known: ${names.join(", ")}.`;
    const message = `there is no topology and no decky "${printable(name, 64)}".${didYouMean(name, names) || known}`;
    throw new DecnetError("not_found", message);
  }
  const outcome = await removeDecky(call, api, home, name);
  return outcome ? report(call, [outcome]) : interrupted(call);
}

async function withWords(task: () => Promise<number>): Promise<number> {
  try {
    return await task();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.code === "conflict" || refusal?.code === "invalid" || refusal?.code === "not_found")
      throw new DecnetError(refusal.code, refusal.message);
    throw error;
  }
}

/** `decnet teardown`. */
export async function runTeardown(call: CommandCall): Promise<number> {
  const name = textOption(call, "id");
  const isAll = call.options["all"] === true;
  if (name !== undefined && isAll) throw new DecnetError("usage", "--id and --all exclude one another");
  const api = fleetApi(call);
  return withWords(async () => {
    if (name !== undefined) return takeDownNamed(call, api, name);
    const topologies = await all(api);
    if (isAll) {
      const forgets = call.options["forget"] === true;
      const meant = topologies.filter(({ status }) => forgets || !RESTING.includes(status));
      return takeDownEach(call, api, meant);
    }
    const list = topologies.map((topology) => `\n  ${summaryLine(topology)}`).join("");
    const there = list === "" ? "there is no topology" : `there are:${list}`;
    throw new DecnetError("usage", `name a topology or a decky with --id, or take --all; ${there}`);
  });
}

/** `decnet topology teardown`: by name, or by the file that it was deployed from. */
export async function runTopologyTeardown(call: CommandCall): Promise<number> {
  const [argument] = call.args;
  if (argument === undefined)
    throw new DecnetError("usage", "name a topology, or the file that it came from");
  const name = isTopologyName(argument) ? argument : readTopologyFile(argument).name;
  const api = fleetApi(call);
  return withWords(async () => {
    const topology = await findSummary(api, name);
    if (!topology) throw new DecnetError("not_found", `there is no topology "${name}"`);
    return takeDownEach(call, api, [topology]);
  });
}
