// Looks at what the kernel has of one install's fleet, and carries out a plan in batches.
// Sees and touches only objects whose names are this install's, and bridges that a plan names.

import { DecnetError } from "../contract/errors.ts";
import type {
  DesiredDecky,
  ObservedFleet,
  ObservedLink,
  ObservedNamespace,
  Operation,
} from "../fleet/model.ts";
import { linkPrefix, namespacePrefix } from "../fleet/names.ts";
import { closeFd } from "./libc/sockets.ts";
import {
  deleteAddress,
  deleteRoute,
  dumpAddresses,
  dumpRoutes,
  newAddress,
  newRoute,
  parseAddress,
  parseRoute,
} from "./netlink/address.ts";
import type { Message } from "./netlink/codec.ts";
import { deleteGroup, deleteLink, dumpLinks, newLink, parseLink, setLink } from "./netlink/link.ts";
import type { NetlinkSocket } from "./netlink/socket.ts";
import { openNetlink } from "./netlink/socket.ts";
import type { NamedNamespaces } from "./netns/named.ts";
import { namedNamespaces } from "./netns/named.ts";
import { readSysctl, writeSysctl } from "./netns/sysctl.ts";
import { observedFirewall, putUpFirewall } from "./nft/firewall.ts";
import { firewallLabel } from "./nft/ruleset.ts";

/** Links about to be removed are put into this group; "decn" in ASCII, so that nobody else's is met. */
const DOOMED_GROUP = 0x6465_636e;

type Of<K extends Operation["op"]> = Extract<Operation, { op: K }>;

/** The kernel as the planner sees it. */
export interface FleetKernel {
  /**
   * What there is. Of the settings of each namespace, those named. With `only`, nothing but these deckies and the
   * bridges: enough to plan for them alone, at a cost that does not grow with the number of the others' namespaces.
   */
  observe(sysctls: readonly string[], only?: readonly DesiredDecky[]): ObservedFleet;
  /** Carries out a plan. Throws the first failure; what was done by then stays, for the next plan to find. */
  apply(plan: readonly Operation[]): void;
}

/** The fleet of one install in this thread's network namespace. */
export function fleetKernel(install: string, folder?: string): FleetKernel {
  const namespaces = namedNamespaces(namespacePrefix(install), folder);
  return {
    observe: (sysctls, only) => observe({ prefix: linkPrefix(install), namespaces, sysctls, only }),
    apply: (plan) => apply(namespaces, plan),
  };
}

const linksOf = (socket: NetlinkSocket) => socket.dump(dumpLinks).map(({ body }) => parseLink(body));

/** What to look at. */
interface Scope {
  readonly prefix: string;
  readonly namespaces: NamedNamespaces;
  readonly sysctls: readonly string[];
  readonly only: readonly DesiredDecky[] | undefined;
}

function observe({ prefix, namespaces, sysctls, only }: Scope): ObservedFleet {
  const scope = only && new Set(only.flatMap((decky) => decky.links.map(({ host }) => host)));
  using socket = openNetlink();
  const links = linksOf(socket);
  const nameOf = new Map(links.map(({ index, name }) => [index, name]));
  const hosts = links.filter(({ name }) => name.startsWith(`${prefix}v`) && (scope?.has(name) ?? true));
  const found = only ? only.flatMap(({ namespace }) => namespaces.find(namespace) ?? []) : namespaces.list();
  const inside = found.map(({ name, mounted }): [string, ObservedNamespace] => [
    name,
    mounted ? namespaces.run(name, () => observeInside(sysctls)) : { mounted: false, sysctls: {}, links: {} },
  ]);
  return {
    bridges: links.map(({ name }) => name).filter((name) => name.startsWith(`${prefix}b`)),
    hostLinks: Object.fromEntries(
      hosts.map(({ name, master }) => {
        const bridge = nameOf.get(master);
        return [name, bridge === undefined ? {} : { bridge }];
      }),
    ),
    namespaces: Object.fromEntries(inside),
  };
}

function observeInside(sysctls: readonly string[]): ObservedNamespace {
  using socket = openNetlink();
  const addresses = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body));
  const routes = socket.dump(dumpRoutes).flatMap(({ body }) => parseRoute(body) ?? []);
  const links = linksOf(socket)
    .filter(({ name }) => name !== "lo")
    .map(({ name, mac, up, index }): [string, ObservedLink] => {
      const own = addresses.filter((at) => at.index === index && !at.linkLocal);
      return [name, { mac, up, addresses: own.map(({ address, prefix }) => `${address}/${prefix}`) }];
    });
  const settings = sysctls.map((key) => [key, readSysctl(key)] as const);
  const firewall = observedFirewall();
  const gateway = routes.find((route) => route.destination === undefined)?.gateway;
  return {
    mounted: true,
    sysctls: Object.fromEntries(
      settings.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    links: Object.fromEntries(links),
    ...(firewall === undefined ? {} : { firewall }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

function select<K extends Operation["op"]>(plan: readonly Operation[], ...kinds: readonly K[]): Of<K>[] {
  return plan.filter((step): step is Of<K> => (kinds as readonly string[]).includes(step.op));
}

/** What concerns the inside of namespaces, by namespace, so that each is entered once. */
function byNamespace<S extends { readonly namespace: string }>(steps: readonly S[]): [string, S[]][] {
  return [...Map.groupBy(steps, ({ namespace }) => namespace)];
}

function apply(namespaces: NamedNamespaces, plan: readonly Operation[]): void {
  using socket = openNetlink();
  const doomed = select(plan, "delete-links").flatMap(({ names }) => names);
  // One that went by itself meanwhile is as good as removed.
  socket.each(doomed.map((name) => setLink(name, { group: DOOMED_GROUP })));
  if (doomed.length > 0) socket.each([deleteGroup(DOOMED_GROUP)]);
  for (const { namespace } of select(plan, "remove-namespace")) namespaces.remove(namespace);
  const bridges = select(plan, "add-bridge").map(({ name }) => name);
  socket.all(
    bridges.flatMap((name) => [
      newLink({ kind: "bridge", name }),
      setLink(name, { quietIpv6: true, up: true }),
    ]),
  );
  for (const { namespace } of select(plan, "add-namespace")) namespaces.create(namespace);
  const first = select(plan, "add-namespace", "set-sysctl", "put-up-firewall", "delete-inner-link");
  for (const [name, steps] of byNamespace(first)) namespaces.run(name, () => prepare(steps));
  applyLinks(socket, namespaces, select(plan, "add-link", "attach"));
  const last = select(plan, "add-address", "delete-address", "set-up", "add-gateway", "delete-gateway");
  for (const [name, steps] of byNamespace(last)) namespaces.run(name, () => finish(steps));
}

function prepare(
  steps: readonly Of<"add-namespace" | "set-sysctl" | "put-up-firewall" | "delete-inner-link">[],
): void {
  using socket = openNetlink();
  for (const step of steps) {
    if (step.op === "add-namespace") socket.all([setLink("lo", { up: true })]);
    if (step.op === "set-sysctl") writeSysctl(step.key, step.value);
    if (step.op === "put-up-firewall")
      putUpFirewall({ forward: step.label === firewallLabel({ forward: true }) });
    if (step.op === "delete-inner-link") socket.each([deleteLink(step.name)]);
  }
}

function applyLinks(
  socket: NetlinkSocket,
  namespaces: NamedNamespaces,
  steps: readonly Of<"add-link" | "attach">[],
): void {
  if (steps.length === 0) return;
  const index = new Map(linksOf(socket).map((link) => [link.name, link.index]));
  const open: number[] = [];
  const messages = (): Message[] =>
    steps.map((step) => {
      const bridge = step.op === "attach" ? step.bridge : step.link.bridge;
      const master = index.get(bridge);
      if (master === undefined) throw new DecnetError("not_found", `there is no bridge ${bridge}`);
      if (step.op === "attach") return setLink(step.host, { master });
      const { host, name, mac } = step.link;
      const namespaceFd = namespaces.open(step.namespace);
      open.push(namespaceFd);
      return newLink({ kind: "veth", name: host, up: true, master, peer: { name, mac, namespaceFd } });
    });
  try {
    socket.all(messages());
    socket.all(select(steps, "add-link").map(({ link }) => setLink(link.host, { quietIpv6: true })));
  } finally {
    for (const fd of open) closeFd(fd);
  }
}

function finish(
  steps: readonly Of<"add-address" | "delete-address" | "set-up" | "add-gateway" | "delete-gateway">[],
): void {
  using socket = openNetlink();
  const links = new Map(linksOf(socket).map((link) => [link.name, link.index]));
  for (const step of steps) {
    if (step.op === "set-up") socket.all([setLink(step.link, { up: true })]);
    if (step.op === "add-gateway") socket.all([newRoute({ gateway: step.gateway }, "replace")]);
    // What is to be removed may have gone with its link.
    if (step.op === "delete-gateway") socket.each([deleteRoute({ gateway: step.gateway })]);
    if (step.op !== "add-address" && step.op !== "delete-address") continue;
    const [address = "", prefix] = step.address.split("/");
    const at = { index: links.get(step.link) ?? 0, address, prefix: Number(prefix) };
    if (step.op === "add-address") socket.all([newAddress(at)]);
    else socket.each([deleteAddress(at)]);
  }
}
