// Deckies of a topology as lines for people.

import type { TopologyDetail, TopologySummary } from "../../api/types.ts";
import { printable } from "../../contract/captured.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { machineCatalogue } from "../../decoys/personas/catalogue.ts";
import { networkProfileOf } from "../../decoys/personas/network.ts";
import { allocateMachines } from "../../fleet/allocate.ts";
import type { Topology } from "../../topology/model.ts";
import { columns } from "../style.ts";

/** What a decky offers: what is said, else all of its archetype. */
function offers({ archetype, services }: Topology["deckies"][number]): string {
  return (services ?? machineCatalogue().archetypes.get(archetype) ?? []).join(" ");
}

/** A line for each decky that would be made. */
export function plannedLines(topology: Topology): string {
  const rows = topology.deckies.map((decky) => {
    const addresses = decky.edges.map(({ lan, address }) => address ?? `no address of ${lan} is free`);
    return [decky.name, addresses.join(", "), decky.archetype, (decky.services ?? []).join(" ")];
  });
  return columns(rows);
}

/**
 * The topology as it would be made: with the services of each decky, and the addresses that it is given where nobody
 * else has them.
 */
export function planned(topology: Topology): Topology {
  const { archetypes } = machineCatalogue();
  const { machines } = allocateMachines({
    placed: { id: topology.name, topology, machines: new Map() },
    others: [],
    avoid: new Set(),
    draw: (...labels) => createSeededRandom(new TextEncoder().encode(labels.join("\n"))),
    ouisOf: (archetype) => networkProfileOf(archetype).ouis,
  });
  const deckies = topology.deckies.map((decky) => ({
    ...decky,
    services: [...(decky.services ?? archetypes.get(decky.archetype) ?? [])],
    edges: decky.edges.map(({ lan }, i) => {
      const address = machines.get(decky.name)?.links[i]?.address.split("/")[0];
      return { lan, ...(address !== undefined && { address }) };
    }),
  }));
  return { ...topology, deckies };
}

/** The topology with the addresses that its deckies were given. */
export function withAddresses({ definition, machines }: TopologyDetail): Topology {
  const linksOf = new Map(machines.map(({ decky, links }) => [decky, links]));
  const deckies = definition.deckies.map((decky) => ({
    ...decky,
    edges: decky.edges.map((edge) => {
      const given = linksOf
        .get(decky.name)
        ?.find(({ lan }) => lan === edge.lan)
        ?.address.split("/")[0];
      const address = edge.address ?? given;
      return { lan: edge.lan, ...(address !== undefined && { address }) };
    }),
  }));
  return { ...definition, deckies };
}

/** A line for each decky: name, addresses, MACs, services. */
export function deckyLines(detail: TopologyDetail): string {
  const linksOf = new Map(detail.machines.map(({ decky, links }) => [decky, links]));
  const rows = withAddresses(detail).deckies.map((decky) => [
    decky.name,
    decky.edges.map(({ address }) => address ?? "no address").join(", "),
    (linksOf.get(decky.name) ?? []).map(({ mac }) => mac).join(", ") || "no MAC",
    offers(decky),
  ]);
  return columns(rows);
}

/** One line of a topology. */
export function summaryLine({ name, status, reason, counts }: TopologySummary): string {
  const why = reason === "" ? "" : `: ${printable(reason, 300)}`;
  return `${name}  ${status.replace("_", " ")}${why}  (${counts.lans} LANs, ${counts.deckies} deckies, ${counts.serving} serving)`;
}
