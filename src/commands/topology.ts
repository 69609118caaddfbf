// decnet topology generate, validate, show: work on files alone, need no install and no root.

import { readFileSync } from "node:fs";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { systemRandom } from "../contract/random.ts";
import { machineCatalogue } from "../decoys/personas/catalogue.ts";
import { drawDot, drawTree } from "../topology/draw.ts";
import { formatTopology, parseTopology } from "../topology/file.ts";
import { generateTopology } from "../topology/generate.ts";
import type { Topology } from "../topology/model.ts";
import { validateTopology } from "../topology/validate.ts";
import type { CommandCall } from "./command.ts";
import { paint } from "./style.ts";

function printJson(call: CommandCall, content: unknown): void {
  call.terminal.out(`${JSON.stringify(content, null, 2)}\n`);
}

function numberOption(call: CommandCall, name: string, fallback: number): number {
  const given = call.options[name];
  if (given === undefined) return fallback;
  if (typeof given === "string" && /^\d{1,6}$/.test(given)) return Number(given);
  throw new DecnetError("usage", `--${name} takes a number`);
}

function textOption(call: CommandCall, name: string, fallback: () => string): string {
  const given = call.options[name];
  return typeof given === "string" && given !== "" ? given : fallback();
}

/** Reads a topology; `-` is standard input. */
function readTopology(call: CommandCall): Topology {
  const [file = "-"] = call.args;
  const source = file === "-" ? "standard input" : file;
  try {
    return parseTopology(readFileSync(file === "-" ? 0 : file, "utf8"), source);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === undefined || cause instanceof DecnetError) throw cause;
    throw new DecnetError("not_found", `${source} can't be read (${code})`, { cause });
  }
}

/** Draws a topology and prints its TOML. */
export async function runGenerate(call: CommandCall): Promise<number> {
  const options = {
    name: textOption(call, "name", () => "maze"),
    lans: numberOption(call, "lans", 3),
    depth: numberOption(call, "depth", 3),
    branching: numberOption(call, "branching", 2),
    deckies: numberOption(call, "deckies", 8),
    seed: textOption(call, "seed", () => String(systemRandom.below(1_000_000))),
  };
  const topology = generateTopology(options, machineCatalogue());
  const { lans, depth, branching, deckies, seed } = options;
  const flags = `--lans ${lans} --depth ${depth} --branching ${branching} --deckies ${deckies} --seed ${JSON.stringify(seed)}`;
  if (call.options["json"]) printJson(call, { ...topology, seed });
  else call.terminal.out(`# decnet topology generate ${flags}\n\n${formatTopology(topology)}`);
  return 0;
}

/** Names every fault; status 0 when there is none, 65 otherwise. */
export async function runValidate(call: CommandCall): Promise<number> {
  const topology = readTopology(call);
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

/** Draws it. */
export async function runShow(call: CommandCall): Promise<number> {
  const topology = readTopology(call);
  if (call.options["json"]) printJson(call, topology);
  else call.terminal.out(call.options["dot"] ? drawDot(topology) : drawTree(topology));
  return 0;
}
