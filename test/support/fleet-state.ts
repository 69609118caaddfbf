// All that the kernel has of one install's fleet, as a value to compare: two moments are alike when their values are.
// Leaves out what the kernel numbers or draws anew each time, and loopback.

import { networkProfileOf } from "../../src/decoys/personas/network.ts";
import { listLinks, observeFleet } from "../../src/platform/fleet-observe.ts";
import { dumpAddresses, parseAddress } from "../../src/platform/netlink/address.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";
import type { NamedNamespaces } from "../../src/platform/netns/named.ts";

/** Links of this thread's namespace with their addresses; of those that the kernel draws, that there is one. */
function linksHere(own: readonly string[]): object[] {
  using socket = openNetlink();
  const links = listLinks(socket);
  const nameOf = new Map(links.map(({ index, name }) => [index, name]));
  const addresses = socket.dump(dumpAddresses).map(({ body }) => parseAddress(body));
  return links
    .filter(({ name }) => name !== "lo")
    .map(({ index, name, kind, up, group, master }) => ({
      name,
      kind,
      up,
      group,
      master: nameOf.get(master),
      addresses: addresses
        .filter((at) => at.index === index && !own.includes(at.address))
        .map((at) => (at.linkLocal ? "link-local" : `${at.address}/${at.prefix}`))
        .toSorted(),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What there is. `own` are addresses that the test gave to this host. */
export function fleetState(
  install: string,
  namespaces: NamedNamespaces,
  own: readonly string[],
): Record<string, unknown> {
  const { sysctls } = networkProfileOf("linux-server");
  const settings = [...Object.keys(sysctls), "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter"];
  const seen = observeFleet({ install, namespaces, sysctls: settings, only: undefined });
  const places = Object.entries(seen.namespaces).toSorted(([a], [b]) => a.localeCompare(b));
  return { links: linksHere(own), places };
}
