// Looks at what the kernel has of one install's fleet, and carries out a plan in batches.
// Sees and touches only objects whose names are this install's, and bridges that a plan names.

import { DecnetError } from "../contract/errors.ts";
import { noBridge } from "../fleet/ground.ts";
import type { ObservedFleet, Operation } from "../fleet/model.ts";
import { hostMac, madeGroup, namespacePrefix } from "../fleet/names.ts";
import type { FleetPart } from "./fleet-observe.ts";
import { findLinks, indexesOf, listLinks, observeFleet } from "./fleet-observe.ts";
import { E, errnoError } from "./libc/errno.ts";
import { closeFd } from "./libc/sockets.ts";
import { deleteAddress, deleteRoute, newAddress, newRoute } from "./netlink/address.ts";
import type { Message } from "./netlink/codec.ts";
import { deleteGroup, deleteLink, newLink, setLink } from "./netlink/link.ts";
import type { NetlinkSocket } from "./netlink/socket.ts";
import { openNetlink } from "./netlink/socket.ts";
import type { NamedNamespaces } from "./netns/named.ts";
import { namedNamespaces } from "./netns/named.ts";
import { writeSysctl } from "./netns/sysctl.ts";
import { putUpFirewall } from "./nft/firewall.ts";
import { firewallLabel } from "./nft/ruleset.ts";

/** Links about to be removed are put into this group; "decn" in ASCII, so that nobody else's is met. */
const DOOMED_GROUP = 0x6465_636e;

type Of<K extends Operation["op"]> = Extract<Operation, { op: K }>;

/** The kernel as the planner sees it. */
export interface FleetKernel {
  /**
   * What there is. Of the settings of each namespace, those named. With `only`, nothing but that part: enough to plan
   * for it alone, at a cost that does not grow with the number of the others.
   */
  observe(sysctls: readonly string[], only?: FleetPart): ObservedFleet;
  /** Carries out a plan. Throws the first failure; what was done by then stays, for the next plan to find. */
  apply(plan: readonly Operation[]): void;
}

/** The fleet of one install in this thread's network namespace. */
export function fleetKernel(install: string, folder?: string): FleetKernel {
  const namespaces = namedNamespaces(namespacePrefix(install), folder);
  return {
    observe: (sysctls, only) => observeFleet({ install, namespaces, sysctls, only }),
    apply: (plan) => apply(install, namespaces, plan),
  };
}

function select<K extends Operation["op"]>(plan: readonly Operation[], ...kinds: readonly K[]): Of<K>[] {
  return plan.filter((step): step is Of<K> => (kinds as readonly string[]).includes(step.op));
}

/** What concerns the inside of namespaces, by namespace, so that each is entered once. */
function byNamespace<S extends { readonly namespace: string }>(steps: readonly S[]): [string, S[]][] {
  return [...Map.groupBy(steps, ({ namespace }) => namespace)];
}

/** Makes a bridge, or brings up one of ours that a crash left half made. */
function addBridge(install: string, socket: NetlinkSocket, { name, made }: Of<"add-bridge">): void {
  const mark = made ? { group: madeGroup(install) } : {};
  const [failed = 0] = socket.each([newLink({ kind: "bridge", name, ...mark })]);
  const [there] = failed === E.EEXIST ? findLinks(socket, [name]) : [];
  const ours = there?.kind === "bridge" && (!made || there.group === madeGroup(install));
  if (there && !ours) throw new DecnetError("conflict", noBridge(name));
  if (failed !== 0 && !ours) throw errnoError(`making the bridge ${name}`, failed);
  socket.all([setLink(name, { quietIpv6: true, up: true })]);
}

function apply(install: string, namespaces: NamedNamespaces, plan: readonly Operation[]): void {
  using socket = openNetlink();
  const doomed = select(plan, "delete-links").flatMap(({ names }) => names);
  // One that went by itself meanwhile is as good as removed.
  socket.each(doomed.map((name) => setLink(name, { group: DOOMED_GROUP })));
  if (doomed.length > 0) socket.each([deleteGroup(DOOMED_GROUP)]);
  for (const { namespace } of select(plan, "remove-namespace")) namespaces.remove(namespace);
  // By name: in the group of the doomed it would bear our mark no longer, should the removal not be reached.
  socket.each(select(plan, "remove-bridge").map(({ name }) => deleteLink(name)));
  for (const step of select(plan, "add-bridge")) addBridge(install, socket, step);
  for (const { namespace } of select(plan, "add-namespace")) namespaces.create(namespace);
  const first = select(plan, "add-namespace", "set-sysctl", "put-up-firewall", "delete-inner-link");
  for (const [name, steps] of byNamespace(first)) namespaces.run(name, () => prepare(steps));
  applyLinks(socket, namespaces, select(plan, "add-link", "attach"));
  const last = select(plan, ...LAST);
  for (const [name, steps] of byNamespace(last)) namespaces.run(name, () => finish(steps));
}

function prepare(
  steps: readonly Of<"add-namespace" | "set-sysctl" | "put-up-firewall" | "delete-inner-link">[],
): void {
  using socket = openNetlink();
  for (const step of steps) {
    if (step.op === "set-sysctl") writeSysctl(step.key, step.value);
    if (step.op === "put-up-firewall") {
      // With the firewall, which is looked for again after a crash: loopback by itself is not.
      socket.all([setLink("lo", { up: true })]);
      putUpFirewall({ forward: step.label === firewallLabel({ forward: true }) });
    }
    if (step.op === "delete-inner-link") socket.each([deleteLink(step.name)]);
  }
}

function applyLinks(
  socket: NetlinkSocket,
  namespaces: NamedNamespaces,
  steps: readonly Of<"add-link" | "attach">[],
): void {
  if (steps.length === 0) return;
  const below = (step: Of<"add-link" | "attach">): string =>
    step.op === "attach" ? step.bridge : step.link.bridge;
  const index = indexesOf(socket, steps.map(below));
  const open: number[] = [];
  const messages = (): Message[] =>
    steps.map((step) => {
      const master = index.get(below(step)) ?? 0;
      if (step.op === "attach") return setLink(step.host, { master });
      const { host, name, mac, driver } = step.link;
      const namespaceFd = namespaces.open(step.namespace);
      open.push(namespaceFd);
      if (driver === "macvlan") return newLink({ kind: "macvlan", name, mac, namespaceFd, parent: master });
      const outer = { name: host, mac: hostMac(host), master };
      return newLink({ kind: "veth", ...outer, peer: { name, mac, namespaceFd } });
    });
  try {
    socket.all(messages());
    const hosts = select(steps, "add-link").filter(({ link }) => link.driver === undefined);
    // Up in the same step as quiet: an end that is down is one that a crash left half made.
    socket.all(hosts.map(({ link }) => setLink(link.host, { quietIpv6: true, up: true })));
  } finally {
    for (const fd of open) closeFd(fd);
  }
}

/** What is done once a namespace has its links. */
const LAST = [
  "add-address",
  "delete-address",
  "set-up",
  "add-gateway",
  "delete-gateway",
  "add-route",
  "delete-route",
] as const;

function finish(steps: readonly Of<(typeof LAST)[number]>[]): void {
  using socket = openNetlink();
  const links = new Map(listLinks(socket).map((link) => [link.name, link.index]));
  for (const step of steps) {
    if (step.op === "set-up") socket.all([setLink(step.link, { up: true })]);
    if (step.op === "add-gateway") socket.all([newRoute({ gateway: step.gateway }, "replace")]);
    // What is to be removed may have gone with its link.
    if (step.op === "delete-gateway") socket.each([deleteRoute({ gateway: step.gateway })]);
    if (step.op === "add-route") socket.all([newRoute(step.route, "replace")]);
    if (step.op === "delete-route") socket.each([deleteRoute(step.route)]);
    if (step.op !== "add-address" && step.op !== "delete-address") continue;
    const [address = "", prefix] = step.address.split("/");
    const at = { index: links.get(step.link) ?? 0, address, prefix: Number(prefix) };
    if (step.op === "add-address") socket.all([newAddress(at)]);
    else socket.each([deleteAddress(at)]);
  }
}
