// dpkg: the list of packages, one package, the architecture. Formats of dpkg 1.21 for a pipe.
// Installs and removes nothing.

import type { Proc } from "../run/proc.ts";
import { packagesOf } from "../world/distribution.ts";
import type { Package } from "../world/packages-debian.ts";
import { program } from "./options.ts";

const HEAD =
  "Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n";

const architecture = ({ all }: Package): string => (all ? "all" : "amd64");

/** The table: columns as wide as their longest text, and not narrower than dpkg's own. */
function table(packages: readonly Package[]): string {
  const longest = (least: number, texts: readonly string[]): number =>
    Math.max(least, ...texts.map((text) => text.length));
  const widths = [
    longest(
      14,
      packages.map(({ name }) => name),
    ),
    longest(
      12,
      packages.map(({ version }) => version),
    ),
    12,
    longest(
      33,
      packages.map(({ text }) => text),
    ),
  ];
  const line = (mark: string, cells: readonly string[]): string =>
    `${mark} ${cells.map((cell, i) => (i === 3 ? cell : cell.padEnd(widths[i] ?? 0))).join(" ")}\n`;
  const title = line("||/", ["Name", "Version", "Architecture", "Description"]);
  const rule = `+++-${widths.map((width) => "=".repeat(width)).join("-")}\n`;
  const rows = packages.map((one) => line("ii ", [one.name, one.version, architecture(one), one.text]));
  return HEAD + title + rule + rows.join("");
}

async function list(proc: Proc, patterns: readonly string[]): Promise<number> {
  const all = packagesOf(proc.world.persona);
  const fits = (pattern: string, name: string): boolean => new Bun.Glob(pattern.slice(0, 100)).match(name);
  const found =
    patterns.length === 0 ? all : all.filter(({ name }) => patterns.some((one) => fits(one, name)));
  if (found.length > 0) await proc.out(table(found));
  const missing = patterns.filter((one) => !all.some(({ name }) => fits(one, name)));
  for (const one of missing) await proc.err(`dpkg-query: no packages found matching ${one}\n`);
  return missing.length > 0 ? 1 : 0;
}

async function status(proc: Proc, names: readonly string[]): Promise<number> {
  let missing = 0;
  for (const name of names) {
    const one = packagesOf(proc.world.persona).find((known) => known.name === name);
    if (one) {
      await proc.out(
        `Package: ${one.name}\nStatus: install ok installed\nArchitecture: ${architecture(one)}\nVersion: ${one.version}\nDescription: ${one.text}\n`,
      );
      continue;
    }
    missing++;
    await proc.err(
      `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
    );
  }
  return missing > 0 ? 1 : 0;
}

async function dpkg(proc: Proc): Promise<number> {
  const [verb = "", ...names] = proc.args;
  if (verb === "-l" || verb === "--list") return list(proc, names);
  if (verb === "-s" || verb === "--status") return status(proc, names);
  if (verb === "--print-architecture") await proc.out("amd64\n");
  else if (verb === "--get-selections")
    for (const { name } of packagesOf(proc.world.persona))
      await proc.out(`${name}${"\t".repeat(Math.max(1, 6 - Math.floor(name.length / 8)))}install\n`);
  else if (verb === "") {
    await proc.err("dpkg: error: need an action option\n");
    return 2;
  }
  return 0;
}

/** The programs of this file. */
export const dpkgPrograms = [program("dpkg", dpkg)];
