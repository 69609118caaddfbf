// The short-lived process that touches the kernel: one task in, one report out.
// Reads no byte of an attacker, and ends by itself; killed anywhere, the next task takes up what it left.

import { DecnetError, toError } from "../../contract/errors.ts";
import { groundFaults, groundOf } from "../../fleet/ground.ts";
import type { Held } from "../../fleet/handover.ts";
import type { DesiredFleet, Operation } from "../../fleet/model.ts";
import { namespacePrefix } from "../../fleet/names.ts";
import { planFleet } from "../../fleet/plan.ts";
import { holdFile } from "../../kit/hold-file.ts";
import { probeAddresses } from "../../platform/arp-probe.ts";
import type { FleetKernel } from "../../platform/fleet-kernel.ts";
import { fleetKernel } from "../../platform/fleet-kernel.ts";
import type { FleetPart } from "../../platform/fleet-observe.ts";
import { observeGround } from "../../platform/fleet-observe.ts";
import type { NamedNamespaces } from "../../platform/netns/named.ts";
import { namedNamespaces } from "../../platform/netns/named.ts";
import { takeDropped } from "../../platform/nft/firewall.ts";
import type { Orders } from "./orders.ts";
import type { Stage } from "./serve.ts";
import { lookAt, serveDecky } from "./serve.ts";
import { speaker } from "./speaker.ts";
import type { Reach, Report, Task } from "./task.ts";

/** How long another task may keep the kernel. */
const LOCK_MS = 60_000;

const wordsOf = (error: unknown): string => toError(error).message.slice(0, 300);

/** A step that concerns no one decky. */
function isOfAll({ op }: Operation): boolean {
  return ["delete-links", "remove-namespace", "remove-bridge", "add-bridge"].includes(op);
}

/** What is under way. */
class Work {
  readonly failed = new Map<string, string>();
  trouble: string | undefined;
  away: string | undefined;
  steps = 0;
  handed = 0;
  readonly #reach: Reach;
  readonly #kernel: FleetKernel;
  readonly #namespaces: NamedNamespaces;

  constructor(task: Task, reach: Reach) {
    this.#reach = reach;
    this.#kernel = fleetKernel(task.install, task.netns);
    this.#namespaces = namedNamespaces(namespacePrefix(task.install), task.netns);
  }

  /** The deckies that this is about; undefined for all that there are. */
  get names(): string[] | undefined {
    const { deckies, gone } = this.#reach;
    return gone && [...deckies, ...gone.deckies].map(({ name }) => name);
  }

  /** Those that the kernel has as they should be. */
  get #sound(): Reach["deckies"] {
    return this.#reach.deckies.filter(({ name }) => !this.failed.has(name));
  }

  #desired(deckies = this.#reach.deckies): DesiredFleet {
    const { bridges, joined } = this.#reach;
    return { bridges, joined, deckies: deckies.map(({ desired }) => desired) };
  }

  /** What is looked at: everything, or the part that is to change. */
  #part(): FleetPart | undefined {
    const { bridges, joined, gone } = this.#reach;
    if (!gone) return undefined;
    return {
      deckies: [...this.#desired().deckies, ...gone.deckies.map(({ desired }) => desired)],
      bridges: [...bridges, ...joined, ...gone.bridges],
    };
  }

  #plan(): Operation[] {
    const looked = this.#reach.settings ? this.#reach.deckies : [];
    const settings = new Set(looked.flatMap(({ desired }) => Object.keys(desired.sysctls)));
    return planFleet(this.#desired(), this.#kernel.observe([...settings], this.#part()));
  }

  /** Brings the kernel there, all in one go; where that fails, step by step, so that one decky costs only itself. */
  bring(): void {
    const plan = this.#plan();
    this.steps += plan.length;
    if (plan.length === 0) return;
    try {
      this.#kernel.apply(plan);
    } catch {
      // What failed is found again, and named, by what follows.
      for (const step of this.#plan()) if (isOfAll(step)) this.#try([step], this.#blame);
      for (const wanted of this.#reach.deckies) this.#bringOne(wanted);
    }
  }

  readonly #blame = (reason: string): void => {
    this.trouble ??= reason;
  };

  #try(plan: readonly Operation[], failed: (reason: string) => void): void {
    try {
      this.#kernel.apply(plan);
    } catch (error) {
      failed(wordsOf(error));
    }
  }

  #bringOne({ name, desired }: Reach["deckies"][number]): void {
    const { bridges, joined } = this.#reach;
    const part = { deckies: [desired], bridges: [...bridges, ...joined] };
    const seen = this.#kernel.observe(Object.keys(desired.sysctls), part);
    const plan = planFleet({ bridges, joined, deckies: [desired] }, seen);
    this.#try(
      plan.filter((step) => step.op !== "add-bridge"),
      (reason) => this.failed.set(name, reason),
    );
  }

  /** Lets the decoys' process give up what goes, so that nothing keeps a namespace that is removed. */
  release(orders: Orders, held: Map<string, Held>): void {
    const { gone, deckies } = this.#reach;
    const kept = new Set(deckies.map(({ name }) => name));
    const names = gone ? gone.deckies.map(({ name }) => name) : [...held.keys()];
    for (const decky of names) {
      if (kept.has(decky) || !held.delete(decky)) continue;
      orders.give({ order: "remove", decky }, [], (reason) => this.failed.set(decky, reason));
    }
    orders.settle();
  }

  #stage(orders: Orders, held: ReadonlyMap<string, Held>): Stage {
    const fail = (decky: string, reason: string): void => void this.failed.set(decky, reason);
    return { namespaces: this.#namespaces, orders, held, fail };
  }

  /** Hands over what is missing. */
  serve(orders: Orders, held: ReadonlyMap<string, Held>): void {
    const stage = this.#stage(orders, held);
    for (const wanted of this.#sound) {
      try {
        this.handed += serveDecky(stage, wanted);
      } catch (error) {
        if (!(error instanceof DecnetError) || error.code === "unavailable" || error.code === "timeout")
          throw error;
        this.failed.set(wanted.name, wordsOf(error));
      }
    }
    orders.settle();
  }

  /** Asks the kernel once more; what is still missing has failed. */
  checkKernel(): void {
    const owners = new Map(this.#reach.deckies.map(({ name, desired }) => [desired.namespace, name]));
    for (const step of this.#plan()) {
      const owner = "namespace" in step ? owners.get(step.namespace) : undefined;
      const reason = `the kernel did not keep this step: ${step.op}`;
      if (owner === undefined) this.trouble ??= reason;
      else if (!this.failed.has(owner)) this.failed.set(owner, reason);
    }
  }

  /** Asks the decoys' process once more; what it does not serve has failed. */
  checkServed(orders: Orders): void {
    const stage = this.#stage(orders, orders.look(this.names));
    for (const wanted of this.#sound) {
      const { well, missing } = lookAt(stage, wanted);
      if (!well) this.failed.set(wanted.name, `${missing.length} of its sockets are not served`);
    }
  }

  /** Blames what deckies stand on for who can't be reached over it: whatever else failed comes of that. */
  checkGround(): void {
    const desired = this.#desired();
    const faults = groundFaults(desired, observeGround(groundOf(desired)));
    for (const { name, desired } of this.#reach.deckies) {
      const fault = faults.get(desired.namespace);
      if (fault !== undefined) this.failed.set(name, fault);
    }
  }

  /** What the firewalls of all wanted deckies have dropped since the last task that asked. */
  dropped(): Report["dropped"] {
    const found = this.#sound.map(({ name, desired }) => {
      const counts = this.#namespaces.run(desired.namespace, takeDropped);
      return [name, [counts.outbound_tcp, counts.outbound_other]] as const;
    });
    return Object.fromEntries(found) as Report["dropped"];
  }
}

/** True when it could be done; when the kernel can't be looked at, nothing is known and all of it is to be tried again. */
function couldLook(work: Work, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof DecnetError)) throw error;
    work.trouble = wordsOf(error);
    work.away ??= work.trouble;
    return false;
  }
}

function reachFleet(task: Task, reach: Reach): Omit<Report, "occupied" | "ms"> {
  const work = new Work(task, reach);
  using decoys = speaker(work, task.socket);
  let held = new Map<string, Held>();
  decoys.speak((orders) => {
    held = orders.look(work.names);
    work.release(orders, held);
  });
  let looked = couldLook(work, () => work.bring());
  if (looked) {
    decoys.speak((orders) => work.serve(orders, held));
    if (work.steps > 0) looked = couldLook(work, () => work.checkKernel());
    if (work.steps > 0 || work.handed > 0) decoys.speak((orders) => work.checkServed(orders));
  }
  const dropped = looked && reach.gone === undefined ? { dropped: work.dropped() ?? {} } : {};
  if (looked) couldLook(work, () => work.checkGround());
  return {
    steps: work.steps,
    handed: work.handed,
    failed: Object.fromEntries(work.failed),
    ...(work.trouble === undefined ? {} : { trouble: work.trouble }),
    ...(work.away === undefined ? {} : { away: work.away }),
    ...dropped,
  };
}

/** Carries out one task. */
export function runTask(task: Task): Report {
  const start = performance.now();
  const occupied = task.probe.flatMap(({ interface: name, addresses }) =>
    probeAddresses(name, addresses).map((address) => `${name} ${address}`),
  );
  const nothing = { steps: 0, handed: 0, failed: {} };
  if (!task.reach) return { occupied, ...nothing, ms: performance.now() - start };
  using lock = holdFile(task.lock, LOCK_MS);
  if (!lock) throw new DecnetError("timeout", "another task keeps the kernel");
  return { occupied, ...reachFleet(task, task.reach), ms: performance.now() - start };
}
