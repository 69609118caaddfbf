// Gives machines their addresses and MACs: what was given once stays for as long as it fits. Pure.
// Never gives an address that a machine of any topology on the same wire has, or that is to be avoided.

import type { Random } from "../contract/random.ts";
import { formatAddress, gatewayOf, isHostOf, parseAddress, parseNetwork, sizeOf } from "../topology/ipv4.ts";
import type { Edge, Lan, TopologyDecky } from "../topology/model.ts";
import type { MachineLink } from "./machine.ts";
import { newLife } from "./machine.ts";
import type { Layout, Machine, Placed } from "./placed.ts";
import { layoutOf, segmentOf, wayOut } from "./placed.ts";

/** What allocation depends on. */
export interface AllocateOptions {
  /** The topology to give to. */
  readonly placed: Placed;
  /** The other topologies that are up. */
  readonly others: readonly Placed[];
  /** `segment address` of what somebody else has. */
  readonly avoid: ReadonlySet<string>;
  /** A stable stream for these words. */
  readonly draw: (...labels: readonly string[]) => Random;
  /** Vendor prefixes of an archetype's cards. */
  readonly ouisOf: (archetype: string) => readonly string[];
}

/** An address that was given just now. */
export interface FreshAddress {
  readonly decky: string;
  readonly lan: string;
  readonly segment: string;
  readonly address: string;
  /** Of the link that gets it: who answers for the address by this one is that link, made by a try that was cut short. */
  readonly mac: string;
}

/** What came of it. */
export interface Allocation {
  /** Every machine of the topology that could be placed, changed or not. */
  readonly machines: ReadonlyMap<string, Machine>;
  readonly fresh: readonly FreshAddress[];
  /** Why a decky could not be placed, by name. */
  readonly faults: ReadonlyMap<string, string>;
}

/** What is in use, over all topologies. */
class Used {
  readonly #addresses = new Map<string, Set<number>>();
  readonly #cursors = new Map<string, number>();
  readonly macs = new Set<string>();

  has(segment: string, address: number): boolean {
    return this.#addresses.get(segment)?.has(address) ?? false;
  }

  add(segment: string, address: number): void {
    const known = this.#addresses.get(segment);
    if (known) known.add(address);
    else this.#addresses.set(segment, new Set([address]));
  }

  /** Everything that a topology's machines have and its definition fixes. */
  addPlaced({ id, topology, machines }: Placed): void {
    const lans = new Map(topology.lans.map((lan) => [lan.name, lan]));
    const note = (lan: Lan | undefined, text: string | undefined): void => {
      const address = text === undefined ? undefined : parseAddress(text.split("/")[0] ?? "");
      if (lan && address !== undefined) this.add(segmentOf(id, lan), address);
    };
    for (const lan of topology.lans) note(lan, lan.gateway);
    for (const machine of machines.values()) {
      for (const { lan, address, mac } of machine.links) {
        note(lans.get(lan), address);
        this.macs.add(mac);
      }
    }
    for (const { edges } of topology.deckies) {
      for (const { lan, address } of edges) note(lans.get(lan), address);
    }
  }

  /** The next free address of a LAN behind its gateway's, or undefined when it is full. */
  next(segment: string, lan: Lan, avoid: ReadonlySet<string>): number | undefined {
    const network = parseNetwork(lan.subnet);
    if (!network) return undefined;
    const key = `${segment} ${lan.subnet}`;
    const end = network.first + sizeOf(network) - 1;
    for (let at = this.#cursors.get(key) ?? gatewayOf(network) + 1; at < end; at++) {
      this.#cursors.set(key, at + 1);
      if (!this.has(segment, at) && !avoid.has(`${segment} ${formatAddress(at)}`)) return at;
    }
    return undefined;
  }
}

/** Whether a link that a machine has still fits its edge. */
function fits(link: MachineLink | undefined, edge: Edge, lan: Lan): link is MachineLink {
  const network = parseNetwork(lan.subnet);
  const [text = "", prefix] = link?.address.split("/") ?? [];
  const address = parseAddress(text);
  if (!network || address === undefined || Number(prefix) !== network.prefix) return false;
  return edge.address === undefined ? isHostOf(network, address) : edge.address === text;
}

class Allocator {
  readonly #options: AllocateOptions;
  readonly #layout: Layout;
  readonly #used = new Used();
  readonly fresh: FreshAddress[] = [];

  constructor(options: AllocateOptions) {
    this.#options = options;
    this.#layout = layoutOf(options.placed.topology);
    for (const placed of [...options.others, options.placed]) this.#used.addPlaced(placed);
  }

  place(decky: TopologyDecky): Machine | string {
    const have = this.#options.placed.machines.get(decky.name);
    const links: MachineLink[] = [];
    for (const edge of decky.edges) {
      const lan = this.#layout.lans.get(edge.lan);
      if (!lan) return `there is no LAN ${edge.lan}`;
      const known = have?.links.find((link) => link.lan === edge.lan);
      const link = fits(known, edge, lan) ? known : this.#give(decky, edge, lan, known);
      if (typeof link === "string") return link;
      links.push(link);
    }
    return { links, life: have?.life ?? newLife };
  }

  #give(decky: TopologyDecky, edge: Edge, lan: Lan, known: MachineLink | undefined): MachineLink | string {
    const { placed, avoid } = this.#options;
    const segment = segmentOf(placed.id, lan);
    const address = edge.address ?? this.#choose(decky, lan, segment);
    if (address === undefined) return `LAN ${lan.name} (${lan.subnet}) has no free address`;
    if (avoid.has(`${segment} ${address}`))
      return `${address} is in use by another machine in LAN ${lan.name}`;
    this.#used.add(segment, parseAddress(address) ?? 0);
    const mac = known?.mac ?? this.#mac(decky, lan.name);
    this.fresh.push({ decky: decky.name, lan: lan.name, segment, address, mac });
    const prefix = lan.subnet.split("/")[1] ?? "";
    return { lan: lan.name, address: `${address}/${prefix}`, mac };
  }

  /** The LAN's first address for the way out of it, any other for the rest. */
  #choose(decky: TopologyDecky, lan: Lan, segment: string): string | undefined {
    const network = parseNetwork(lan.subnet);
    const first = network && gatewayOf(network);
    const isWay = lan.gateway === undefined && wayOut(this.#layout, lan.name)?.name === decky.name;
    const free = first !== undefined && !this.#used.has(segment, first);
    if (isWay && free && !this.#options.avoid.has(`${segment} ${formatAddress(first)}`)) {
      return formatAddress(first);
    }
    const next = this.#used.next(segment, lan, this.#options.avoid);
    return next === undefined ? undefined : formatAddress(next);
  }

  #mac(decky: TopologyDecky, lan: string): string {
    const { draw, ouisOf } = this.#options;
    const vendor = draw("mac-vendor", decky.name).pick(ouisOf(decky.archetype));
    const random = draw("mac", decky.name, lan);
    for (;;) {
      const tail = Array.from(random.bytes(3), (byte) => byte.toString(16).padStart(2, "0"));
      const mac = [vendor, ...tail].join(":");
      if (this.#used.macs.has(mac)) continue;
      this.#used.macs.add(mac);
      return mac;
    }
  }
}

/** Places every decky of a topology. The same words give the same machines. */
export function allocateMachines(options: AllocateOptions): Allocation {
  const allocator = new Allocator(options);
  const machines = new Map<string, Machine>();
  const faults = new Map<string, string>();
  for (const decky of options.placed.topology.deckies) {
    const placed = allocator.place(decky);
    if (typeof placed === "string") faults.set(decky.name, placed);
    else machines.set(decky.name, placed);
  }
  return { machines, fresh: allocator.fresh, faults };
}
