// Groups of this host, read from the text of /etc/group (group(5)).
// Asks no directory service: the bus's group is a local one.

import { systemErrorCode } from "../contract/errors.ts";

/** The group whose members may use the bus. */
export const BUS_GROUP = "decnet";

/** The numeric id of a local group, or undefined where there is none. `read` gives the text of /etc/group. */
export function groupId(name: string, read: () => string): number | undefined {
  for (const line of textOf(read).split("\n")) {
    const [group, , gid] = line.split(":");
    if (group === name && gid !== undefined && /^\d{1,10}$/.test(gid)) return Number(gid);
  }
  return undefined;
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}
