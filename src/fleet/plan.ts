// The steps that lead from what the kernel has to what a fleet should be: none when it is so already. Pure.
// A decky's firewall stands before it has a link, so nothing leaves it meanwhile.

import { DecnetError } from "../contract/errors.ts";
import type {
  DesiredDecky,
  DesiredFleet,
  DesiredLink,
  DesiredRoute,
  ObservedFleet,
  ObservedNamespace,
  Operation,
} from "./model.ts";

const EMPTY: ObservedNamespace = { mounted: true, sysctls: {}, links: {} };

function refuseDuplicates(kind: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new DecnetError("conflict", `${kind} ${twice} is wanted twice`);
}

function check(desired: DesiredFleet): void {
  refuseDuplicates(
    "namespace",
    desired.deckies.map(({ namespace }) => namespace),
  );
  refuseDuplicates("interface", [
    ...desired.bridges,
    ...desired.joined,
    ...desired.deckies.flatMap(({ links }) => links.map(({ host }) => host)),
  ]);
  const bridges = new Set([...desired.bridges, ...desired.joined]);
  const links = desired.deckies.flatMap((decky) => decky.links);
  const astray = links.find(({ bridge, driver }) => driver === undefined && !bridges.has(bridge));
  if (astray) throw new DecnetError("invalid", `there is no bridge ${astray.bridge} for ${astray.host}`);
}

/** What is there and is of no use: it goes before anything new comes. */
interface Leftovers {
  readonly links: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

/** Whether a link is there with all its ends, the host's one up, and the MAC that it shall have. */
function whole(link: DesiredLink, inside: ObservedNamespace, observed: ObservedFleet): boolean {
  const inner = inside.links[link.name];
  if (inner?.mac !== link.mac) return false;
  if (link.driver === "macvlan") return inner.parent === link.bridge;
  const host = observed.hostLinks[link.host];
  return host !== undefined && !host.down;
}

function leftovers(desired: DesiredFleet, observed: ObservedFleet): Leftovers {
  const wanted = new Map(desired.deckies.map((decky) => [decky.namespace, decky]));
  const kept = new Set(desired.bridges);
  for (const { namespace, links } of desired.deckies) {
    const inside = observed.namespaces[namespace];
    for (const link of links) {
      const sound = inside?.mounted && whole(link, inside, observed);
      if (sound && link.driver === undefined) kept.add(link.host);
    }
  }
  const have = [...Object.keys(observed.hostLinks), ...observed.bridges];
  const gone = Object.entries(observed.namespaces).filter(
    ([name, { mounted }]) => !mounted || !wanted.has(name),
  );
  return {
    links: new Set(have.filter((name) => !kept.has(name))),
    namespaces: new Set(gone.map(([name]) => name)),
  };
}

function planAddresses(namespace: string, link: DesiredLink, have: readonly string[]): Operation[] {
  const steps = (op: "add-address" | "delete-address", addresses: readonly string[]): Operation[] =>
    addresses.map((address) => ({ op, namespace, link: link.name, address }));
  return [
    ...steps(
      "delete-address",
      have.filter((address) => !link.addresses.includes(address)),
    ),
    ...steps(
      "add-address",
      link.addresses.filter((address) => !have.includes(address)),
    ),
  ];
}

function planLink(
  namespace: string,
  link: DesiredLink,
  at: { inside: ObservedNamespace; observed: ObservedFleet },
): Operation[] {
  const inner = at.inside.links[link.name];
  const sound = whole(link, at.inside, at.observed);
  // The other end of a pair that is removed goes with it; one without a pair has to go by itself.
  const alone = inner !== undefined && !sound && !(link.host in at.observed.hostLinks);
  const now = sound ? inner : undefined;
  const veth = link.driver === undefined;
  const astray = veth && sound && at.observed.hostLinks[link.host]?.bridge !== link.bridge;
  return [
    ...(alone ? [{ op: "delete-inner-link", namespace, name: link.name } as const] : []),
    ...(sound ? [] : [{ op: "add-link", namespace, link } as const]),
    ...(astray ? [{ op: "attach", host: link.host, bridge: link.bridge } as const] : []),
    ...planAddresses(namespace, link, now?.addresses ?? []),
    ...(now?.up ? [] : [{ op: "set-up", namespace, link: link.name } as const]),
  ];
}

function planGateway(
  { namespace, gateway, links }: DesiredDecky,
  inside: ObservedNamespace,
  rebuilt: boolean,
): Operation[] {
  // The kernel drops a route with its link or its address: after such a change it may be gone, and is set again.
  const have = inside.gateway;
  if (links.length === 0 || (have === gateway && !rebuilt)) return [];
  return [
    ...(have === undefined || have === gateway
      ? []
      : [{ op: "delete-gateway", namespace, gateway: have } as const]),
    ...(gateway === undefined ? [] : [{ op: "add-gateway", namespace, gateway } as const]),
  ];
}

const routeText = ({ destination, gateway }: DesiredRoute): string => `${destination} ${gateway}`;

function planRoutes(
  { namespace, routes = [], links }: DesiredDecky,
  inside: ObservedNamespace,
  rebuilt: boolean,
): Operation[] {
  if (links.length === 0) return [];
  const have = inside.routes ?? [];
  const wanted = new Set(routes.map(routeText));
  const kept = new Set(rebuilt ? [] : have.map(routeText));
  return [
    ...have
      .filter((route) => !wanted.has(routeText(route)))
      .map((route): Operation => ({ op: "delete-route", namespace, route })),
    ...routes
      .filter((route) => !kept.has(routeText(route)))
      .map((route): Operation => ({ op: "add-route", namespace, route })),
  ];
}

/**
 * When it moves, the kernel sets others of the namespace anew, `conf.all.accept_redirects` among them
 * (net/ipv4/devinet.c, inet_forward_change): so it goes first, and all others are written after it.
 */
const RESETTING = "net.ipv4.ip_forward";

function planSettings({ namespace, sysctls }: DesiredDecky, inside: ObservedNamespace): Operation[] {
  const all = Object.entries(sysctls);
  const there = all.filter(([key]) => inside === EMPTY || inside.sysctls[key] !== undefined);
  const differing = there.filter(([key, value]) => inside.sysctls[key] !== value);
  const moves = differing.filter(([key]) => key === RESETTING);
  const others = (moves.length > 0 ? there : differing).filter(([key]) => key !== RESETTING);
  return [...moves, ...others].map(([key, value]) => ({ op: "set-sysctl", namespace, key, value }));
}

function planDecky(decky: DesiredDecky, observed: ObservedFleet): Operation[] {
  const { namespace } = decky;
  const found = observed.namespaces[namespace];
  const inside = found?.mounted ? found : EMPTY;
  const extra = Object.keys(inside.links).filter((name) => !decky.links.some((link) => link.name === name));
  const links = decky.links.flatMap((link) => planLink(namespace, link, { inside, observed }));
  const moved = links.some(({ op }) => op === "add-link" || op === "delete-address" || op === "set-up");
  const rebuilt = moved || extra.length > 0;
  return [
    ...(inside === EMPTY ? [{ op: "add-namespace", namespace } as const] : []),
    ...planSettings(decky, inside),
    ...(inside.firewall === decky.firewall
      ? []
      : [{ op: "put-up-firewall", namespace, label: decky.firewall } as const]),
    ...extra.map((name): Operation => ({ op: "delete-inner-link", namespace, name })),
    ...links,
    ...planGateway(decky, inside, rebuilt),
    ...planRoutes(decky, inside, rebuilt),
  ];
}

/**
 * The steps, in their order. Throws DecnetError `conflict` when two things want one name, `invalid` for a link to a
 * bridge that is not part of the fleet. A step that removes finds its object gone without that being a failure, and
 * `add-gateway` and `add-route` take the place of what is there.
 */
export function planFleet(desired: DesiredFleet, observed: ObservedFleet): Operation[] {
  check(desired);
  const { links, namespaces } = leftovers(desired, observed);
  const bridges = desired.bridges.filter((name) => !observed.bridges.includes(name));
  const joined = desired.joined.filter((name) => !observed.others.includes(name));
  const left = observed.made.filter((name) => !desired.joined.includes(name));
  return [
    ...(links.size > 0 ? [{ op: "delete-links", names: [...links] } as const] : []),
    ...[...namespaces].map((namespace): Operation => ({ op: "remove-namespace", namespace })),
    ...left.map((name): Operation => ({ op: "remove-bridge", name })),
    ...bridges.map((name): Operation => ({ op: "add-bridge", name, made: false })),
    ...joined.map((name): Operation => ({ op: "add-bridge", name, made: true })),
    ...desired.deckies.flatMap((decky) => planDecky(decky, observed)),
  ];
}
