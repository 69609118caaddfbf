// From topologies and what their machines were given to what the kernel shall have and who serves it. Pure.
// A decky that was given no place is left out: why is told where places are given.

import { createHash } from "node:crypto";
import type { Offer } from "../contract/offer.ts";
import { formatOffer, offersOf } from "../contract/offer.ts";
import type { Lan, TopologyDecky } from "../topology/model.ts";
import type { DeckySpec, HandedSocket } from "./handover.ts";
import type { DesiredDecky, DesiredLink } from "./model.ts";
import type { Names } from "./names.ts";
import { innerLinkName, namesOf } from "./names.ts";
import type { Layout, Machine, Placed } from "./placed.ts";
import { layoutOf } from "./placed.ts";
import { gatewayFor, routesFor } from "./ways.ts";

/** What a decoy listens on. */
export interface ServicePort {
  /** The one that its name alone stands for. */
  readonly port: number;
  readonly transport: "tcp" | "udp";
  /** Ports for data connections that it hands out, one at a time. */
  readonly data: number;
}

/** What compiling depends on besides topologies. */
export interface CompileOptions {
  readonly install: string;
  readonly sysctlsOf: (archetype: string) => Readonly<Record<string, string>>;
  /** Names of all decoys of an archetype. */
  readonly servicesOf: (archetype: string) => readonly string[];
  readonly portOf: (decoy: string) => ServicePort | undefined;
  readonly firewall: (firewall: { readonly forward: boolean }) => string;
}

/** A decky in the kernel's words and in those of the process that serves it. */
export interface CompiledDecky {
  readonly name: string;
  readonly topology: string;
  readonly desired: DesiredDecky;
  readonly spec: DeckySpec;
  readonly sockets: readonly HandedSocket[];
}

/** What topologies come to. */
export interface Compiled {
  readonly bridges: readonly string[];
  readonly joined: readonly string[];
  readonly deckies: readonly CompiledDecky[];
}

/** Settings that no profile decides: nothing of the host's shows through, and nobody on the wire gives it routes. */
function ownSettings(forward: boolean): Readonly<Record<string, string>> {
  return {
    "net.ipv4.ip_forward": forward ? "1" : "0",
    "net.ipv4.conf.all.accept_redirects": "0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv6.conf.all.accept_ra": "0",
    "net.ipv6.conf.default.accept_ra": "0",
  };
}

/** ip(7), ip_local_port_range: from where a machine's own ports come, when its profile does not say. */
const USUAL_RANGE = "32768 60999";

/** What a machine's sockets depend on. */
interface Ports {
  readonly decky: string;
  readonly offers: readonly Offer[];
  readonly portOf: CompileOptions["portOf"];
  /** First and last port that the machine takes for itself. */
  readonly range: string;
}

/** Stable ports out of the machine's own range, eight at most; one that a service has is left out, and no other moves. */
function dataPorts({ decky, offers, range }: Ports, service: string, count: number): readonly number[] {
  if (count === 0) return [];
  const [first = 0, last = 0] = range.split(" ").map(Number);
  const taken = new Set(offers.map(({ port }) => port));
  const hash = createHash("sha256").update(`${decky}\n${service}`).digest();
  const drawn = Array.from({ length: 8 }, (_, i) => first + (hash.readUInt32BE(4 * i) % (last - first + 1)));
  return [...new Set(drawn)].slice(0, count).filter((port) => !taken.has(port));
}

function socketsOf(ports: Ports): HandedSocket[] {
  return ports.offers.flatMap(({ name: service, port }, i): HandedSocket[] => {
    const at = ports.portOf(service);
    if (!at) return [];
    const first = ports.offers.findIndex(({ name }) => name === service) === i;
    const passive = dataPorts(ports, service, first ? at.data : 0).map(
      (port): HandedSocket => ({ use: "data", service, transport: "tcp", port }),
    );
    return [{ use: "service", service, transport: at.transport, port }, ...passive];
  });
}

/** The bridge that a LAN is, or the interface that its deckies sit on. */
function bridgeOf(names: Names, topologyId: string, lan: Lan): string {
  return lan.interface ?? names.bridge(`${topologyId}/${lan.name}`);
}

class Compiler {
  readonly #placed: Placed;
  readonly #options: CompileOptions;
  readonly #names: Names;
  readonly #layout: Layout;

  constructor(placed: Placed, options: CompileOptions, names: Names) {
    this.#placed = placed;
    this.#options = options;
    this.#names = names;
    this.#layout = layoutOf(placed.topology);
  }

  decky(decky: TopologyDecky, machine: Machine): CompiledDecky {
    const { portOf, sysctlsOf, servicesOf } = this.#options;
    const usual = (name: string): number | undefined => portOf(name)?.port;
    const offers = offersOf(decky.services ?? servicesOf(decky.archetype), usual);
    const [first] = machine.links;
    const spec: DeckySpec = {
      decky: decky.name,
      archetype: decky.archetype,
      address: first?.address.split("/")[0] ?? "",
      addresses: machine.links.map(({ address }) => address),
      mac: first?.mac ?? "",
      // When it changes next is no part of the machine that it is now.
      life: { ...machine.life, nextAt: null },
      services: offers.map((offer) => formatOffer(offer, usual(offer.name))),
    };
    const range = sysctlsOf(decky.archetype)["net.ipv4.ip_local_port_range"] ?? USUAL_RANGE;
    const sockets = socketsOf({ decky: decky.name, offers, portOf, range });
    return {
      name: decky.name,
      topology: this.#placed.id,
      desired: this.#desired(decky, machine),
      spec,
      sockets,
    };
  }

  #desired(decky: TopologyDecky, machine: Machine): DesiredDecky {
    const { sysctlsOf, firewall } = this.#options;
    const forward = decky.forward && decky.edges.length > 1;
    const gateway = gatewayFor(this.#placed, this.#layout, decky);
    return {
      namespace: this.#names.namespace(decky.name),
      links: machine.links.flatMap((link) => this.#link(decky.name, link) ?? []),
      ...(gateway === undefined ? {} : { gateway }),
      routes: routesFor(this.#placed, this.#layout, decky),
      sysctls: { ...sysctlsOf(decky.archetype), ...ownSettings(forward) },
      firewall: firewall({ forward }),
    };
  }

  #link(decky: string, { lan: name, address, mac }: Machine["links"][number]): DesiredLink | undefined {
    const lan = this.#layout.lans.get(name);
    if (!lan) return undefined;
    return {
      name: innerLinkName(name),
      host: this.#names.hostLink(decky, name),
      bridge: bridgeOf(this.#names, this.#placed.id, lan),
      ...(lan.driver === "macvlan" && lan.interface !== undefined ? { driver: "macvlan" } : {}),
      mac,
      addresses: [address],
    };
  }
}

/** What these topologies, all that are up, come to. */
export function compileTopologies(all: readonly Placed[], options: CompileOptions): Compiled {
  const names = namesOf(options.install);
  const bridges = new Set<string>();
  const joined = new Set<string>();
  const deckies: CompiledDecky[] = [];
  for (const placed of all) {
    for (const lan of placed.topology.lans) {
      if (lan.interface === undefined) bridges.add(bridgeOf(names, placed.id, lan));
      else if (lan.driver !== "macvlan") joined.add(lan.interface);
    }
    const compiler = new Compiler(placed, options, names);
    for (const decky of placed.topology.deckies) {
      const machine = placed.machines.get(decky.name);
      if (machine) deckies.push(compiler.decky(decky, machine));
    }
  }
  return { bridges: [...bridges], joined: [...joined], deckies };
}
