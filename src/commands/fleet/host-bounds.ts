// What this host bears of a fleet: the kernel's table of neighbours is one for all network namespaces.
// Warns with the remedy; changes no setting of the host's.

import { readFileSync } from "node:fs";
import { systemErrorCode } from "../../contract/errors.ts";

/** arp(7): where the table is full, by family. Only the host's first network namespace has these files. */
const SETTINGS = ["net.ipv4.neigh.default.gc_thresh3", "net.ipv6.neigh.default.gc_thresh3"] as const;
/**
 * Entries for each decky: three sources that speak with all of them at once and the neighbour that looks at them, twice
 * each, since the other end's entry counts too where it is a machine of this same host.
 */
const EACH = 8;

/** Reads a setting; undefined where there is none. */
export type ReadSetting = (key: string) => number | undefined;

const readHere: ReadSetting = (key) => {
  try {
    return Number(readFileSync(`/proc/sys/${key.replaceAll(".", "/")}`, "utf8"));
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
};

/** The smallest power of two that is not below. */
const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(count));

/** Why so many deckies are more than this host bears, with the remedy; undefined when they are not. */
export function neighbourBound(deckies: number, read: ReadSetting = readHere): string | undefined {
  const need = deckies * EACH;
  const short = SETTINGS.flatMap((key) => {
    const value = read(key);
    return value !== undefined && value < need ? [{ key, value }] : [];
  });
  if (short.length === 0) return undefined;
  const wanted = roundUp(need);
  const least = Math.min(...short.map(({ value }) => value));
  const remedy = short.flatMap(({ key }) => [
    `${key}=${wanted}`,
    `${key.replace("gc_thresh3", "gc_thresh2")}=${wanted / 2}`,
  ]);
  return (
    `this host's table of neighbours holds ${least} entries for all namespaces together; ${deckies} deckies may need ${need}. ` +
    `When it is full, deckies and this host fail to answer. Raise it: sudo sysctl -w ${remedy.join(" ")}`
  );
}
