// Draws a fleet: deckies of given kinds in one LAN at the edge. The same options give the same fleet for ever.
// Names come from whoever knows how machines are called; addresses that are not asked for are left to be allocated.

import { DecnetError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import { nameIn, readOffers } from "../contract/offer.ts";
import type { Random } from "../contract/random.ts";
import { createSeededRandom } from "../contract/random.ts";
import type { Network } from "./ipv4.ts";
import { formatAddress, gatewayOf, isHostOf, parseAddress, parseNetwork, sizeOf } from "./ipv4.ts";
import type { Catalogue, Edge, Lan, Topology, TopologyDecky } from "./model.ts";
import { LIMITS, topologySchema } from "./model.ts";
import type { NameDraw } from "./names.ts";
import { createNamer } from "./names.ts";
import { validateTopology } from "./validate.ts";

/** What to draw. */
export interface FleetOptions {
  readonly name: string;
  readonly deckies: number;
  /** Archetypes in turn; neither these nor services: a mix. */
  readonly archetypes: readonly string[];
  /** Decoys that the fleet offers, as `name` or `name:port`, and no others. */
  readonly services: readonly string[];
  readonly driver: "bridge" | "macvlan";
  readonly interface?: string | undefined;
  readonly subnet: string;
  readonly gateway?: string | undefined;
  /** Address of the first decky; the others follow. Allocated when absent. */
  readonly ipStart?: string | undefined;
  readonly seed: string;
  /** Names that none may have: others' deckies have them. */
  readonly taken?: readonly string[];
}

/** How many of a hundred machines of an organisation are one; 3 for what is not named here. */
export const commonness: Readonly<Record<string, number>> = {
  "linux-server": 16,
  "windows-workstation": 14,
  "web-server": 10,
  "database-server": 8,
  "windows-server": 8,
  "file-server": 7,
  "app-server": 6,
  "container-host": 5,
  printer: 5,
  camera: 5,
  "voip-pbx": 2,
  "domain-controller": 2,
  router: 2,
  "embedded-device": 1,
  plc: 1,
};
const USUAL = 3;

const refuse = (message: string): never => {
  throw new DecnetError("usage", message);
};

/** A machine's kind and the decoys that it offers; all of its kind when absent. */
interface Kind {
  readonly archetype: string;
  readonly services?: readonly string[];
}
type Offering = Required<Kind>;

function wishOf(services: readonly string[], { services: known }: Catalogue): readonly string[] {
  const { offers, faults } = readOffers(services, known);
  const [fault] = faults;
  if (fault) refuse(fault.message);
  return offers;
}

/** Every archetype with those of `services` that it offers. */
function kindsOf(services: readonly string[], { archetypes }: Catalogue): Offering[] {
  return [...archetypes].map(([archetype, offered]) => ({
    archetype,
    services: offered.flatMap((name) => services.filter((service) => nameIn(service) === name)),
  }));
}

/** The fewest kinds that offer all of `services` together, if `most` are enough. */
function coverOf(services: readonly string[], kinds: readonly Offering[], most: number): Kind[] {
  const chosen: Kind[] = [];
  let missing = [...services];
  while (missing.length > 0) {
    const gain = (kind: Offering): number =>
      kind.services.filter((service) => missing.includes(service)).length;
    const best = kinds.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    if (gain(best) === 0) refuse(`no archetype offers ${missing.join(", ")}; see decnet archetypes`);
    chosen.push(best);
    missing = missing.filter((service) => !best.services.includes(service));
  }
  if (chosen.length > most)
    refuse(
      `${services.join(", ")} are offered by ${chosen.length} archetypes together: ask for ${chosen.length} deckies`,
    );
  return chosen;
}

/** Each as often as it is common. */
function lotsOf(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.flatMap((kind) => Array.from({ length: commonness[kind.archetype] ?? USUAL }, () => kind));
}

/** One after the other for each decky. */
function drawKinds(options: FleetOptions, catalogue: Catalogue, random: Random): readonly Kind[] {
  const { deckies, archetypes, services } = options;
  if (archetypes.length > 0 && services.length > 0)
    refuse("--archetype and --services exclude one another: services choose the archetypes that offer them");
  const all = [...catalogue.archetypes.keys()];
  for (const name of archetypes)
    if (!catalogue.archetypes.has(name))
      refuse(`there is no archetype "${name}".${didYouMean(name, all) || " See decnet archetypes."}`);
  const turns = (kinds: readonly Kind[]) =>
    Array.from({ length: deckies }, (_, i) => kinds[i % kinds.length] as Kind);
  const mix = (kinds: readonly Kind[]) => {
    const lots = lotsOf(kinds);
    return Array.from({ length: deckies }, () => random.pick(lots));
  };
  if (archetypes.length > 0) return turns(archetypes.map((archetype) => ({ archetype })));
  if (services.length === 0) return mix(all.map((archetype) => ({ archetype })));
  const wish = wishOf(services, catalogue);
  const kinds = kindsOf(wish, catalogue);
  const whole = kinds.filter((kind) => kind.services.length === wish.length);
  return whole.length > 0 ? mix(whole) : turns(coverOf(wish, kinds, deckies));
}

/** Addresses one after the other, gateways left out. */
function addressesFrom(options: FleetOptions, network: Network): readonly string[] {
  const { ipStart, deckies, gateway, subnet } = options;
  if (ipStart === undefined) return [];
  const first = parseAddress(ipStart);
  if (first === undefined || !isHostOf(network, first))
    return refuse(`--ip-start ${ipStart} is not a host's address in ${subnet}`);
  const kept = new Set([gatewayOf(network), gateway === undefined ? -1 : parseAddress(gateway)]);
  const addresses: string[] = [];
  for (let address = first; addresses.length < deckies; address++) {
    if (!isHostOf(network, address))
      return refuse(
        `from ${ipStart} on, ${subnet} has ${addresses.length} addresses; ${deckies} deckies were asked for`,
      );
    if (!kept.has(address)) addresses.push(formatAddress(address));
  }
  return addresses;
}

function lanOf({ driver, interface: joined, subnet, gateway }: FleetOptions): Lan {
  return {
    name: "dmz",
    subnet,
    dmz: true,
    driver,
    ...(joined !== undefined && { interface: joined }),
    ...(gateway !== undefined && { gateway }),
  };
}

/** Draws it. Throws DecnetError `usage` with the remedy for options that can't be had together. */
export function drawFleet(options: FleetOptions, catalogue: Catalogue, names: NameDraw): Topology {
  const { deckies, subnet, driver } = options;
  if (!Number.isInteger(deckies) || deckies < 1 || deckies > LIMITS.deckies)
    refuse(`--deckies is a number from 1 to ${LIMITS.deckies}`);
  const network = parseNetwork(subnet);
  if (!network || network.prefix < 8 || network.prefix > 30)
    return refuse(`--subnet "${subnet}" is not an IPv4 network of /8 to /30, such as 192.0.2.0/24`);
  if (deckies > sizeOf(network) - 3)
    refuse(`${subnet} has room for ${sizeOf(network) - 3} deckies; ${deckies} were asked for`);
  if (driver === "macvlan" && options.interface === undefined)
    refuse("--driver macvlan needs --interface: the one whose network the deckies join");
  const random = createSeededRandom(`fleet ${options.seed}`);
  const kinds = drawKinds(options, catalogue, random);
  const nameOf = createNamer(names, createSeededRandom(`fleet names ${options.seed}`), options.taken ?? []);
  const addresses = addressesFrom(options, network);
  const topology: Topology = {
    name: options.name,
    lans: [lanOf(options)],
    deckies: kinds.map(({ archetype, services }, i): TopologyDecky => {
      const address = addresses[i];
      const edge: Edge = { lan: "dmz", ...(address !== undefined && { address }) };
      const offers = services && { services: [...services] };
      return { name: nameOf(archetype), archetype, ...offers, forward: false, edges: [edge] };
    }),
  };
  const [issue] = topologySchema.safeParse(topology).error?.issues ?? [];
  if (issue) refuse(`${String(issue.path.at(-1))}: ${issue.message}`);
  const [fault] = validateTopology(topology, catalogue);
  if (fault) refuse(`${fault.where}: ${fault.message}`);
  return topology;
}
