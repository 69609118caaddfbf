// decnet topology generate, validate, show: work on files and need no install and no root; show also asks the running one.

import type { TopologyDetail } from "../api/types.ts";
import { DecnetError, isDecnetError } from "../contract/errors.ts";
import { systemRandom } from "../contract/random.ts";
import { machineCatalogue } from "../decoys/personas/catalogue.ts";
import { drawDot, drawTree } from "../topology/draw.ts";
import { formatTopology } from "../topology/file.ts";
import { generateTopology } from "../topology/generate.ts";
import { validateTopology } from "../topology/validate.ts";
import { refusalOf } from "./api-client.ts";
import type { CommandCall } from "./command.ts";
import { fleetApi } from "./fleet/install.ts";
import { drawName } from "./fleet/machines.ts";
import { summaryLine, withAddresses } from "./fleet/print.ts";
import { numberOption, printJson, textOption } from "./options.ts";
import { paint } from "./style.ts";
import { isTopologyName, readTopologyFile } from "./topology-source.ts";

/** Draws a topology and prints its TOML. */
export async function runGenerate(call: CommandCall): Promise<number> {
  const options = {
    name: textOption(call, "name") ?? "maze",
    lans: numberOption(call, "lans") ?? 3,
    depth: numberOption(call, "depth") ?? 3,
    branching: numberOption(call, "branching") ?? 2,
    deckies: numberOption(call, "deckies") ?? 8,
    seed: textOption(call, "seed") ?? String(systemRandom.below(1_000_000)),
  };
  const topology = generateTopology(options, machineCatalogue(), drawName);
  const { lans, depth, branching, deckies, seed } = options;
  const flags = `--lans ${lans} --depth ${depth} --branching ${branching} --deckies ${deckies} --seed ${JSON.stringify(seed)}`;
  if (call.options["json"]) printJson(call, { ...topology, seed });
  else call.terminal.out(`# decnet topology generate ${flags}\n\n${formatTopology(topology)}`);
  return 0;
}

/** Names every fault; status 0 when there is none, 65 otherwise. */
export async function runValidate(call: CommandCall): Promise<number> {
  const topology = readTopologyFile(call.args[0] ?? "-");
  const faults = validateTopology(topology, machineCatalogue());
  const status = faults.length === 0 ? 0 : 65;
  if (call.options["json"]) {
    printJson(call, { valid: faults.length === 0, faults });
    return status;
  }
  const { good, bad } = paint(call.terminal.colours);
  const counted = `${topology.lans.length} LANs, ${topology.deckies.length} deckies`;
  if (faults.length === 0) call.terminal.out(`${good("valid")}: ${topology.name}, ${counted}\n`);
  for (const { code, where, message } of faults) call.terminal.out(`${bad(code)}  ${where}: ${message}\n`);
  return status;
}

/** One of the running install; throws `not_found` where it has none of that name. */
async function askTopology(call: CommandCall, name: string): Promise<TopologyDetail> {
  try {
    return await fleetApi(call).get<TopologyDetail>(`/topologies/${name}`);
  } catch (error) {
    if (isDecnetError(error, "unavailable"))
      throw new DecnetError("unavailable", `there is no file "${name}", and ${error.message}`);
    if (refusalOf(error)?.code !== "not_found") throw error;
    throw new DecnetError("not_found", `there is no file and no topology "${name}"`);
  }
}

/** Draws a file, or a topology of the running install with its status and the addresses that its deckies were given. */
export async function runShow(call: CommandCall): Promise<number> {
  const [argument = "-"] = call.args;
  const detail = isTopologyName(argument) ? await askTopology(call, argument) : undefined;
  const topology = detail ? withAddresses(detail) : readTopologyFile(argument);
  if (call.options["json"]) printJson(call, detail ?? topology);
  else if (call.options["dot"]) call.terminal.out(drawDot(topology));
  else call.terminal.out(`${detail ? `${summaryLine(detail)}\n` : ""}${drawTree(topology)}`);
  return 0;
}
