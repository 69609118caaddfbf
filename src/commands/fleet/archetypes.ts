// decnet archetypes: a table of the kinds of machine, or all that is known of one. Needs no install.

import { printable } from "../../contract/captured.ts";
import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import type { CommandCall } from "../command.ts";
import { printJson } from "../options.ts";
import { columns, paint } from "../style.ts";
import type { Seen } from "./disguise.ts";
import type { ArchetypeFacts } from "./machines.ts";
import { archetypeFacts } from "./machines.ts";
import { table, wrap } from "./table.ts";

/** Together with the spaces between them 79: a terminal has 80. */
const COLUMNS = [
  ["ARCHETYPE", 19],
  ["SERVICES", 10],
  ["OS PROFILES", 19],
  ["CARDS", 10],
  ["NMAP -O SEES", 13],
] as const;
const LABEL = 13;
const TEXT = 64;

/** The kernel that a guess of nmap comes to; the guess where it names none. */
function gist({ nmap }: Seen): string {
  if (!nmap) return "nothing";
  return /Linux \d[\d.]*( - \d[\d.]*)?/.exec(nmap.says)?.[0] ?? nmap.says;
}

function overview(facts: readonly ArchetypeFacts[]): string {
  const rows = facts.map((one) => [
    [one.name],
    [one.services.join(" ")],
    one.profiles,
    one.mac_vendors,
    [...new Set(one.seen_as.map(gist))],
  ]);
  return table(COLUMNS, rows);
}

function seenWords({ profile, nmap, p0f }: Seen): string {
  const guess = nmap ? `${nmap.says} (${nmap.accuracy} %)` : "nothing";
  return `${profile}: nmap -O says ${guess}; p0f says ${p0f ?? "nothing"}`;
}

function details(one: ArchetypeFacts): string {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["services", [one.services.join(" ")]],
    ["OS profiles", one.profiles.map((profile, i) => `${profile} (${one.systems[i]})`)],
    ["cards", [`${one.mac_vendors.join(", ")} (${one.mac_prefixes.join(" ")})`]],
    ["host names", [`${one.host_names} such as ${one.called.join(", ")}`]],
    ["domains", [one.domains.join(", ")]],
    ["users", [one.users.join(", ")]],
    ["files", [one.files]],
    ["limits", [one.limits]],
    ["seen as", one.seen_as.map(seenWords)],
  ];
  return rows
    .map(([label, texts]) => {
      const lines = texts.flatMap((text) => wrap(text, TEXT));
      return columns(lines.map((line, i) => [(i === 0 ? label : "").padEnd(LABEL - 2), line]));
    })
    .join("");
}

function named(facts: readonly ArchetypeFacts[], name: string): ArchetypeFacts {
  const found = facts.find((one) => one.name === name);
  if (found) return found;
  const names = facts.map((one) => one.name);
  const hint = didYouMean(name, names) || " See decnet archetypes.";
  throw new DecnetError("usage", `there is no archetype "${printable(name, 64)}".${hint}`);
}

/** `decnet archetypes`. */
export async function runArchetypes(call: CommandCall): Promise<number> {
  const [name] = call.args;
  const all = archetypeFacts();
  const facts = name === undefined ? all : [named(all, name)];
  const [one] = facts;
  const { bold, dim } = paint(call.terminal.colours);
  if (call.options["json"]) printJson(call, { data: facts });
  else if (name !== undefined && one)
    call.terminal.out(`${wrap(`${one.name}: ${one.summary}`, 78).map(bold).join("\n")}\n${details(one)}`);
  else
    call.terminal.out(
      `${overview(facts)}${dim("decnet archetypes NAME tells host names, users, files and limits of one")}\n`,
    );
  return 0;
}
