// INFO: which sections, in which order, under which titles.

import {
  cpuSection,
  keyspaceSection,
  persistenceSection,
  replicationSection,
  statsSection,
} from "./info-activity.ts";
import type { Section } from "./info-server.ts";
import { clientsSection, memorySection, serverSection } from "./info-server.ts";
import type { World, Worlds } from "./world.ts";

interface Named {
  readonly title: string;
  readonly fields: Section;
  /** Shown by plain INFO. */
  readonly default: boolean;
}

const sections: ReadonlyMap<string, Named> = new Map([
  ["server", { title: "Server", fields: serverSection, default: true }],
  ["clients", { title: "Clients", fields: clientsSection, default: true }],
  ["memory", { title: "Memory", fields: memorySection, default: true }],
  ["persistence", { title: "Persistence", fields: persistenceSection, default: true }],
  ["stats", { title: "Stats", fields: statsSection, default: true }],
  ["replication", { title: "Replication", fields: replicationSection, default: true }],
  ["cpu", { title: "CPU", fields: cpuSection, default: true }],
  ["modules", { title: "Modules", fields: () => [], default: true }],
  ["commandstats", { title: "Commandstats", fields: () => [], default: false }],
  [
    "errorstats",
    {
      title: "Errorstats",
      fields: (world) => [...world.errors].map(([name, n]) => [`errorstat_${name}`, `count=${n}`]),
      default: true,
    },
  ],
  ["latencystats", { title: "Latencystats", fields: () => [], default: false }],
  ["cluster", { title: "Cluster", fields: () => [["cluster_enabled", 0]], default: true }],
  ["keyspace", { title: "Keyspace", fields: keyspaceSection, default: true }],
]);

/** The text of INFO with these arguments. */
export function formatInfo(world: World, worlds: Worlds, wanted: readonly string[]): string {
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  const everything = names.has("all") || names.has("everything");
  const defaults = names.size === 0 || names.has("default");
  const chosen = [...sections].filter(
    ([name, section]) => everything || names.has(name) || (defaults && section.default),
  );
  return chosen
    .map(([, { title, fields }]) => {
      const lines = fields(world, worlds).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${lines.join("")}`;
    })
    .join("\r\n");
}
