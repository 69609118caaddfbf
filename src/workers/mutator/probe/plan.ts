// From the fleet as it is wanted to what neighbours are asked to look at: one task for each network, in parts. Pure.

import { formatOffer } from "../../../contract/offer.ts";
import type { Random } from "../../../contract/random.ts";
import { greetingOf } from "../../../decoys/greeting.ts";
import { usualPort } from "../../../decoys/index.ts";
import { createPersona } from "../../../decoys/personas/create.ts";
import type { Persona } from "../../../decoys/personas/persona.ts";
import type { InstallSecret } from "../../../decoys/personas/secret.ts";
import type { CompiledDecky } from "../../../fleet/compile.ts";
import { livedOf } from "../../../fleet/machine.ts";
import type { DesiredLink } from "../../../fleet/model.ts";
import { neighbourLinkName } from "../../../fleet/names.ts";
import { formatAddress, isHostOf, parseAddress, sizeOf } from "../../../topology/ipv4.ts";
import type { ProbeTask, Target, Visit } from "./task.ts";

/** Machines that one neighbour looks at: each costs an entry in tables that the whole kernel shares. */
const PART = 200;
/** Addresses that a neighbour tries. */
const TRIES = 8;
/** Ports that it comes from, within those that Linux picks from (ip(7)). */
const PORTS = 512;
const FIRST_PORT = 33_000;
const PORT_BASES = 27_000;
/** Low ports, one of which nobody shall be at. */
const CLOSED = 1_000;

/** What planning depends on. */
export interface PlanOptions {
  readonly install: string;
  readonly secret: InstallSecret;
  readonly socket: string;
  /** The same labels give the same draws: a neighbour is the same one each time. */
  readonly draw: (...labels: readonly string[]) => Random;
  /** For what shall not be foreseen. */
  readonly random: Random;
  readonly ouis: readonly string[];
}

/** A machine in a network. */
interface Member {
  readonly decky: CompiledDecky;
  readonly link: DesiredLink;
  readonly first: boolean;
}

function personaOf(secret: InstallSecret, { spec }: CompiledDecky): Persona {
  return createPersona(secret, spec.archetype, { place: spec.decky, mac: spec.mac, ...livedOf(spec.life) });
}

function visitsOf(secret: InstallSecret, decky: CompiledDecky): Visit[] {
  const persona = personaOf(secret, decky);
  return decky.sockets.flatMap(({ use, service, transport, port }): Visit[] => {
    const greeting = use === "service" && transport === "tcp" ? greetingOf(service, persona) : undefined;
    return greeting
      ? [
          {
            service: formatOffer({ name: service, port }, usualPort(service)),
            port,
            ask: greeting.ask,
            says: greeting.says.map((group) => [...group]),
          },
        ]
      : [];
  });
}

function closedPort({ sockets }: CompiledDecky, random: Random): number {
  const used = new Set(sockets.map(({ port }) => port));
  let port = 1 + random.below(CLOSED);
  while (used.has(port)) port++;
  return port;
}

/** What a machine in a network is looked at for: its services where it has its first link, itself everywhere. */
function targetOf({ decky, link, first }: Member, { secret, random }: PlanOptions): Target {
  const { sysctls } = decky.desired;
  const mute = sysctls["net.ipv4.icmp_echo_ignore_all"] === "1";
  return {
    decky: decky.name,
    address: link.addresses[0]?.split("/")[0] ?? "",
    mac: link.mac,
    ttl: mute ? null : Number(sysctls["net.ipv4.ip_default_ttl"] ?? 64),
    visits: first ? visitsOf(secret, decky) : [],
    closed: first ? closedPort(decky, random) : null,
  };
}

/** Addresses of that network that no machine of ours has, the network's usual gateway left out. */
function freeAddresses(members: readonly Member[], draw: Random): string[] {
  const [address = "", bits] = (members[0]?.link.addresses[0] ?? "").split("/");
  const prefix = Number(bits);
  const size = sizeOf({ first: 0, prefix });
  const start = parseAddress(address) ?? 0;
  const network = { first: start - (start % size), prefix };
  const used = new Set(
    [
      ...members.flatMap(({ decky, link }) => [decky.desired.gateway, ...link.addresses]),
      `${formatAddress(network.first + 1)}/${prefix}`,
    ].map((one) => one?.split("/")[0]),
  );
  const found = new Set<string>();
  const from = draw.below(size);
  for (let i = 0; i < size && found.size < TRIES; i++) {
    const candidate = network.first + ((from + i) % size);
    const text = formatAddress(candidate);
    if (isHostOf(network, candidate) && !used.has(text)) found.add(`${text}/${prefix}`);
  }
  return [...found];
}

function macOf(draw: Random, ouis: readonly string[]): string {
  const own = Array.from(draw.bytes(3), (byte) => byte.toString(16).padStart(2, "0"));
  return [draw.pick(ouis), ...own].join(":");
}

/** Every network with the machines in it. */
function networks(deckies: readonly CompiledDecky[]): Map<string, Member[]> {
  const found = new Map<string, Member[]>();
  for (const decky of deckies) {
    for (const [i, link] of decky.desired.links.entries()) {
      const members = found.get(link.bridge) ?? [];
      members.push({ decky, link, first: i === 0 });
      found.set(link.bridge, members);
    }
  }
  return found;
}

/** The tasks, and networks without room for a neighbour. */
export function planProbe(
  deckies: readonly CompiledDecky[],
  options: PlanOptions,
): { readonly tasks: readonly ProbeTask[]; readonly full: readonly string[] } {
  const tasks: ProbeTask[] = [];
  const full: string[] = [];
  for (const [name, members] of networks(deckies)) {
    const draw = options.draw("neighbour", name);
    const mac = macOf(draw, options.ouis);
    const addresses = freeAddresses(members, draw);
    if (addresses.length === 0) full.push(name);
    for (let at = 0; at < members.length && addresses.length > 0; at += PART) {
      const from = FIRST_PORT + options.random.below(PORT_BASES);
      tasks.push({
        interface: name,
        driver: members[0]?.link.driver ?? "bridge",
        host: neighbourLinkName(options.install, name, options.random.below(2 ** 40)),
        mac,
        addresses,
        ports: [from, from + PORTS],
        socket: options.socket,
        targets: members.slice(at, at + PART).map((member) => targetOf(member, options)),
      });
    }
  }
  return { tasks, full };
}
