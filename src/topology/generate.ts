// Draws a topology from a seed: a tree of LANs with the DMZ at its root, a bridge decky on every branch, machines in all.
// The same options give the same topology for ever.

import { DecnetError } from "../contract/errors.ts";
import type { Random } from "../contract/random.ts";
import { createSeededRandom } from "../contract/random.ts";
import type { Catalogue, Edge, Lan, Topology, TopologyDecky } from "./model.ts";
import { LIMITS } from "./model.ts";
import type { NameDraw } from "./names.ts";
import { createNamer } from "./names.ts";

/** What to draw. */
export interface GenerateOptions {
  readonly name: string;
  /** LANs in all, the DMZ among them. */
  readonly lans: number;
  /** Most LANs from the DMZ to the innermost, both counted. */
  readonly depth: number;
  /** Most LANs directly behind one. */
  readonly branching: number;
  /** Deckies in all, those that bridge among them. */
  readonly deckies: number;
  readonly seed: string;
}

/** What segments behind the edge are called, in this order while they last. */
const SEGMENTS = [
  "office",
  "servers",
  "storage",
  "lab",
  "voice",
  "guest",
  "backup",
  "plant",
  "mgmt",
  "dev",
] as const;
/** Host parts below this are for gateways and what people number by hand. */
const FIRST_HOST = 10;
const HOSTS = 254;

interface Branch {
  readonly lan: Lan;
  readonly parent: number;
  readonly level: number;
}

/** Most LANs that a tree of this depth and branching holds. */
export function capacity(depth: number, branching: number): number {
  let level = 1;
  let total = 0;
  for (let i = 0; i < depth && total <= LIMITS.lans; i++) {
    total += level;
    level *= branching;
  }
  return total;
}

function check(options: GenerateOptions, catalogue: Catalogue): void {
  const { lans, depth, branching, deckies } = options;
  const refuse = (message: string): never => {
    throw new DecnetError("usage", message);
  };
  const whole = (name: string, value: number, most: number): void => {
    if (!Number.isInteger(value) || value < 1 || value > most)
      refuse(`--${name} is a number from 1 to ${most}`);
  };
  whole("lans", lans, LIMITS.lans);
  whole("depth", depth, LIMITS.lans);
  whole("branching", branching, LIMITS.lans);
  whole("deckies", deckies, LIMITS.deckies);
  const most = capacity(depth, branching);
  if (lans > most)
    refuse(`--depth ${depth} and --branching ${branching} hold ${most} LANs at most; ${lans} were asked for`);
  // Each LAN behind another needs a machine that stands in both.
  if (deckies < Math.max(1, lans - 1)) refuse(`${lans} LANs need at least ${lans - 1} deckies to join them`);
  if (catalogue.archetypes.size === 0) refuse("there is no archetype to draw from");
}

/** The tree: each LAN behind one that has room, chosen at random, the DMZ first. */
function drawBranches(options: GenerateOptions, random: Random): readonly Branch[] {
  const site = 1 + random.below(250);
  const lanOf = (index: number): Lan => ({
    name: index === 0 ? "dmz" : (SEGMENTS[index - 1] ?? `segment-${index}`),
    subnet: `10.${site}.${index}.0/24`,
    dmz: index === 0,
  });
  const branches: Branch[] = [{ lan: lanOf(0), parent: -1, level: 1 }];
  const behind = [0];
  while (branches.length < options.lans) {
    const open = branches.flatMap(({ level }, i) =>
      level < options.depth && (behind[i] ?? 0) < options.branching ? [i] : [],
    );
    const parent = random.pick(open);
    branches.push({ lan: lanOf(branches.length), parent, level: (branches[parent]?.level ?? 0) + 1 });
    behind[parent] = (behind[parent] ?? 0) + 1;
    behind.push(0);
  }
  return branches;
}

/** Gives out the addresses of each LAN, none twice. */
function createAllocator(random: Random): (lan: Lan) => Edge {
  const taken = new Map<string, Set<number>>();
  return (lan) => {
    const used = taken.get(lan.name) ?? new Set<number>();
    taken.set(lan.name, used);
    const free = Array.from({ length: HOSTS - FIRST_HOST + 1 }, (_, i) => FIRST_HOST + i).filter(
      (host) => !used.has(host),
    );
    if (free.length === 0)
      throw new DecnetError("usage", "more deckies than a LAN has addresses; ask for more LANs");
    const host = random.pick(free);
    used.add(host);
    const base = lan.subnet.slice(0, lan.subnet.lastIndexOf("."));
    return { lan: lan.name, address: `${base}.${host}` };
  };
}

/** Draws a topology. Throws DecnetError `usage` for options that contradict one another. */
export function generateTopology(options: GenerateOptions, catalogue: Catalogue, names: NameDraw): Topology {
  check(options, catalogue);
  const random = createSeededRandom(`topology ${options.seed}`);
  const branches = drawBranches(options, random);
  const allocate = createAllocator(random);
  const archetypes = [...catalogue.archetypes.keys()];
  const nameOf = createNamer(names, createSeededRandom(`topology names ${options.seed}`), []);
  const decky = (lans: readonly Lan[], forward: boolean): TopologyDecky => {
    const archetype = random.pick(archetypes);
    return { name: nameOf(archetype), archetype, forward, edges: lans.map(allocate) };
  };
  const bridges = branches.slice(1).map(({ lan, parent }) => {
    const outer = (branches[parent] as Branch).lan;
    return decky([outer, lan], true);
  });
  const rest = Array.from({ length: options.deckies - bridges.length }, (_, i) => {
    // The first round puts one in every LAN, so that none stands empty while there are machines for all.
    const branch = i < branches.length ? branches[i] : random.pick(branches);
    return decky([(branch as Branch).lan], false);
  });
  return { name: options.name, lans: branches.map((branch) => branch.lan), deckies: [...bridges, ...rest] };
}
