// decnet teardown and decnet topology teardown: topologies, or one decky, taken off the network by the running install.

import type { Topologies, TopologySummary } from "../../api/types.ts";
import { printable } from "../../contract/captured.ts";
import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { printJson, textOption } from "../options.ts";
import { isTopologyName, readTopologyFile } from "../topology-source.ts";
import { enqueueChange, waitForChange } from "./change.ts";
import { fleetApi, withWords } from "./install.ts";
import { summaryLine } from "./print.ts";
import { findHome, findSummary, INTERRUPTED, waitForStatus } from "./wait.ts";

/** What came of one topology or decky. */
interface Outcome {
  readonly name: string;
  readonly outcome: "torn_down" | "removed" | "under_way" | "failed";
  readonly reason: string;
}

const RESTING = ["pending", "torn_down"];

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

/** Removes one decky; undefined when Ctrl-C ended the waiting. */
async function removeDecky(
  call: CommandCall,
  api: ApiClient,
  { id }: TopologySummary,
  decky: string,
): Promise<Outcome | undefined> {
  const asked = await enqueueChange(api, id, { op: "remove_decky", name: decky });
  if (call.options["wait"] === false) return { name: decky, outcome: "under_way", reason: "" };
  const ended = await waitForChange(call, api, { topology: id, change: asked.id, about: decky });
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
  const home = await findHome(api, name);
  if (!home) {
    const names = (await all(api)).map((one) => one.name);
    const known = names.length === 0 ? " None is known." : ` Known: ${names.join(", ")}.`;
    const message = `there is no topology and no decky "${printable(name, 64)}".${didYouMean(name, names) || known}`;
    throw new DecnetError("not_found", message);
  }
  const outcome = await removeDecky(call, api, home, name);
  return outcome ? report(call, [outcome]) : interrupted(call);
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
