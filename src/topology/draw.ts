// Drawings of a topology: a tree for the terminal, a graph for Graphviz (the DOT language). Pure text.

import type { Edge, Lan, Topology, TopologyDecky } from "./model.ts";
import { depths, membersOf } from "./model.ts";

function machine(decky: TopologyDecky, edge: Edge): string {
  const offers = decky.services ? decky.services.join(" ") : "all";
  return `${decky.name}  ${edge.address ?? "address allocated"}  ${decky.archetype} (${offers})`;
}

/** A LAN by name, with what ties it to the host's networks. */
function segment(name: string, lan: Lan | undefined): string {
  const { driver = "bridge", interface: joined } = lan ?? {};
  const place = joined === undefined ? "" : `  ${driver} on ${joined}`;
  return `${name}  ${lan?.subnet ?? "?"}${lan?.dmz ? "  DMZ" : ""}${place}`;
}

/** LANs that lie one step further in than `lan`, by this decky. */
function beyond(decky: TopologyDecky, lan: string, reached: ReadonlyMap<string, number>): readonly string[] {
  const here = reached.get(lan) ?? 0;
  return decky.edges
    .map((edge) => edge.lan)
    .filter((name) => name !== lan && (reached.get(name) ?? 0) > here);
}

/** A tree from the DMZ inwards; what no way leads to comes last. A LAN with several ways in is drawn once. */
export function drawTree(topology: Topology): string {
  const reached = depths(topology);
  const drawn = new Set<string>();
  const lines: string[] = [];
  const drawLan = (name: string, indent: string): void => {
    const lan = topology.lans.find((candidate) => candidate.name === name);
    lines.push(`${indent}${segment(name, lan)}`);
    drawn.add(name);
    const members = membersOf(topology, name);
    members.forEach(({ decky, edge }, i) => {
      const last = i === members.length - 1;
      const inner = beyond(decky, name, reached);
      const verb = decky.forward ? "forwards to" : "stands also in";
      const ways = inner.length > 0 ? `  ${verb} ${inner.join(", ")}` : "";
      lines.push(`${indent}${last ? "└─ " : "├─ "}${machine(decky, edge)}${ways}`);
      const deeper = `${indent}${last ? "   " : "│  "}`;
      for (const next of inner) if (!drawn.has(next)) drawLan(next, deeper);
    });
  };
  const order = [...topology.lans].sort(
    (a, b) => (reached.get(a.name) ?? 1e9) - (reached.get(b.name) ?? 1e9),
  );
  for (const lan of order) if (!drawn.has(lan.name)) drawLan(lan.name, "");
  const orphans = topology.deckies.filter((decky) => decky.edges.length === 0);
  for (const decky of orphans) lines.push(`${decky.name}  in no LAN  ${decky.archetype}`);
  return `${lines.join("\n")}\n`;
}

/** A DOT string: what stands in it can't end it. */
function dot(...lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/["\\]/g, "\\$&")).join("\\n")}"`;
}

/** The graph in the DOT language: LANs as boxes, deckies as ellipses, forwarding edges drawn through. */
export function drawDot(topology: Topology): string {
  const lans = topology.lans.map(
    (lan) =>
      `  ${dot(`lan ${lan.name}`)} [shape=box, label=${dot(lan.name, lan.subnet)}${lan.dmz ? ", style=bold" : ""}];`,
  );
  const deckies = topology.deckies.flatMap((decky) => [
    `  ${dot(decky.name)} [label=${dot(decky.name, decky.archetype)}];`,
    ...decky.edges.map((edge) => {
      const style = decky.forward ? "" : ", style=dashed";
      return `  ${dot(decky.name)} -- ${dot(`lan ${edge.lan}`)} [label=${dot(edge.address ?? "")}${style}];`;
    }),
  ]);
  return `graph ${dot(topology.name)} {\n${[...lans, ...deckies].join("\n")}\n}\n`;
}
