// The generated parts of docs/archetypes.md: the list of archetypes from the registry, the table of measurements.
// Changes nothing outside its marks.

import type { Disguise, DisguiseReport } from "../../src/commands/fleet/disguise.ts";
import { usersOf } from "../../src/commands/fleet/machines.ts";
import type { ArchetypeDefinition } from "../../src/decoys/personas/archetypes/archetype.ts";
import { networkProfileOf } from "../../src/decoys/personas/network.ts";
import type { OsProfile } from "../../src/decoys/personas/os-profiles/profile.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function between(page: string, mark: string, text: string): string {
  const [start, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for ${mark}`);
  return `${page.slice(0, from + start.length)}\n${text}\n${page.slice(to)}`;
}

function archetypeRow(one: ArchetypeDefinition): string {
  const systems = one.profiles.map(({ name }) => name).join(", ");
  return `| \`${one.name}\` | ${cell(one.summary)} | ${one.services.join(", ")} | ${systems} | ${cell(one.files)} | ${cell(one.limits)} |`;
}

function lookRow(one: ArchetypeDefinition): string {
  const { ouis } = networkProfileOf(one.name);
  const pattern = one.hostname.pattern.source;
  return `| \`${one.name}\` | ${ouis.join(", ")} | \`${cell(pattern)}\` | ${one.domains.join(", ")} | ${usersOf(one).join(", ")} |`;
}

function profileRow(one: OsProfile): string {
  const products = Object.values(one.products).flat();
  const inside = (one.appliances ?? []).flatMap((appliance) => Object.values(appliance.products ?? {}));
  const newest = (list: readonly { readonly version: string }[]): string => list.at(-1)?.version ?? "";
  const names = [...products, ...inside].map(({ product, releases }) =>
    `${product} ${newest(releases)}`.trim(),
  );
  const kernels =
    one.kernels.length > 0 ? one.kernels : (one.appliances ?? []).flatMap(({ kernels: own = [] }) => own);
  return `| \`${one.name}\` | ${one.pretty} | ${kernels.at(-1)?.release ?? ""} | ${cell([...new Set(names)].join(", "))} | ${one.stack} |`;
}

function measuredRow(one: Disguise): string {
  const nmap = one.nmap.accuracy === 0 ? "nothing" : `${one.nmap.says} (${one.nmap.accuracy} %)`;
  return `| \`${one.profile}\` | ${cell(one.claims)} | ${cell(nmap)} | ${cell(one.p0f.says)} | ${cell(one.nmap.vendor)} |`;
}

/** The page with its generated parts renewed. */
export function withArchetypes(
  page: string,
  from: {
    readonly archetypes: readonly ArchetypeDefinition[];
    readonly profiles: readonly OsProfile[];
    readonly report: DisguiseReport;
  },
): string {
  const list = [
    "| archetype | what it is | services | OS profiles | files | limits |",
    "|---|---|---|---|---|---|",
    ...from.archetypes.map(archetypeRow),
  ].join("\n");
  const looks = [
    "| archetype | network cards | host names | domains | users |",
    "|---|---|---|---|---|",
    ...from.archetypes.map(lookRow),
  ].join("\n");
  const systems = [
    "| profile | claims to be | newest kernel or build | newest products | stack |",
    "|---|---|---|---|---|",
    ...from.profiles.map(profileRow),
  ].join("\n");
  const { tools, settings_refused, profiles } = from.report.result;
  const measured = [
    `nmap ${tools["nmap"]}, p0f ${tools["p0f"]}, on Linux ${tools["kernel"]}; settings that the kernel refused: ${settings_refused}.`,
    "",
    "| profile | claims to be | `nmap -O` says | `p0f` says | vendor of the MAC |",
    "|---|---|---|---|---|",
    ...profiles.map(measuredRow),
  ].join("\n");
  const parts = [
    ["archetypes", list],
    ["looks", looks],
    ["profiles", systems],
    ["measured", measured],
  ] as const;
  return parts.reduce((text, [mark, part]) => between(text, mark, part), page);
}
