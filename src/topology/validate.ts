// Whether a topology makes sense: every fault is named, none hides another. Pure; changes nothing.

import { didYouMean } from "../contract/nearest.ts";
import { nameIn, offerFaults } from "../contract/offer.ts";
import type { Network } from "./ipv4.ts";
import { formatAddress, gatewayOf, isHostOf, overlap, parseAddress, parseNetwork, sizeOf } from "./ipv4.ts";
import type { Catalogue, Lan, Topology, TopologyDecky } from "./model.ts";
import { depths, membersOf } from "./model.ts";

/** Every fault that a topology can have, and what it means. */
export const faultCodes = {
  no_dmz: "no LAN is the DMZ",
  two_dmz: "more than one LAN is the DMZ",
  bad_subnet: "a subnet is not an IPv4 network with room for hosts",
  overlapping_subnet: "two LANs share addresses",
  unreachable_lan: "no way leads from the DMZ to a LAN",
  orphan: "a decky stands in no LAN",
  duplicate_name: "two LANs or two deckies have one name",
  duplicate_address: "two deckies have one address",
  duplicate_edge: "a decky stands twice in one LAN",
  unknown_lan: "an edge leads to a LAN that is not there",
  bad_address: "an address is not one that a host of its LAN may have",
  lan_full: "a LAN has more deckies than addresses",
  bad_gateway: "a gateway is not an address that a host of its LAN may have",
  no_interface: "a LAN of driver macvlan names no interface",
  shared_interface: "two LANs are on one interface, so no decky stands between them",
  unknown_persona: "no archetype has that name",
  unknown_service: "no decoy has that name",
  bad_port: "an offer is neither a decoy's name nor name:port",
  duplicate_port: "a machine offers two things on one port",
  one_port: "a decoy whose product listens on one port is offered on several",
  contradiction: "a machine of that archetype does not offer that service",
  no_services: "a decky offers nothing",
} as const;

/** A key of {@link faultCodes}. */
export type FaultCode = keyof typeof faultCodes;

/** One fault: where it is (`lans.dmz`, `deckies.web01`) and what to do about it. */
export interface Fault {
  readonly code: FaultCode;
  readonly where: string;
  readonly message: string;
}

const onLan = (lan: Pick<Lan, "name">): string => `lans.${lan.name}`;
const onDecky = (decky: Pick<TopologyDecky, "name">): string => `deckies.${decky.name}`;

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const again = names.filter((name) => seen.size === seen.add(name).size);
  return [...new Set(again)];
}

function duplicateNames(topology: Topology): Fault[] {
  const of = (kind: "lans" | "deckies", word: string): Fault[] =>
    repeated(topology[kind].map((entry) => entry.name)).map((name) => ({
      code: "duplicate_name",
      where: `${kind}.${name}`,
      message: `more than one ${word} is named "${name}"; rename one`,
    }));
  return [...of("lans", "LAN"), ...of("deckies", "decky")];
}

function dmzFaults({ lans }: Topology): Fault[] {
  const dmz = lans.filter((lan) => lan.dmz);
  if (dmz.length === 0) {
    return [
      { code: "no_dmz", where: "lans", message: "no LAN is the DMZ; set dmz = true on the one at the edge" },
    ];
  }
  return dmz.slice(1).map((lan) => ({
    code: "two_dmz",
    where: onLan(lan),
    message: `"${lan.name}" is a DMZ beside "${dmz[0]?.name}"; a topology has one`,
  }));
}

/** The LANs whose subnet is one, with it. */
function networksOf(topology: Topology): ReadonlyMap<string, Network> {
  return new Map(
    topology.lans.flatMap((lan) => {
      const network = parseNetwork(lan.subnet);
      return network && network.prefix >= 8 && network.prefix <= 30 ? [[lan.name, network] as const] : [];
    }),
  );
}

function subnetFaults(topology: Topology, networks: ReadonlyMap<string, Network>): Fault[] {
  const bad = topology.lans
    .filter((lan) => !networks.has(lan.name))
    .map((lan): Fault => {
      const message = `"${lan.subnet}" is not an IPv4 network of /8 to /30, such as 10.20.0.0/24`;
      return { code: "bad_subnet", where: onLan(lan), message };
    });
  const good = topology.lans.filter((lan) => networks.has(lan.name));
  const overlapping = good.flatMap((lan, i) =>
    good.slice(0, i).flatMap((other): Fault[] => {
      const shared = overlap(networks.get(lan.name) as Network, networks.get(other.name) as Network);
      const message = `${lan.subnet} overlaps ${other.subnet} of "${other.name}"`;
      return shared ? [{ code: "overlapping_subnet", where: onLan(lan), message }] : [];
    }),
  );
  return [...bad, ...overlapping];
}

/** Faults of what ties a LAN to the world around the fleet. */
function placeFaults(topology: Topology, networks: ReadonlyMap<string, Network>): Fault[] {
  const gateways = topology.lans.flatMap((lan): Fault[] => {
    const network = networks.get(lan.name);
    if (lan.gateway === undefined || !network) return [];
    const address = parseAddress(lan.gateway);
    if (address !== undefined && isHostOf(network, address)) return [];
    const message = `the gateway ${lan.gateway} is not a host's address in ${lan.subnet}`;
    return [{ code: "bad_gateway", where: onLan(lan), message }];
  });
  const without = topology.lans
    .filter((lan) => lan.driver === "macvlan" && lan.interface === undefined)
    .map((lan): Fault => {
      const message = "macvlan joins the network of an interface; name it with interface";
      return { code: "no_interface", where: onLan(lan), message };
    });
  const shared = topology.lans.flatMap((lan, i): Fault[] => {
    const other = topology.lans.slice(0, i).find(({ interface: name }) => name === lan.interface);
    if (lan.interface === undefined || !other) return [];
    const message = `"${other.name}" is on ${lan.interface} already: nothing would lie between the two`;
    return [{ code: "shared_interface", where: onLan(lan), message }];
  });
  return [...gateways, ...without, ...shared];
}

function wayFaults(topology: Topology): Fault[] {
  const orphans = topology.deckies
    .filter((decky) => decky.edges.length === 0)
    .map(
      (decky): Fault => ({ code: "orphan", where: onDecky(decky), message: "stands in no LAN; add an edge" }),
    );
  if (!topology.lans.some((lan) => lan.dmz)) return orphans;
  const reached = depths(topology);
  const message = "no way leads here from the DMZ; put a decky with edges in both between them";
  const cut = topology.lans
    .filter((lan) => !reached.has(lan.name))
    .map((lan): Fault => ({ code: "unreachable_lan", where: onLan(lan), message }));
  return [...orphans, ...cut];
}

/** The first address is kept for a decky that forwards. */
function isFree(network: Network, address: number): boolean {
  return isHostOf(network, address) && address !== gatewayOf(network);
}

function edgeFaults(
  decky: TopologyDecky,
  networks: ReadonlyMap<string, Network>,
  { lans: all }: Topology,
): Fault[] {
  const where = onDecky(decky);
  const lans = all.map((lan) => lan.name);
  const gateways = new Map(all.flatMap(({ name, gateway }) => (gateway ? [[name, gateway] as const] : [])));
  const twice = repeated(decky.edges.map((edge) => edge.lan)).map(
    (lan): Fault => ({ code: "duplicate_edge", where, message: `has two edges to "${lan}"; keep one` }),
  );
  const edges = decky.edges.flatMap(({ lan, address }): Fault[] => {
    if (!lans.includes(lan)) {
      return [{ code: "unknown_lan", where, message: `there is no LAN "${lan}".${didYouMean(lan, lans)}` }];
    }
    const network = networks.get(lan);
    if (address === undefined || !network) return [];
    const number = parseAddress(address);
    if (number !== undefined && isFree(network, number) && address !== gateways.get(lan)) return [];
    const gateway = gateways.get(lan) ?? formatAddress(gatewayOf(network));
    const message = `${address} is not a host's address in "${lan}" (${gateway} and the first are gateways')`;
    return [{ code: "bad_address", where, message }];
  });
  return [...twice, ...edges];
}

/** How many deckies fit: all addresses less the network's own, the broadcast, the first, and another gateway's. */
function roomOf(lan: Lan | undefined, network: Network): number {
  const first = formatAddress(gatewayOf(network));
  const isOther = lan?.gateway !== undefined && lan.gateway !== first;
  return sizeOf(network) - (isOther ? 4 : 3);
}

function addressFaults(topology: Topology, networks: ReadonlyMap<string, Network>): Fault[] {
  return [...networks].flatMap(([lan, network]): Fault[] => {
    const members = membersOf(topology, lan);
    const fixed = members.flatMap(({ edge }) => edge.address ?? []);
    const twice = repeated(fixed).map((address): Fault => {
      const names = members.filter(({ edge }) => edge.address === address).map(({ decky }) => decky.name);
      const message = `${address} is the address of ${names.join(" and ")}`;
      return { code: "duplicate_address", where: `lans.${lan}`, message };
    });
    const room = roomOf(
      topology.lans.find(({ name }) => name === lan),
      network,
    );
    if (members.length <= room) return twice;
    const message = `${members.length} deckies, but room for ${room}; widen the subnet`;
    return [...twice, { code: "lan_full", where: `lans.${lan}`, message }];
  });
}

function machineFaults(decky: TopologyDecky, catalogue: Catalogue): Fault[] {
  const where = onDecky(decky);
  const offered = catalogue.archetypes.get(decky.archetype);
  const services = decky.services ?? [];
  const offers = offerFaults(services, catalogue.services).map((fault): Fault => ({ ...fault, where }));
  if (!offered) {
    const near = didYouMean(decky.archetype, [...catalogue.archetypes.keys()]);
    const message = `there is no archetype "${decky.archetype}".${near}`;
    return [{ code: "unknown_persona", where, message }, ...offers];
  }
  const known = catalogue.services.map(({ name }) => name);
  const contradictions = [...new Set(services.map(nameIn))]
    .filter((service) => known.includes(service) && !offered.includes(service))
    .map((service): Fault => {
      const message = `a ${decky.archetype} does not offer ${service}; it may offer ${offered.join(", ")}`;
      return { code: "contradiction", where, message };
    });
  const none: Fault[] =
    decky.services?.length === 0
      ? [
          {
            code: "no_services",
            where,
            message: "offers nothing; name a service, or leave services out for all",
          },
        ]
      : [];
  return [...offers, ...contradictions, ...none];
}

/** Every fault of a topology, in a fixed order; empty when it can be deployed. */
export function validateTopology(topology: Topology, catalogue: Catalogue): readonly Fault[] {
  const networks = networksOf(topology);
  return [
    ...duplicateNames(topology),
    ...dmzFaults(topology),
    ...subnetFaults(topology, networks),
    ...placeFaults(topology, networks),
    ...wayFaults(topology),
    ...topology.deckies.flatMap((decky) => edgeFaults(decky, networks, topology)),
    ...addressFaults(topology, networks),
    ...topology.deckies.flatMap((decky) => machineFaults(decky, catalogue)),
  ];
}
