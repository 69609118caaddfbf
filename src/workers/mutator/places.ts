// Gives the machines of a topology their places, and asks the networks that it joins whether an address is taken.
// Writes nothing: what is given holds once it is in the store.

import type { Random } from "../../contract/random.ts";
import type { Allocation } from "../../fleet/allocate.ts";
import { allocateMachines } from "../../fleet/allocate.ts";
import type { Placed } from "../../fleet/placed.ts";
import type { Task } from "./task.ts";

/** Rounds of asking and choosing anew; each costs about a second. */
const ROUNDS = 6;

/** What giving places depends on. */
export interface PlacesOptions {
  readonly placed: Placed;
  readonly others: readonly Placed[];
  readonly draw: (...labels: readonly string[]) => Random;
  readonly ouisOf: (archetype: string) => readonly string[];
  /** Asks the networks; `interface address` of each that somebody has. */
  readonly probe: (questions: Task["probe"]) => Promise<readonly string[]>;
}

/** The addresses to ask for, by interface. Only networks that others may be in are asked. */
function questionsOf(fresh: Allocation["fresh"], asked: ReadonlySet<string>): Task["probe"] {
  const open = fresh.filter(({ segment, address }) => {
    return segment.startsWith("interface ") && !asked.has(`${segment} ${address}`);
  });
  const byInterface = Map.groupBy(open, ({ segment }) => segment.slice("interface ".length));
  return [...byInterface].map(([name, list]) => ({
    interface: name,
    addresses: list.map(({ address, mac }) => ({ address, mac })),
  }));
}

/** Places every machine; an address that somebody answers for is never among those given. */
export async function givePlaces(options: PlacesOptions): Promise<Allocation> {
  const avoid = new Set<string>();
  const asked = new Set<string>();
  for (let round = 0; ; round++) {
    const allocation = allocateMachines({ ...options, avoid });
    const questions = questionsOf(allocation.fresh, asked);
    if (questions.length === 0) return allocation;
    if (round === ROUNDS) return withoutUnasked(allocation, questions);
    for (const question of questions) {
      for (const { address } of question.addresses) asked.add(`interface ${question.interface} ${address}`);
    }
    for (const taken of await options.probe(questions)) avoid.add(`interface ${taken}`);
  }
}

/** Leaves out the deckies whose addresses were never asked for: too many of their network are taken. */
function withoutUnasked(allocation: Allocation, questions: Task["probe"]): Allocation {
  const unasked = new Set(
    questions.flatMap(({ interface: name, addresses }) =>
      addresses.map(({ address }) => `interface ${name} ${address}`),
    ),
  );
  const machines = new Map(allocation.machines);
  const faults = new Map(allocation.faults);
  for (const { decky, lan, segment, address } of allocation.fresh) {
    if (!unasked.has(`${segment} ${address}`)) continue;
    machines.delete(decky);
    faults.set(decky, `no free address was found in LAN ${lan}: too many are in use`);
  }
  return { ...allocation, machines, faults };
}
