// What the kernel has of one install's fleet, as the planner sees it.
// Looks only at objects whose names are this install's, and at bridges that are asked for by name.

import { DecnetError, isDecnetError } from "../contract/errors.ts";
import type { Ground } from "../fleet/ground.ts";
import type { DesiredDecky, ObservedFleet, ObservedLink, ObservedNamespace } from "../fleet/model.ts";
import { linkPrefix, madeGroup } from "../fleet/names.ts";
import { E, errnoError } from "./libc/errno.ts";
import { dumpAddresses, dumpRoutes, parseAddress, parseRoute } from "./netlink/address.ts";
import type { Link } from "./netlink/link.ts";
import { dumpLinks, getLink, parseLink } from "./netlink/link.ts";
import type { NetlinkSocket } from "./netlink/socket.ts";
import { openNetlink } from "./netlink/socket.ts";
import type { NamedNamespaces } from "./netns/named.ts";
import { readSysctl } from "./netns/sysctl.ts";
import { observedFirewall } from "./nft/firewall.ts";

/** A part of a fleet: what is outside of it is neither looked at nor planned for. */
export interface FleetPart {
  readonly deckies: readonly DesiredDecky[];
  /** Bridges, ours and joined, that shall be or shall go. */
  readonly bridges: readonly string[];
}

/** What to look at. */
export interface Scope {
  readonly install: string;
  readonly namespaces: NamedNamespaces;
  readonly sysctls: readonly string[];
  readonly only: FleetPart | undefined;
}

/** All links of this thread's namespace. */
export function listLinks(socket: NetlinkSocket): Link[] {
  return socket.dump(dumpLinks).map(({ body }) => parseLink(body));
}

/** Those of these names that are there: at a cost that does not grow with the number of the others. */
export function findLinks(socket: NetlinkSocket, names: Iterable<string>): Link[] {
  return [...new Set(names)].flatMap((name) => {
    const answer = socket.ask(getLink(name));
    if (typeof answer !== "number") return [parseLink(answer.body)];
    if (answer === E.ENODEV) return [];
    throw errnoError(`netlink link ${name}`, answer);
  });
}

/** Those of these interfaces that are there, whoever's they are. */
export function observeGround(names: Iterable<string>): readonly Ground[] {
  using socket = openNetlink();
  return findLinks(socket, names);
}

function linksInScope(socket: NetlinkSocket, only: FleetPart | undefined): Link[] {
  if (!only) return listLinks(socket);
  const ends = only.deckies.flatMap(({ links }) => links.flatMap(({ host, bridge }) => [host, bridge]));
  return findLinks(socket, [...only.bridges, ...ends]);
}

/** What `look` sees in a namespace; undefined when it has gone since it was listed. */
function lookInto(
  namespaces: NamedNamespaces,
  name: string,
  look: () => ObservedNamespace,
): ObservedNamespace | undefined {
  try {
    return namespaces.run(name, look);
  } catch (error) {
    if (isDecnetError(error, "not_found") && !namespaces.find(name)?.mounted) return undefined;
    throw error;
  }
}

/** What there is. */
export function observeFleet({ install, namespaces, sysctls, only }: Scope): ObservedFleet {
  using socket = openNetlink();
  const links = linksInScope(socket, only);
  const nameOf = new Map(links.map(({ index, name }) => [index, name]));
  const prefix = linkPrefix(install);
  const bridges = links.filter(({ kind }) => kind === "bridge");
  const ours = bridges.filter(({ name }) => name.startsWith(`${prefix}b`));
  const others = bridges.filter((link) => !ours.includes(link));
  const made = others.filter(({ group }) => group === madeGroup(install));
  const hosts = links.filter(({ name }) => name.startsWith(`${prefix}v`));
  const found = only
    ? only.deckies.flatMap(({ namespace }) => namespaces.find(namespace) ?? [])
    : namespaces.list();
  return {
    bridges: ours.filter(({ up }) => up).map(({ name }) => name),
    // One of ours that a crash left without being up is made anew; how others' bridges are is their owner's matter.
    others: others.filter((link) => link.up || !made.includes(link)).map(({ name }) => name),
    made: made.map(({ name }) => name),
    hostLinks: Object.fromEntries(
      hosts.map(({ name, master, up }) => [
        name,
        { ...(master === 0 ? {} : { bridge: nameOf.get(master) ?? "" }), ...(up ? {} : { down: true }) },
      ]),
    ),
    namespaces: Object.fromEntries(
      found.flatMap(({ name, mounted }): [string, ObservedNamespace][] => {
        if (!mounted) return [[name, { mounted: false, sysctls: {}, links: {} }]];
        const seen = lookInto(namespaces, name, () => observeInside(sysctls, nameOf));
        return seen ? [[name, seen]] : [];
      }),
    ),
  };
}

function observeLinks(
  socket: NetlinkSocket,
  outside: ReadonlyMap<number, string>,
): (readonly [string, ObservedLink])[] {
  const addresses = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body));
  return listLinks(socket)
    .filter(({ name }) => name !== "lo")
    .map(({ name, mac, up, index, kind, parent }) => {
      const own = addresses.filter((at) => at.index === index && !at.linkLocal);
      const below = kind === "macvlan" ? outside.get(parent) : undefined;
      const link: ObservedLink = {
        mac,
        up,
        addresses: own.map(({ address, prefix }) => `${address}/${prefix}`),
        ...(below === undefined ? {} : { parent: below }),
      };
      return [name, link] as const;
    });
}

/** Settings that there are. */
function observeSettings(sysctls: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    sysctls.flatMap((key) => {
      const value = readSysctl(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function observeInside(sysctls: readonly string[], outside: ReadonlyMap<number, string>): ObservedNamespace {
  using socket = openNetlink();
  const routes = socket.dump(dumpRoutes).flatMap(({ body }) => parseRoute(body) ?? []);
  const firewall = observedFirewall();
  const ways = routes.flatMap(({ gateway, destination, prefix }) =>
    gateway === undefined ? [] : [{ gateway, destination, prefix }],
  );
  const gateway = ways.find(({ destination }) => destination === undefined)?.gateway;
  return {
    mounted: true,
    sysctls: observeSettings(sysctls),
    links: Object.fromEntries(observeLinks(socket, outside)),
    ...(firewall === undefined ? {} : { firewall }),
    ...(gateway === undefined ? {} : { gateway }),
    routes: ways.flatMap((way) =>
      way.destination === undefined
        ? []
        : [{ destination: `${way.destination}/${way.prefix}`, gateway: way.gateway }],
    ),
  };
}

/** The numbers of these interfaces. Throws DecnetError `not_found` that names one that is not there. */
export function indexesOf(socket: NetlinkSocket, names: Iterable<string>): ReadonlyMap<string, number> {
  const wanted = [...names];
  const found = new Map(findLinks(socket, wanted).map(({ name, index }) => [name, index]));
  const missing = wanted.find((name) => !found.has(name));
  if (missing === undefined) return found;
  throw new DecnetError("not_found", `there is no network interface ${missing}`);
}
