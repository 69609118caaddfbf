// The file format of topologies: TOML in, TOML out, with errors that name the place. Opens no file.

import { z } from "zod";
import { DecnetError, toError } from "../contract/errors.ts";
import type { Edge, Schedule, Topology } from "./model.ts";
import { topologySchema } from "./model.ts";

/** Largest file that is read, in bytes. */
const MAX_FILE = 1_048_576;

/** Parses a topology's TOML. `source` names it in errors. Throws DecnetError `invalid`. */
export function parseTopology(text: string, source: string): Topology {
  if (Buffer.byteLength(text) > MAX_FILE)
    throw new DecnetError("too_large", `${source} is larger than 1 MiB`);
  let content: unknown;
  try {
    content = Bun.TOML.parse(text);
  } catch (cause) {
    throw new DecnetError("invalid", `${source} is not valid TOML: ${toError(cause).message}`, { cause });
  }
  const parsed = topologySchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 20).map((issue) => `  ${place(issue.path)}: ${issue.message}`);
  throw new DecnetError("invalid", `${source} is not a topology:\n${faults.join("\n")}`, {
    details: { issues: z.treeifyError(parsed.error) },
  });
}

function place(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === "number" ? `[${key + 1}]` : String(key))).join(".") || "the file";
}

const quote = (text: string): string => JSON.stringify(text);

function edgeText(edge: Edge): string {
  const address = edge.address === undefined ? "" : `, address = ${quote(edge.address)}`;
  return `{ lan = ${quote(edge.lan)}${address} }`;
}

function scheduleText({ every, jitter, plans }: Schedule): string {
  return `schedule = { every = ${quote(every)}, jitter = ${jitter}, plans = [${plans.map(quote).join(", ")}] }`;
}

/** The TOML of a topology; parsing it again gives an equal one. */
export function formatTopology(topology: Topology): string {
  const lans = topology.lans.map((lan) =>
    [
      "[[lans]]",
      `name = ${quote(lan.name)}`,
      `subnet = ${quote(lan.subnet)}`,
      ...(lan.dmz ? ["dmz = true"] : []),
      ...(["driver", "interface", "gateway"] as const).flatMap((key) =>
        lan[key] === undefined ? [] : [`${key} = ${quote(lan[key])}`],
      ),
    ].join("\n"),
  );
  const deckies = topology.deckies.map((decky) =>
    [
      "[[deckies]]",
      `name = ${quote(decky.name)}`,
      `archetype = ${quote(decky.archetype)}`,
      ...(decky.services ? [`services = [${decky.services.map(quote).join(", ")}]`] : []),
      ...(decky.forward ? ["forward = true"] : []),
      `edges = [${decky.edges.map(edgeText).join(", ")}]`,
      ...(decky.schedule ? [scheduleText(decky.schedule)] : []),
    ].join("\n"),
  );
  return `${[`name = ${quote(topology.name)}`, ...lans, ...deckies].join("\n\n")}\n`;
}
