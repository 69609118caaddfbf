// From the flags of decnet deploy to the topology that they mean. Needs no install; refuses flags that contradict.

import { DecnetError } from "../../contract/errors.ts";
import { systemRandom } from "../../contract/random.ts";
import { machineCatalogue } from "../../decoys/personas/catalogue.ts";
import { drawFleet } from "../../topology/fleet.ts";
import type { Topology } from "../../topology/model.ts";
import { nameSchema } from "../../topology/model.ts";
import { validateTopology } from "../../topology/validate.ts";
import type { CommandCall } from "../command.ts";
import { listOption, numberOption, textOption } from "../options.ts";
import { readTopologyFile } from "../topology-source.ts";
import { drawName } from "./machines.ts";

/** What is to be put up. `seed` is what it was drawn from; null for a file. */
export interface FleetWish {
  readonly topology: Topology;
  readonly seed: string | null;
  /** The same with other names in place of those that are taken; a file says what it says. */
  readonly redraw?: (taken: readonly string[]) => Topology;
}

/** Flags that a file makes needless. */
const DRAWN = [
  "deckies",
  "archetype",
  "services",
  "driver",
  "interface",
  "subnet",
  "gateway",
  "ipStart",
  "seed",
] as const;

const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function nameOf(call: CommandCall): string | undefined {
  const name = textOption(call, "name");
  if (name === undefined || nameSchema.safeParse(name).success) return name;
  throw new DecnetError("usage", "--name takes 1 to 32 of a-z, 0-9 and inner hyphens");
}

/** Refuses a topology with faults, each on a line of its own. */
export function refuseFaulty(topology: Topology, source: string): void {
  const faults = validateTopology(topology, machineCatalogue());
  if (faults.length === 0) return;
  const lines = faults.map(({ code, where, message }) => `\n  ${code}  ${where}: ${message}`);
  throw new DecnetError("invalid", `${source} can't be deployed:${lines.join("")}`);
}

function fromFile(call: CommandCall, file: string): FleetWish {
  const needless = DRAWN.find((option) => call.options[option] !== undefined);
  if (needless)
    throw new DecnetError(
      "usage",
      `${flagOf(needless)} and --config exclude one another: the file says it all`,
    );
  const topology = { ...readTopologyFile(file), ...(nameOf(call) && { name: nameOf(call) as string }) };
  refuseFaulty(topology, file);
  return { topology, seed: null };
}

function driverOf(call: CommandCall): "bridge" | "macvlan" {
  const driver = textOption(call, "driver") ?? "bridge";
  if (driver === "bridge" || driver === "macvlan") return driver;
  const host = driver === "host" ? `; "host" needs no deploy: it is what decnet up shows` : "";
  throw new DecnetError("usage", `--driver is bridge or macvlan${host}`);
}

/** What the flags mean. Throws DecnetError `usage` with the remedy. */
export function readWish(call: CommandCall): FleetWish {
  const file = textOption(call, "config");
  if (file !== undefined) return fromFile(call, file);
  const deckies = numberOption(call, "deckies");
  if (deckies === undefined)
    throw new DecnetError("usage", "say how many with --deckies, or give a topology's file with --config");
  const subnet = textOption(call, "subnet");
  if (subnet === undefined)
    throw new DecnetError("usage", "--subnet is missing: the network that they get addresses of");
  const seed = textOption(call, "seed") ?? String(systemRandom.below(1_000_000));
  const options = {
    name: nameOf(call) ?? "fleet",
    deckies,
    archetypes: listOption(call, "archetype"),
    services: listOption(call, "services"),
    driver: driverOf(call),
    interface: textOption(call, "interface"),
    subnet,
    gateway: textOption(call, "gateway"),
    ipStart: textOption(call, "ipStart"),
    seed,
  };
  const redraw = (taken: readonly string[]): Topology =>
    drawFleet({ ...options, taken }, machineCatalogue(), drawName);
  return { topology: redraw([]), seed, redraw };
}
